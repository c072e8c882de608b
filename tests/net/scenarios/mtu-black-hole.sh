#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# The path swallows long packets and says nothing. After a pause the server's page is lost,
# but for its short end; what the client says meanwhile is acknowledged, or it would say it
# again. So short packets pass both ways, and it is no matter of idleness.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
box await quiet 3500
box swallow longer 1400
tell server send 3000
expect "$S" suspect 20
tell client send 10
await server 'received 10'
box await quiet 3100
tell client send 11
await server 'received 11'
expect_verdict "$S" mtu-black-hole 40 '"confidence":"certain"' '"passed":'
[ "$(field "$S" mtu-black-hole segment_bytes)" -gt 1400 ] || fail "not the length of a segment"
[ "$(field "$S" mtu-black-hole segment_acked_max_bytes)" -lt 100 ] || fail "longer ones were known"
check_field "$S" mtu-black-hole mss_bytes "$(field "$S" mtu-black-hole segment_bytes)"
check_field "$S" mtu-black-hole path_mtu_bytes 1500
lines_about "$S" mtu-black-hole | grep -q 'clamp the MSS' || fail "no advice about lengths"
lines_about "$S" mtu-black-hole | grep -q KEEPIDLE && fail "advice about idleness"
box pass
expect "$S" recovered 40 '"verdict":"mtu-black-hole"'
nothing_fatal_learnt
end_watch
finish
