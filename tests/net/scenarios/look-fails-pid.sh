#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# With -p the owner of a connection new in trouble cannot be looked for, as idlewatch has no
# descriptor left: its facts wait until that works again, and nothing is forgotten.
. "$(dirname "$0")/../lib.sh"

lost_events() { sed -nE 's/.*"lost_events":([0-9]+).*/\1/p' "$LINES_FILE" | tail -n 1; }
looks_failed() { [ "$(lost_events)" -gt 0 ]; }

allow_lost_events
build_network
few_retries
connect_pair "$PORT" keepalive=4,1,30
exchange
watch -p "$(end_pid client)"
limit=$(prlimit --pid "$IW_PID" --nofile --noheadings --output SOFT)
prlimit --pid "$IW_PID" --nofile="3:"
path_down
until_true 30 looks_failed || fail 'the failed looks were not counted'
refuse "$C" suspect
prlimit --pid "$IW_PID" --nofile="$limit:"
expect_verdict "$C" path-dead/idle 30
[ "$(field "$C" path-dead pid)" = "$(end_pid client)" ] || fail 'it has no owner'
end_watch
finish
