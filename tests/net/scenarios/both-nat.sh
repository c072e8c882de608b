#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# A NAT forgets a mapping: the two ends know each other by other addresses, and their sequence
# numbers tell that they are one connection.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../both.sh"

build_network
nft_in "$F" "table inet nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname sv masquerade fully-random
	}
	chain forward { type filter hook forward priority 0; policy accept; ct state invalid drop; }
	chain input { type filter hook input priority 0; policy accept; meta l4proto tcp drop; }
}"
in_ns "$F" sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 \
	net.netfilter.nf_conntrack_tcp_loose=0
watch
connect_pair "$PORT" keepalive=6,1,4 -- keepalive=6,1,4
exchange
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" path-dead/idle 20
end_watch
host_lines "$C" client >"$DIR/a.jsonl"
host_lines "$S" server 3600 >"$DIR/b.jsonl"

correlate "$DIR/b.jsonl" "$DIR/a.jsonl"
check_told verdict path-dead
check_told lost_direction both
check_told matched sequence-numbers-and-one-address
check_told a.host client
check_told b.host server
[ "$(told a.local_port)" != "$(told b.peer_port)" ] || fail 'the NAT kept the port: nothing was tested'
check_between clock_offset_min_ms 3598000 3600000
check_between clock_offset_max_ms 3600000 3602000

# One end alone does not say more than it knows.
correlate "$DIR/a.jsonl"
check_told verdict path-dead
check_told blame path-or-peer
check_told lost_direction unknown
finish
