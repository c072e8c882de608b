#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A process in PID and network namespaces of its own, made by unshare: it is shown by the
# number that it has here; its namespace has no name; -p with its number there is refused
# and explained. idlewatch in that PID namespace shows the number there.
. "$(dirname "$0")/../lib.sh"

LAST_PID=$(($(cat /proc/sys/kernel/pid_max) - 10)) # free outside, surely
INSIDE=$((LAST_PID + 1))

mkfifo "$DIR/server.in" "$DIR/client.in" "$DIR/rules.in"
(cd "$DIR" && exec unshare --net --pid --fork --mount-proc --kill-child sh -c '
	ip link set lo up
	echo "$1" >/proc/sys/kernel/ns_last_pid
	"$2" listen 127.0.0.1 7101 keepalive=3,1,3 name=inside <server.in >server &
	echo "started $!"
	until grep -q listening server; do sleep 0.1; done
	"$2" connect 127.0.0.1 7101 <client.in >client &
	"$3" -j >inside.lines 2>&1 &
	read -r word <rules.in
	nft "add table inet t; add chain inet t c { type filter hook output priority 0; policy drop; }"
	wait' sh "$LAST_PID" "$TCPEND" "$IDLEWATCH" >"$DIR/inside" 2>&1) &
adopt unshare $!
exec 7>"$DIR/server.in" 8>"$DIR/client.in"
wait_for "$DIR/server" connected 20 || fail "nothing runs inside: $(cat "$DIR/inside")"
# Called INSIDE there, and only there.
pid=$(grep -lsE "^NSpid:[[:blank:]]+[0-9]+[[:blank:]]+$INSIDE\$" /proc/[0-9]*/status | tr -dc '0-9\n')
[ -n "$pid" ] || {
	fail "no process is called $INSIDE: $(cat "$DIR/inside")"
	finish
}
inode=$(stat -L -c %i "/proc/$pid/ns/net")

"$IDLEWATCH" -p "$INSIDE" >"$DIR/refused" 2>&1
[ $? -eq 2 ] || fail 'a PID of another namespace was not refused'
grep -q "no process $INSIDE is running here; inside a container, process $pid is called so" \
	"$DIR/refused" || fail "no explanation: $(cat "$DIR/refused")"

watch -p "$pid"
wait_for "$DIR/inside.lines" '"event":"start"' 30 || fail "no watch inside: $(cat "$DIR/inside.lines")"
echo go >"$DIR/rules.in"
wait_for "$LINES_FILE" "\"verdict\":\"local-drop\".*\"pids\":\[$pid\].*\"netns\":$inode," 20 ||
	fail "not shown as $pid: $(cat "$LINES_FILE")"
! grep -q "\"netns\":$inode,\"netns_name\"" "$LINES_FILE" || fail 'a name for a namespace without one'
wait_for "$DIR/inside.lines" "\"verdict\":\"local-drop\".*\"pids\":\[$INSIDE\].*\"netns\":$inode," 20 ||
	fail "not shown as $INSIDE inside: $(grep -v start "$DIR/inside.lines")"
kill -KILL "$(end_pid unshare)"
wait_for "$LINES_FILE" '"event":"summary"' 10 || fail 'did not end with its process'
wait "$IW_PID"
IW_PID=
finish
