#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A host with its address on a bridge: seen leaving by the port, arriving only there if the
# bridge's own firewall drops it.
. "$(dirname "$0")/../lib.sh"

build_network
ip -n "$C" link add br0 type bridge || skip "no bridges"
ip -n "$C" -batch - <<-END
	link set br0 up
	link set eth0 master br0
	addr flush dev eth0
	addr add $C4/24 dev br0
	addr add $C6/64 dev br0 nodad
	route replace default via ${C4%.*}.254
	route replace default via ${C6%::*}::254
END
watch_in "$C" -i all
connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
exchange
path_down
expect_verdict "$C" path-dead/idle 20 '"wire_out_interface":"eth0"'
refuse_key wire_in
end_watch
finish
