#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Several -p: the connections of each, opened before the watch, accepted and connected,
# and nobody else's; the watch goes on until the last of them has ended.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
start_end server "$S" listen "$S4" 7001 keepalive=6,2,3
await server listening
start_end client "$C" connect "$S4" 7001 keepalive=6,2,3
await server connected
start_end other "$C" connect "$S4" 7001 keepalive=6,2,3
await other connected
exchange
watch -p "$(end_pid server)" -p "$(end_pid client)"
expect_verdict "$C" path-dead/idle 20 "\"pids\":[$(end_pid client)]"
expect_verdict "$S" path-dead/idle 20 "\"pids\":[$(end_pid server)]"
expect "$C" closed 10
! any_about "$C" suspect "\"pids\":[$(end_pid other)]" || fail "a line about another's connection"
tell client quit
until_true 5 eval '! kill -0 "$(end_pid client)" 2>/dev/null' || fail 'the client goes on'
kill -0 "$IW_PID" || fail 'ended with the first of them'
tell server quit
until_true 5 grep -q '"event":"summary"' "$LINES_FILE" || fail 'did not end with the last of them'
wait "$IW_PID" || fail "ended with $?"
IW_PID=
finish
