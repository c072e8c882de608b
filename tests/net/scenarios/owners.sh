#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Whose connection it is, however it came to be held: forked, duplicated, passed over a
# Unix socket, accepted by a worker, kept through exec, held by a daemon.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../owners.sh"

MODES=(forked duplicated passed worker exec daemon)
port=7101
build_network
watch
for mode in "${MODES[@]}"; do
	start_owner "$mode" "$port"
	start_end "client_$port" "$C" connect "$S4" "$port"
	await "$mode" 'held [0-9]'
	port=$((port + 1))
done
path_down
for mode in "${MODES[@]}"; do
	keep_alive "$mode"
done
port=7101
for mode in "${MODES[@]}"; do
	expect_verdict "$S" path-dead 40 "\"local_port\":$port"
	pids=$(held_by "$mode")
	any_about "$S" path-dead "\"local_port\":$port" "\"pids\":[$pids]" ||
		fail "$mode: held by $pids, said: $(lines_about "$S" path-dead "\"local_port\":$port" | grep -o '"pids":[^]]*]')"
	any_about "$S" path-dead "\"local_port\":$port" "\"netns_name\":\"$S\"" '"user":"root"' ||
		fail "$mode: neither user nor namespace"
	any_about "$S" path-dead "\"local_port\":$port" "\"pid\":${pids%%,*},\"comm\":\"$(cat "/proc/${pids%%,*}/comm")\"" ||
		fail "$mode: the first of $pids is not the one named"
	port=$((port + 1))
done
end_watch
finish
