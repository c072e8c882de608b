#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Other programs at tc see every packet as before, one that runs before ours and one that
# runs after; and so does a second idlewatch.
. "$(dirname "$0")/../lib.sh"

# What that program has counted: its filter names the program, and that its map.
seen_by() { # before|after
	local program map
	program=$(in_ns "$C" tc filter show dev eth0 ingress | sed -nE "s/.*tc_$1\\].* id ([0-9]+) .*/\\1/p")
	map=$(bpftool prog show id "$program" | sed -nE 's/.*map_ids ([0-9]+).*/\1/p')
	bpftool -j map dump id "$map" | sed -nE 's/.*"formatted":\{"key":0,"value":([0-9]+).*/\1/p'
}

# Both, at a moment when nothing passes.
counts=
unchanged() {
	local last=$counts
	counts="$(seen_by before) $(seen_by after)"
	[ "$counts" = "$last" ]
}
read_counts() { until_true 40 unchanged || fail "packets all the time"; }

beside() { # HOW: with our tap attached so
	local how=$1 packets
	in_ns "$C" tc qdisc add dev eth0 clsact
	in_ns "$C" tc filter add dev eth0 ingress prio 10 bpf da obj "$MATES" sec tc_after
	watch_in "$C" -i eth0 --tc "$how"
	# Of the programs of one priority the newest runs first.
	in_ns "$C" tc filter add dev eth0 ingress prio 1 bpf da obj "$MATES" sec tc_before
	nsenter --net="/run/netns/$C" "$IDLEWATCH" -j -i eth0 --tc "$how" >"$DIR/second" 2>&1 &
	ENDS["second"]=$!
	wait_for "$DIR/second" start "${START_SECONDS:-30}" || fail "no second idlewatch"
	read_counts
	before=${counts% *} after=${counts#* }
	connect_pair "$PORT" keepalive=3,1,6 -- keepalive=100,10,9
	exchange
	read_counts
	packets=$((${counts#* } - after))
	[ "$packets" -ge 4 ] || fail "$how: the one after saw $packets packets"
	[ $((${counts% *} - before)) -eq "$packets" ] || fail "$how: the two saw different packets"
	path_down
	expect_verdict "$C" path-dead 20 '"wire_out_interface":"eth0"'
	wait_for "$DIR/second" '"event":"path-dead".*"wire_out_interface":"eth0"' 10 ||
		fail "$how: the second idlewatch did not see it"
	kill "${ENDS[second]}"
	wait "${ENDS[second]}"
	end_watch
	in_ns "$C" tc filter show dev eth0 ingress | grep -q mates || fail "$how: took others' filters away"
	! in_ns "$C" tc filter show dev eth0 ingress | grep -q iw_tap || fail "$how: left a filter"
}

mates_needed
build_network
beside "${TAP_HOW:-clsact}"
finish
