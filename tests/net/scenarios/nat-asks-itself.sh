#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# A NAT forgets an idle mapping; then the server's keepalive belongs to nobody and the NAT
# itself answers it with a reset, nearer than the client behind it.
. "$(dirname "$0")/../lib.sh"

build_network
further "$C" 3 # so that the TTL tells whose reset it is
nft_in "$F" "table inet nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname sv masquerade
	}
	chain forward { type filter hook forward priority 0; policy accept; ct state invalid drop; }
}"
in_ns "$F" sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=4 \
	net.netfilter.nf_conntrack_tcp_loose=0

watch
connect_pair "$PORT" -- keepalive=6,1,4
exchange
expect_verdict "$S" reset-after-idle/idle 20 '"forged":true'
expect "$S" closed 5
expect_no_verdict "$C"
end_watch
finish
