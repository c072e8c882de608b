#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# A box that has forgotten an idle flow loses the first packet after the gap and answers
# the second with a reset: of keepalives, and of data.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
further "$S" 3
box forget 4 lose-first
watch --state "$STATE"
pair asks keepalive=6,1,4
pair speaks
expect_verdict "$C" reset-after-idle/idle 15 '"trigger":"keepalive"' '"probes_sent":2' \
	'"confidence":"likely"' '"forged":true'
tell cspeaks send 700
expect_verdict "$C" reset-after-idle/idle 5 '"peer_port":7001' '"confidence":"likely"' '"forged":true'
expect_no_verdict "$S"
end_watch
[ "$(path_field "$C" idle_reset_times)" -ge 1 ] || fail "nothing was learnt: $(path "$C")"
finish
