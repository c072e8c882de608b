#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# idlewatch has no descriptor left to look at a socket with: the failed look is counted, no
# verdict falls on it, and it is tried again.
. "$(dirname "$0")/../lib.sh"

lost_events() { sed -nE 's/.*"lost_events":([0-9]+).*/\1/p' "$LINES_FILE" | tail -n 1; }
looks_failed() { [ "$(lost_events)" -gt 0 ]; }

build_network
allow_lost_events
few_retries
watch
connect_pair "$PORT" keepalive=4,1,30
exchange
path_down
limit=$(prlimit --pid "$IW_PID" --nofile --noheadings --output SOFT)
expect "$C" suspect 20
prlimit --pid "$IW_PID" --nofile="3:"
until_true 20 looks_failed || fail 'the failed looks were not counted'
grep '"event":"lost"' "$LINES_FILE" | grep -qE 'kernel facts.*; [0-9]+ looks failed' ||
	fail 'the line does not say what was lost'
expect_no_verdict "$C"
prlimit --pid "$IW_PID" --nofile="$limit:"
expect_verdict "$C" path-dead/idle 20
end_watch
finish
