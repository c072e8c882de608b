#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -o: JSON lines in a file while text goes on; SIGHUP opens it anew; a full disk is
# said, survived and counted.
. "$(dirname "$0")/../lib.sh"

start() { # OUTPUT-FILE
	: >"$DIR/text"
	"$IDLEWATCH" -o "$1" >"$DIR/text" 2>"$DIR/stderr" &
	IW_PID=$!
	wait_for "$DIR/text" start 30 || fail "did not start"
}

stop() {
	kill -TERM "$IW_PID"
	wait "$IW_PID" || fail "ended with $?"
	IW_PID=
}

start "$DIR/log"
grep -q '"event":"start"' "$DIR/log" || fail "nothing in the file"
[ "$(stat -c %a "$DIR/log")" = 600 ] || fail "the file is readable by others"
mv "$DIR/log" "$DIR/log.1"
kill -HUP "$IW_PID"
until_true 5 test -e "$DIR/log" || fail "not opened anew"
stop
grep -q '"event":"summary"' "$DIR/log" || fail "the new file has no summary"
! grep -q '"event":"summary"' "$DIR/log.1" || fail "the old file was written on"
grep -q 'events lost *0 ' "$DIR/text" || fail "no count of lost events"

start /dev/full
grep -q 'No space left on device' "$DIR/stderr" || fail "a full disk is not said"
stop
grep -qE 'lines not written [1-9]' "$DIR/text" || fail "lost lines are not counted"

start "$DIR/no/such/folder"
grep -q 'cannot open .*No such file' "$DIR/stderr" || fail "an unwritable file is not said"
stop
: >"$LINES_FILE"
finish
