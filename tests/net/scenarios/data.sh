#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# No keepalive on either end: nothing is said until data is sent into the silence.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair 7009
exchange
sleep 7 # past the firewall's patience: the silence is what is tested
expect_no_verdict "$C"
tell client send 1000
expect_verdict "$C" path-dead/idle 30 '"trigger":"retransmission"'
[ "$(field "$C" path-dead unacked_bytes)" = 1000 ] || fail "wrong count of unacknowledged bytes"
[ "$(field "$C" path-dead keepalive)" = false ] || fail "wrong keepalive setting"
expect_no_verdict "$S"
end_watch
finish
