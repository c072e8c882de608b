#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: outside
# Three hundred connections with keepalives and traffic both ways for two minutes, over a
# path of 60 ms that loses 1 % of all packets, doubles some and lets some overtake others:
# they live, and nothing is said of them.
. "$(dirname "$0")/../lib.sh"

build_network
box delay 30 5
box swallow percent 1
box double 1
box reorder 1
watch
start_end server "$S" listen "$S4" "$PORT" keepalive=2,1,30
await server listening
start_end client "$C" connect "$S4" "$PORT" keepalive=2,1,30 count=300
all_connected() { [ "$(grep -c connected "$DIR/server")" -eq 300 ]; }
until_true 60 all_connected || fail "not all connected"
for ((round = 0; round < 20; round++)); do
	tell client send 200
	sleep 1 # the traffic's own pace: two minutes of it are what is tested
	tell server send 3000
	sleep "$((round % 3 * 4))" # the same; the longer ones are bridged by keepalives
done
[ -z "$(lines_about "$C" suspect)$(lines_about "$S" suspect)" ] || fail "living connections are suspected"
expect_no_verdict "$C"
expect_no_verdict "$S"
end_watch
our_lines | grep -qE '"event":"(suspect|recovered)"' && fail "lines about a living path"
finish
