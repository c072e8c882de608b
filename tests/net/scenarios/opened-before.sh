#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: firewall outside
# A connection opened before idlewatch started, and idle since: verdict, process and name
# all the same.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
connect_pair "$PORT" name=old-client -- name=old-server
exchange
watch
[ "$(sed -nE 's/.*"event":"start".*"connections":([0-9]+).*/\1/p' "$LINES_FILE")" -ge 2 ] ||
	fail "the sockets that were there were not counted"
until_forgotten
tell client keepalive 2,1,4
expect_verdict "$C" path-dead/idle 20
check_field "$C" path-dead pid "$(end_pid client)"
check_field "$C" path-dead comm old-client
verdict_came_first client "$C" path-dead
end_watch
finish
