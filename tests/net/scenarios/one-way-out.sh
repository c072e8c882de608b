#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# What the client sends is lost, what the server sends arrives; keepalive on both. The
# client still hears the server ask, so its path is dead one way; the server hears nothing.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
lose_from client
tell client keepalive 4,1,6
tell server keepalive 4,1,6
expect_verdict "$S" path-dead/idle 20
expect_verdict "$C" one-way 5
verdict_came_first server "$S" path-dead
end_watch
finish
