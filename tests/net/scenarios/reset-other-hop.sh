#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# The server's own kernel resets, and the way back has become one hop shorter since the
# client heard it last: that is no other box's reset.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
box hops 3
watch --state "$STATE"
connect_pair "$PORT"
exchange
box swallow s2c
in_ns "$S" ss -Kta >/dev/null # the server knows nothing of it any more, and nobody hears
box await s2c swallowed 1
box pass
box hops 2
tell client keepalive 5,1,4
expect_verdict "$C" reset-after-idle/idle 15 '"confidence":"likely"' '"rst_ttl":62' '"usual_ttl":61'
! any_about "$C" reset-after-idle '"forged"' || fail "whose it is cannot be told"
end_watch
path "$C" | grep -q idle_reset && fail "it is taken for a box's: $(path "$C")"
finish
