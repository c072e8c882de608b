#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# The server loses its link while data is under way: ICMP from the router is heard.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
watch
connect_pair "$PORT"
exchange
ip -n "$S" link set eth0 down
tell client send 1000
expect_verdict "$C" unreachable 25 '"icmp_seen":true'
end_watch
finish
