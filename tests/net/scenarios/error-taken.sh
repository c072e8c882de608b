#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A program that asks for the error of its connections all the time takes it before any hook
# can read it. The watch begins after the last probe, so that the end is the first news.
. "$(dirname "$0")/../lib.sh"

probed() { [ "$(in_ns "$C" ss -tnoHO | grep -c 'timer:(keepalive,.*,1)')" -eq 8 ]; }

build_network
hold_up_ends
connect_pair "$PORT" count=8
path_down
tell client keepalive 1,7,1
until_true 10 probed || fail 'no keepalives'
watch
tell client ask
await client asking
while read -r local; do
	expect_verdict "$C" path-dead 20 "\"local_port\":$local"
	expect "$C" closed 5 "\"local_port\":$local" ':110'
done < <(sed -n 's/^connected //p' "$DIR/client")
any_about "$C" closed '"errno_inferred":110' || fail 'none of the errors was taken early'
! any_about "$C" closed '"errno":110' '"errno_inferred":' || fail 'both seen and inferred'
[ "$(grep -c '^error 110 ' "$DIR/client")" -eq 8 ] || fail 'the program was told something else'
end_watch
finish
