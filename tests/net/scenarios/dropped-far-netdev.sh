#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The same by nftables at the firewall's interface, before its IP layer, and with data, whose
# retransmissions are news in themselves.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
watch
connect_pair "$PORT"
exchange
nft_in "$F" "table netdev lose {
	chain from_client {
		type filter hook ingress device cl priority 0; policy accept;
		tcp dport $PORT drop
	}
}"
tell client send 1000
expect_verdict "$C" path-dead 25 "\"drop_seen\":\"netns $(netns_inode "$F"): NETFILTER_DROP\""
check_field "$C" path-dead local_drop false
! any_about "$C" path-dead '"drop_reason"' || fail "this host is said to have dropped something"
expect_no_verdict "$S"
end_watch
finish
