#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A NAT forgets an idle mapping and makes a new one with another port for the client's next
# packet: the server knows no such connection and resets it, in its own name. Its reset may
# be a restarted server's as well; so the gap is kept as a hint, and no more.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
nft_in "$F" "table inet nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname sv masquerade fully-random
	}

}"
in_ns "$F" sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 \
	net.netfilter.nf_conntrack_tcp_loose=1

watch --state "$STATE"
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" reset-after-idle/idle 20 '"forged":false' '"confidence":"likely"' \
	'"advice":"if the peer was not restarted, but the path forgot the flow'
expect "$C" closed 5
expect_no_verdict "$S"
end_watch
[ "$(path_field "$C" idle_disowned_times)" = 1 ] || fail "no hint is kept: $(path "$C")"
path "$C" | grep -qE 'idle_(reset|died)' && fail "it is taken for the path's: $(path "$C")"
finish
