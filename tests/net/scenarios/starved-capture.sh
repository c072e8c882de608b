#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A capture on the client that has no room for the packets that it is to see: its copies are
# dropped, the packets are not.
. "$(dirname "$0")/../lib.sh"

build_network
nsenter --net="/run/netns/$C" /usr/bin/python3 -c '
import signal, socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
s.bind(("eth0", 0))
print("capturing", flush=True)
signal.pause()' >"$DIR/capture" &
adopt capture $!
wait_for "$DIR/capture" capturing 10 || fail "no capture"
watch
connect_pair "$PORT"
exchange
path_down
tell client keepalive 4,1,4
expect_verdict "$C" path-dead/idle 20
check_field "$C" path-dead local_drop false
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
