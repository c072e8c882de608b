#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A host with its address on a bridge that floods: the packet itself goes where it should,
# and copies go to a second port, where the bridge's firewall drops them.
. "$(dirname "$0")/../lib.sh"

copied() { in_ns "$C" nft list table bridge copies | sed -nE 's/.*packets ([0-9]+).*/\1/p'; }
some_copied() { [ "$(copied)" -ge 2 ]; }

build_network
ip -n "$C" link add br0 type bridge || skip "no bridges"
ip -n "$C" link add other type veth peer name unused
# The port that is added first is served last and gets the packet itself.
ip -n "$C" -batch - <<-END
	link set br0 up
	link set unused up
	link set eth0 master br0
	link set eth0 type bridge_slave learning off
	link set other master br0 up
	addr flush dev eth0
	addr add $C4/24 dev br0
	addr add $C6/64 dev br0 nodad
	route replace default via ${C4%.*}.254
	route replace default via ${C6%::*}::254
END
nft_in "$C" "table bridge copies {
	chain c {
		type filter hook output priority 0; policy accept;
		oifname other tcp dport $PORT counter drop
	}
}"
watch
connect_pair "$PORT"
exchange
path_down
tell client keepalive 4,1,4
expect_verdict "$C" path-dead/idle 20
some_copied || fail "the bridge did not flood"
check_field "$C" path-dead local_drop false
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
