#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [SCENARIO...]: runs the scenarios (all by default), several at a time, once
# for each address family that their `# families:` line names, and prints
# `ok`/`not ok`/`skip` for each, then the matrix of verdicts, then the count.
# FAMILIES=4 keeps to one family, JOBS is how many run at once, KEEP_RECORDS=DIR keeps the
# recordings (for tests/replay, with JOBS=1: hooks see the whole machine).
set -u
cd "$(dirname "$0")/../.." || exit 1

JOBS=${JOBS:-6}
AGAIN='failed, to be tried again:'
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
export MATRIX=$OUT/matrix
: >"$MATRIX"
export KEEP_LINES=$OUT/lines
mkdir "$KEEP_LINES"

run_one() { # NAME FAMILY WORD-FOR-FAILURE
	local name=$1 family=$2 status word
	FAMILY=$family timeout -k 20 400 bash "tests/net/scenarios/$name.sh" >"$OUT/$name.$family" 2>&1
	status=$?
	case $status in
	0) word=ok ;;
	77) word=skip ;;
	*) word=$3 ;;
	esac
	{
		echo "$word $name ipv$family"
		cat "$OUT/$name.$family"
	} >>"$OUT/done.$name.$family"
	cat "$OUT/done.$name.$family"
}

# Every line of every scenario is valid by the published schema.
validate() {
	[ -n "$(ls "$KEEP_LINES")" ] && [ -f docs/schema.json ] || return
	if /usr/bin/python3 tests/replay/validate.py docs/schema.json "$KEEP_LINES"/* >"$OUT/valid" 2>&1; then
		echo "ok schema ($(tail -n 1 "$OUT/valid"))"
	else
		echo "not ok schema"
		sed 's/^/  /' "$OUT/valid"
	fi >"$OUT/done.schema"
	cat "$OUT/done.schema"
}

print_matrix() {
	[ -s "$MATRIX" ] || return
	echo
	printf '%-26s %-4s %-7s %-24s %-24s %s\n' scenario ip end expected got 'line after deciding packet'
	sort "$MATRIX" | while IFS='|' read -r name family end expected got after; do
		printf '%-26s %-4s %-7s %-24s %-24s %s\n' "$name" "v$family" "$end" "$expected" \
			"$got" "${after:+$after ms}"
	done
}

# Those that say `# takes minutes` come first, so that nobody waits for them at the end.
if [ $# -eq 0 ]; then
	cd tests/net/scenarios || exit 1
	# shellcheck disable=SC2046 # our own file names
	set -- $(grep -lx '# takes minutes' ./*.sh) $(grep -Lx '# takes minutes' ./*.sh)
	set -- "${@%.sh}"
	set -- "${@#./}"
	cd ../../..
fi
for name; do
	[ -f "tests/net/scenarios/$name.sh" ] || {
		echo "run.sh: no scenario $name" >&2
		exit 2
	}
	families=${FAMILIES:-$(sed -n 's/^# families: *//p' "tests/net/scenarios/$name.sh")}
	for family in ${families:-4}; do
		while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
			wait -n
		done
		run_one "$name" "$family" "$AGAIN" &
	done
done
wait

# On a busy machine a helper may be late: what failed is run once more, alone, and both
# runs are shown. Failing twice is failing.
grep -l "^$AGAIN" "$OUT"/done.* 2>/dev/null | while read -r first; do
	name=${first#"$OUT"/done.}
	run_one "${name%.*}" "${name##*.}" 'not ok' </dev/null
done
validate
print_matrix
# shellcheck disable=SC2126 # grep -c prints a count for each file
count() { cat "$OUT"/done.* | grep -E "^$1 " | wc -l; }
echo "$(grep -l "^$AGAIN" "$OUT"/done.* 2>/dev/null | wc -l) of them were run twice"
echo "net: $(count ok) passed, $(count 'not ok') failed, $(count skip) skipped"
[ "$(count 'not ok')" -eq 0 ]
