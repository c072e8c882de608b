#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A NAT forgets an idle mapping and makes a new one with another port for the client's next
# packet: the server knows no such connection and resets it, in its own name.
. "$(dirname "$0")/../lib.sh"

build_network
nft_in "$F" "table inet nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname sv masquerade fully-random
	}

}"
in_ns "$F" sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 \
	net.netfilter.nf_conntrack_tcp_loose=1

watch
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" reset-after-idle/idle 20 '"forged":false'
expect "$C" closed 5
expect_no_verdict "$S"
end_watch
finish
