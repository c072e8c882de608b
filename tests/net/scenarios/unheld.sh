#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Connections that no process holds by a descriptor: the server's waits in its listener's
# queue, the client's is in an io_uring only. Both were there before idlewatch. They get their
# verdict; a watch of the two programs cannot tell whether they are theirs, and says so.
. "$(dirname "$0")/../lib.sh"

build_network
start_end server "$S" listen "$S4" "$PORT" accept=off keepalive=8,1,4
await server listening
start_end client "$C" connect "$S4" "$PORT"
await client connected
tell client keepalive 8,1,4
tell client hide
await client 'hidden'
! grep -q 'not hidden' "$DIR/client" || skip 'there is no io_uring'
watch
"$IDLEWATCH" list -j | grep "\"netns_name\":\"$S\"" | grep -q '"owner_kind":"not-accepted"' ||
	fail 'the one in the queue is not listed'
"$IDLEWATCH" -j -p "$(end_pid server)" -p "$(end_pid client)" >"$DIR/chosen" 2>&1 &
adopt chosen $!
await chosen '"event":"start"' 30
path_down
expect_verdict "$S" path-dead 30 '"owner_kind":"not-accepted"'
expect_verdict "$C" path-dead 30
for ns in "$S" "$C"; do
	[ -z "$(field "$ns" path-dead pid)" ] || fail 'somebody holds it'
done
await chosen '"event":"lost".*"undecided_connections":([2-9]|[0-9]{2})'
! grep -q '"event":"path-dead"' "$DIR/chosen" || fail 'chosen, though nobody could know'
kill -TERM "$(end_pid chosen)"
await chosen '"event":"summary".*"undecided_connections":([2-9]|[0-9]{2})'
end_watch
finish
