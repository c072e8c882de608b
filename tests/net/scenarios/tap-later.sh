#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Interfaces that come later, or go and come back, are tapped: by name and by "all".
. "$(dirname "$0")/../lib.sh"

# The client's link is made anew; the connection lives on.
new_link() {
	ip -n "$C" link del eth0
	ip -n "$C" link add eth0 type veth peer name cl netns "$F"
	ip -n "$F" addr add "${C4%.*}.254/24" dev cl
	ip -n "$F" link set cl up
	ip -n "$C" addr add "$C4/24" dev eth0
	ip -n "$C" link set eth0 up
	ip -n "$C" route add default via "${C4%.*}.254"
}

later() { # -i NAME
	watch_in "$C" -i "$1" -v
	connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
	exchange
	new_link
	exchange
	path_down
	expect_verdict "$C" path-dead 20 '"wire_out_interface":"eth0"'
	end_watch
	[ "$(grep -c 'eth0 is tapped by' "$DIR/stderr")" -eq 2 ] || fail "-i $1: not tapped twice"
}

build_network
later "${TAP_NAME:-eth0}"
finish
