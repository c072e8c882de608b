#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Golden recordings of the scenarios: each replays, as nobody, to the lines kept
# beside it. RENEW=1 writes those lines anew after a change that is meant.
set -u
cd "$(dirname "$0")/../.." || exit 1

IDLEWATCH=${IDLEWATCH:-$PWD/build/idlewatch}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
chmod 755 "$DIR"
cp "$IDLEWATCH" "$DIR/idlewatch"
passed=0 failed=0

result() { # STATUS NAME
	if [ "$1" -eq 0 ]; then
		echo "ok replay $2"
		passed=$((passed + 1))
	else
		echo "not ok replay $2"
		failed=$((failed + 1))
	fi
}

replay() { # FILE
	setpriv --reuid 65534 --regid 65534 --clear-groups "$DIR/idlewatch" -j --replay - <"$1"
}

# bad NAME PATTERN FILE: is refused with a sentence that matches, and exit code 1.
bad() {
	replay "$3" >"$DIR/out" 2>"$DIR/err"
	[ $? -eq 1 ] && grep -qE "at offset [0-9]+: $2" "$DIR/err"
	result $? "$1"
}

for recording in tests/replay/*.rec; do
	lines=${recording%.rec}.jsonl
	[ -z "${RENEW:-}" ] || replay "$recording" >"$lines" 2>/dev/null
	replay "$recording" 2>/dev/null | diff -u "$lines" - >"$DIR/diff"
	result $? "$(basename "$recording")"
	head -n 20 "$DIR/diff"
done

first=$(printf '%s\n' tests/replay/*.rec | head -n 1)
head -c "$(($(stat -c %s "$first") - 1))" "$first" >"$DIR/cut"
bad 'a file that ends in the middle' 'the file ends in the middle' "$DIR/cut"
bad 'a foreign file' 'not a recording' LICENSES/GPL-2.0-only.txt
: >"$DIR/empty"
bad 'an empty file' 'not a recording' "$DIR/empty"
# What came before the present format: this, and structs as they were in memory.
{ printf 'idlewatch facts\n\2\0\0\0\10\1\0\0\60\0\0\0' && head -c 292 /dev/zero; } >"$DIR/old"
bad 'an old recording' 'recorded by an older version of idlewatch: replay it with that one' "$DIR/old"
{ head -c 16 "$first" && printf '\377\377' && tail -c +19 "$first"; } >"$DIR/version"
bad 'a newer format' 'recorded by a newer version' "$DIR/version"
settings=$(od -An -j18 -N2 -tu2 --endian=little "$first")
{ head -c "$((20 + settings))" "$first" && printf '\11' && tail -c +"$((22 + settings))" "$first"; } >"$DIR/kind"
bad 'a record of unknown kind' 'a record of unknown kind: recorded by a newer version' "$DIR/kind"
"$IDLEWATCH" --replay "$DIR/none" 2>"$DIR/err"
[ $? -eq 1 ] && grep -q 'cannot open' "$DIR/err"
result $? 'a file that is not there'

/usr/bin/python3 tests/replay/validate.py docs/schema.json tests/replay/*.jsonl >"$DIR/out" 2>&1
result $? 'every line is valid by docs/schema.json'
cat "$DIR/out"

echo "replay: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
