#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# A server that closes each connection when it was idle for some 3.5 s: not a word about
# any, but what they share is kept as a hint.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
watch --state "$STATE"
closes_when_idle() { # NAME
	idle() { [ "$(quiet_ms "$1")" -ge 3500 ]; }
	until_true 10 idle "$1"
	tell "s$1" close
	await "c$1" eof
	tell "c$1" close
}
for name in 1 2 3 4; do
	pair "$name"
	closes_when_idle "$name"
done
end_watch
expect_no_verdict "$C"
refuse "$C" suspect
[ "$(path_field "$C" idle_closed_times)" = 4 ] || fail "no hint is kept: $(path "$C")"
gap=$(path_field "$C" idle_closed_usual_ms)
[ "$gap" -ge 3200 ] && [ "$gap" -le 4200 ] || fail "the gap is $gap ms"
path "$C" | grep -qE 'idle_(reset|died)' && fail "it is taken for the path's: $(path "$C")"
finish
