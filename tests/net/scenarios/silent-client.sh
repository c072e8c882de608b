#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# Silent firewall, keepalive on the client only: the client is told, the server cannot know.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" path-dead/idle 20 '"trigger":"keepalive"'
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
