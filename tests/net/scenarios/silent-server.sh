#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# Silent firewall, keepalive on the server only: the server is told, the client cannot know.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair "$PORT" -- keepalive=6,1,4
exchange
expect_verdict "$S" path-dead/idle 20 '"trigger":"keepalive"'
verdict_came_first server "$S" path-dead
expect_no_verdict "$C"
end_watch
finish
