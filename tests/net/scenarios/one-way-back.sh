#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# What the server sends is lost, what the client sends arrives; keepalive on both. The
# server still hears the client ask, so its path is dead one way; the client hears nothing.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
lose_from server
tell client keepalive 4,1,6
tell server keepalive 4,1,6
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" one-way 5
verdict_came_first client "$C" path-dead
end_watch
finish
