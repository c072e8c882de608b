#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A bridge with a firewall of its own drops what goes from one of its ports to another. Such
# a frame is addressed to another machine, too, but it is no copy: the path drops it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../bridged.sh"

build_bridged
ip -n "$F" link set third down
watch
connect_pair "$PORT"
exchange
nft_in "$F" "table bridge lose {
	chain forward {
		type filter hook forward priority 0; policy accept;
		tcp dport $PORT drop
	}
}"
tell client keepalive 4,1,4
expect_verdict "$C" path-dead/idle 20 "\"drop_seen\":\"netns $(netns_inode "$F"): NETFILTER_DROP\""
check_field "$C" path-dead local_drop false
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
