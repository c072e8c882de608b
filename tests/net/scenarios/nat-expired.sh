#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A NAT forgets an idle mapping and drops what it cannot translate any more.
. "$(dirname "$0")/../lib.sh"

build_network
nft_in "$F" "table inet nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname sv masquerade
	}
	chain forward {
		type filter hook forward priority 0; policy accept;
		ct state invalid drop
	}
}"
in_ns "$F" sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 \
	net.netfilter.nf_conntrack_tcp_loose=0

watch
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" path-dead/idle 20
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
