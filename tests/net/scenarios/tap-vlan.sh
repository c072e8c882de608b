#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A host on a VLAN: the tag is beside the packet (IPv4) or in it (IPv6), and the tap reads it
# all the same.
. "$(dirname "$0")/../lib.sh"

build_network
header=on
[ "$FAMILY" = 4 ] || header=off
ip -n "$C" link add link eth0 name eth0.7 type vlan id 7 reorder_hdr $header 2>/dev/null ||
	skip "no VLANs"
ip -n "$F" link add link cl name cl.7 type vlan id 7
ip -n "$C" addr flush dev eth0
ip -n "$F" addr flush dev cl
ip -n "$F" -batch - <<-END
	addr add ${C4%.*}.254/24 dev cl.7
	addr add ${C6%::*}::254/64 dev cl.7 nodad
	link set cl.7 up
END
ip -n "$C" -batch - <<-END
	addr add $C4/24 dev eth0.7
	addr add $C6/64 dev eth0.7 nodad
	link set eth0.7 up
	route replace default via ${C4%.*}.254
	route replace default via ${C6%::*}::254
END
watch_in "$C" -i eth0
connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
exchange
path_down
expect_verdict "$C" path-dead/idle 20 '"wire_out_interface":"eth0"'
end_watch
finish
