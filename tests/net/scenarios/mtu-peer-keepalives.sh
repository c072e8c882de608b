#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# The first long segment of a connection vanishes, while the peer's keepalives keep coming.
# They are answered; but as data is missing, what they echo stands still, so that they might
# as well be asked in vain (one-way): the line says both.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
box swallow longer 1400
tell client keepalive 4,1,60
tell server send 1400
expect_verdict "$S" mtu-black-hole 40 '"confidence":"likely"' '"also_fits":"one-way"'
[ "$(field "$S" mtu-black-hole heard_unreached)" -ge 2 ] || fail "the peer was not heard"
expect_no_verdict "$C"
nothing_fatal_learnt
end_watch
finish
