#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: outside
# outside families: 4 6
# SOAK_CONNECTIONS (300) with keepalives and random traffic both ways for SOAK_SECONDS (100),
# over a path of 60 ms and jitter that loses 1 % of all packets, doubles some, lets some
# overtake others, and now and then holds everything for up to 8 s, as the traffic itself
# pauses: they live, and nothing is said of them.
. "$(dirname "$0")/../lib.sh"

CONNECTIONS=${SOAK_CONNECTIONS:-300}

build_network
box delay 30 5
box swallow percent 1
box double 1
box reorder 1
watch
start_end server "$S" listen "$(server_address)" "$PORT" keepalive=2,1,30
await server listening
start_end client "$C" connect "$(server_address)" "$PORT" keepalive=2,1,30 count="$CONNECTIONS"
all_connected() { [ "$(grep -c connected "$DIR/server")" -eq "$CONNECTIONS" ]; }
until_true 60 all_connected || fail "not all connected"

living() { in_ns "$1" ss -Htn state established | grep -c ":$PORT"; }

RANDOM=1
# Half a second in which some of the connections carry something.
some_traffic() {
	tell client some 5 3000
	tell server some 5 8000
	sleep 0.5 # the traffic's own pace
}
SECONDS=0
while [ "$SECONDS" -lt "${SOAK_SECONDS:-100}" ]; do
	for ((i = 0; i < 16; i++)); do
		some_traffic
	done
	pause=$((RANDOM % 8 + 1))
	if ((RANDOM % 2)); then
		sleep "$pause" # keepalives bridge it
	else
		box hold
		for ((i = 0; i < 2 * pause; i++)); do
			some_traffic
		done
		box await c2s held 10
		box await s2c held 10
		box release
	fi
done
# It was a soak: all live, and data came through both ways.
[ "$(living "$C")" -eq "$CONNECTIONS" ] && [ "$(living "$S")" -eq "$CONNECTIONS" ] ||
	fail "$(living "$C") and $(living "$S") of $CONNECTIONS live"
for end in client server; do
	[ "$(grep -c received "$DIR/$end")" -gt "$CONNECTIONS" ] || fail "$end heard little"
done
expect_no_verdict "$C"
expect_no_verdict "$S"
end_watch
! our_lines | grep -q '"conn":' || fail 'lines about a living path'
finish
