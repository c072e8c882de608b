#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What looks like a connection that the kernel gave up, its error taken by the program: a
# keepalive is unanswered when a reset comes in, when somebody destroys the socket, when the
# program aborts, and when it takes the connection elsewhere. None is a verdict.
. "$(dirname "$0")/../lib.sh"

probed() { [ "$(in_ns "$C" ss -tnoHO | grep -c 'timer:(keepalive,.*,1)')" -eq 4 ]; }

build_network
hold_up_ends
watch --idle 1m
for how in reset destroyed aborted repaired; do
	start_end "server_$how" "$S" listen "$S4" "$PORT"
	await "server_$how" listening
	start_end "$how" "$C" connect "$S4" "$PORT"
	await "server_$how" connected
	PORT=$((PORT + 1))
done
path_down
for how in reset destroyed aborted repaired; do
	tell "$how" keepalive 1,30,1
done
until_true 10 probed || fail 'no keepalives'
path_up
for how in reset destroyed aborted repaired; do
	tell "$how" ask
	await "$how" asking
done
tell server_reset quit
await reset 'error 104'
in_ns "$C" ss -KtnHO dport = 7001 >/dev/null
await destroyed 'error 103'
tell aborted abort
tell repaired repair
gone() { [ -z "$(in_ns "$C" ss -tnHO)" ]; }
until_true 5 gone || fail 'some are left'
expect_no_verdict "$C"
end_watch
expect_no_verdict "$C"
finish
