#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# The server's packets are lost and only the client has keepalive on: the server hears the
# client ask the same again and again and concludes that its answers are lost.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
lose_from server
tell client keepalive 4,1,6
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" one-way 10
check_field "$S" one-way trigger peer-repeats
verdict_came_first client "$C" path-dead
end_watch
finish
