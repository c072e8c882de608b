#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two idlewatch with one state: the second says that it only reads it, and both watch.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
watch --state "$STATE"
"$IDLEWATCH" -j --state "$STATE" >"$DIR/second" 2>"$DIR/second.err" &
ENDS["second"]=$!
wait_for "$DIR/second" '"event":"start"' 30 || fail "the second did not start: $(cat "$DIR/second.err")"
grep -q "another idlewatch writes $STATE; this one only reads it" "$DIR/second.err" ||
	fail "the second said: $(cat "$DIR/second.err")"
pair 4 keepalive=4,1,4
learnt() { path "$C" | grep -q idle_survived_max_ms; }
until_true 20 learnt || fail "the first did not write"
end_watch
kill -TERM "${ENDS[second]}"
wait "${ENDS[second]}" || fail "the second ended with $?"
unset 'ENDS[second]'
grep -q '"event":"summary"' "$DIR/second" || fail "the second has no summary"
[ "$(path_field "$C" idle_survived_times)" = 1 ] || fail "written twice: $(path "$C")"
finish
