#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# Two hundred connections through one firewall, half of them kept alive by short
# keepalives: exactly the other half is dead, and the peer's address is known to answer.
. "$(dirname "$0")/../lib.sh"

dead() { lines_about "$1" path-dead "\"$2\":701$3," | wc -l; }
all_dead() { [ "$(dead "$C" peer_port 2)" -eq 100 ] && [ "$(dead "$S" local_port 2)" -eq 100 ]; }

build_network
forgetful_firewall 5
watch
for kind in 1,2,3 8,2,3; do
	port=7012
	[ "$kind" = 8,2,3 ] || port=7011
	start_end "server$port" "$S" listen "$(server_address)" "$port" keepalive="$kind"
	await "server$port" listening
	start_end "client$port" "$C" connect "$(server_address)" "$port" keepalive="$kind" count=100
	all_connected() { [ "$(grep -c connected "$DIR/server$port")" -eq 100 ]; }
	until_true 20 all_connected || fail "not all of port $port connected"
done
expect_verdict "$C" path-dead/idle 25
expect_verdict "$S" path-dead/idle 25
until_true 10 all_dead || fail "$(dead "$C" peer_port 2) of 100 dead on c, $(dead "$S" local_port 2) on s"
[ "$(dead "$C" peer_port 1)$(dead "$S" local_port 1)" = 00 ] || fail "a living one was called dead"
expect "$C" path-dead 1 '"peer_heard_elsewhere":"to-address"' '"confidence":"likely"'
expect "$S" path-dead 1 '"peer_heard_elsewhere":"from-address"' '"confidence":"likely"'
everyone_told() { [ "$(grep -c 'error 110' "$DIR/client7012")" -eq 100 ]; }
until_true 15 everyone_told || fail "not all were given up"
end_watch
grep '"event":"summary"' "$LINES_FILE" | grep -q '"lost_events":0,.*"lost_lines":0' || fail "events lost"
finish
