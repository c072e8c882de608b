#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# The client's own firewall drops the answers as they come in, long before the socket: seen
# arriving, and seen dropped.
. "$(dirname "$0")/../lib.sh"

build_network
watch_in "$C" -i eth0
connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
exchange
nft_in "$C" "table inet lose {
	chain prerouting {
		type filter hook prerouting priority -300; policy accept;
		tcp sport $PORT drop
	}
}"
expect_verdict "$C" local-drop 20 '"wire_in_interface":"eth0"' '"drop_reason":"NETFILTER_DROP"'
verdict_came_first client "$C" local-drop
allow_verdict "$S" one-way
end_watch
finish
