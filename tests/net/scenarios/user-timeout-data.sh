#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# TCP_USER_TIMEOUT ends the connection after few retransmissions: the verdict comes first.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair "$PORT" user-timeout=3000
exchange
until_forgotten
tell client send 1000
expect_verdict "$C" path-dead/idle 20 '"trigger":"retransmission"'
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
