#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# The server loses its link, and the router before it says so by ICMP after trying to find
# it. The kernel takes no note of ICMP that quotes a keepalive; idlewatch does.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
ip -n "$S" link set eth0 down
tell client keepalive 4,3,4 # the router tries for 3 s
expect_verdict "$C" unreachable 25
verdict_came_first client "$C" unreachable
end_watch
finish
