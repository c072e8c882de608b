#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# Two networks of the same addresses and ports, as of two containers. In one the client's own
# firewall drops what comes in; in the other the path drops what goes out. Neither is told of
# the other's drops; once there is only one, its path's drops are seen again.
. "$(dirname "$0")/../lib.sh"

C2=$PREFIX-d F2=$PREFIX-g S2=$PREFIX-u

cleanup_both() {
	local ns
	cleanup
	for ns in "$C2" "$F2" "$S2"; do
		[ ! -e "/run/netns/$ns" ] || ip netns del "$ns"
	done
}
trap cleanup_both EXIT

connect_second_pair() {
	start_end server2 "$S2" listen "$(server_address)" "$PORT"
	await server2 listening
	start_end client2 "$C2" connect "$(server_address)" "$PORT"
	await client2 connected
	tell client2 send 100
	await server2 'received 100'
	tell server2 send 50
	await client2 'received 50'
}

build_network
C=$C2 F=$F2 S=$S2 build_network
for ns in "$C" "$C2"; do
	in_ns "$ns" sysctl -qw net.ipv4.ip_local_port_range='40000 40000'
done
watch --probes 6
connect_pair "$PORT"
exchange
connect_second_pair
nft_in "$C" "table inet lose {
	chain prerouting {
		type filter hook prerouting priority -300; policy accept;
		tcp sport $PORT drop
	}
}"
F=$F2 path_down
tell client keepalive 4,1,3
tell client2 keepalive 2,2,30
expect_verdict "$C" local-drop 20 '"drop_reason":"NETFILTER_DROP"'
verdict_came_first client "$C" local-drop
! any_about "$C" local-drop '"drop_seen"' || fail "the other network's drops are told of the client's"
allow_verdict "$S" one-way
expect_verdict "$C2" path-dead 20
check_field "$C2" path-dead local_drop false
any_about "$C2" path-dead "\"drop_seen\":\"netns $(netns_inode "$F2"): NETFILTER_DROP\"" ||
	fail "the second network's drops were not seen once it was the only one"
[ -z "$(verdicts_about "$S2")" ] || fail "a verdict on the second server"
end_watch
finish
