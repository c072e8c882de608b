#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# TCP_USER_TIMEOUT on an idle connection: it decides when keepalives give up, and the
# verdict still comes first.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair "$PORT" keepalive=6,1,20 user-timeout=9000 -- keepalive=6,2,20 user-timeout=7000
exchange
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" path-dead/idle 20
check_field "$C" path-dead user_timeout_ms 9000
verdict_came_first client "$C" path-dead
verdict_came_first server "$S" path-dead
end_watch
finish
