#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# The path swallows what leaves the client. Of one connection the client's own firewall
# refuses every second keepalive, of the next a full queue every second retransmission: what
# did leave is enough to blame the path, and the rest is evidence.
. "$(dirname "$0")/../lib.sh"

# idle_pair PORT: a connection that has been idle for long enough.
idle_pair() {
	start_end "server$1" "$S" listen "$S4" "$1"
	await "server$1" listening
	start_end "client$1" "$C" connect "$S4" "$1"
	await "client$1" connected
	tell "client$1" send 10
	await "server$1" 'received 10'
	box await quiet 3500
}

build_network
nft_in "$C" "table inet half {
	chain output {
		type filter hook output priority 0; policy accept;
		tcp dport 7001 numgen inc mod 2 == 1 drop
	}
	chain postrouting {
		type filter hook postrouting priority 0; policy accept;
		tcp dport 7002 numgen inc mod 2 == 1 meta priority set 1:2
	}
}"
watch

idle_pair 7001
path_down
tell client7001 keepalive 4,1,20
expect_verdict "$C" path-dead/idle 30 '"peer_port":7001' '"trigger":"keepalive"' \
	'"confidence":"likely"' '"local_drop":true' '"drop_reason":"NETFILTER_DROP"'
tell client7001 close

# One after the other: silences that begin together are an outage.
path_up
in_ns "$C" tc qdisc add dev eth0 root handle 1: htb default 1 2>/dev/null || skip 'no htb here'
in_ns "$C" tc class add dev eth0 parent 1: classid 1:1 htb rate 1gbit quantum 1514
in_ns "$C" tc class add dev eth0 parent 1: classid 1:2 htb rate 1gbit quantum 1514
idle_pair 7002
in_ns "$C" tc qdisc add dev eth0 parent 1:2 pfifo limit 0
path_down
tell client7002 send 100
expect_verdict "$C" path-dead/idle 40 '"peer_port":7002' '"trigger":"retransmission"' \
	'"confidence":"likely"' '"queue_full":' '"drop_reason":"QDISC_DROP"'
end_watch
finish
