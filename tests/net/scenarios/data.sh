#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# No keepalive on either end: nothing is said until data is sent into the silence.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
few_retries
watch
connect_pair "$PORT"
exchange
until_forgotten
expect_no_verdict "$C"
tell client send 1000
expect_verdict "$C" path-dead/idle 20 '"trigger":"retransmission"'
check_field "$C" path-dead unacked_bytes 1000
check_field "$C" path-dead keepalive false
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
