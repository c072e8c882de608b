#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -p with -f sees connections of a grandchild whose parent has ended, and the watch ends
# when the grandchild does; without -f it is not seen.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../owners.sh"

build_network
start_owner daemon 7101
start_owner forked 7102
watch -f -p "$(end_pid daemon)"
"$IDLEWATCH" -j -p "$(end_pid daemon)" >"$DIR/without" 2>&1 &
adopt without $!
wait_for "$DIR/without" '"event":"start"' 30 || fail 'no second watch'
start_end client "$C" connect "$S4" 7101
start_end other "$C" connect "$S4" 7102
await daemon 'held [0-9]'
await forked 'held [0-9]'
grandchild=$(held_by daemon)
path_down
keep_alive daemon
keep_alive forked
expect_verdict "$S" path-dead/idle 20 '"local_port":7101' "\"pids\":[$grandchild]"
[ -z "$(lines_about "$S" suspect '"local_port":7102')" ] || fail "a line about another's connection"
kill -9 "$(end_pid daemon)"
wait "$(end_pid daemon)" 2>/dev/null
wait_for "$DIR/without" '"event":"summary"' 5 || fail 'did not end with its process'
! grep -q '"event":"path-dead"' "$DIR/without" || fail 'without -f, a line about a grandchild'
! grep -q '"event":"summary"' "$LINES_FILE" || fail 'ended while a grandchild lives'
kill -9 "$grandchild"
wait_for "$LINES_FILE" '"event":"summary"' 5 || fail 'did not end with the last of them'
wait "$IW_PID" || fail "ended with $?"
IW_PID=
finish
