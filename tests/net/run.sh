#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [SCENARIO...]: runs the scenarios (all by default), several at a time, once
# for each address family that their `# families:` line names, and prints
# `ok`/`not ok`/`skip` for each, then the matrix of verdicts, then the count. Those that
# have a line `# boxes: firewall outside` run on each (lib.sh), on the outside box with the
# families that `# outside families:` names, else with the first.
# FAMILIES=4 keeps to one family, BOXES=firewall to one box, JOBS is how many run at once,
# SCENARIO_SECONDS (400) is how long one may take, KEEP_RECORDS=DIR keeps the recordings (for
# tests/replay, with JOBS=1: hooks see the whole machine).
set -u
cd "$(dirname "$0")/../.." || exit 1

JOBS=${JOBS:-6}
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
export MATRIX=$OUT/matrix
: >"$MATRIX"
export KEEP_LINES=$OUT/lines
mkdir "$KEEP_LINES"

run_one() { # NAME FAMILY BOX
	local name=$1 family=$2 status word title="$1 ipv$2" out=$OUT/$1.$2.$3
	[ "$3" = firewall ] || title+=" $3"
	FAMILY=$family BOX=$3 timeout -k 20 "${SCENARIO_SECONDS:-400}" \
		bash "tests/net/scenarios/$name.sh" >"$out" 2>&1
	status=$?
	case $status in
	0) word=ok ;;
	77) word=skip ;;
	*) word='not ok' ;;
	esac
	{
		echo "$word $title"
		cat "$out"
	} >"$OUT/done.$name.$family.$3"
	cat "$OUT/done.$name.$family.$3"
}

# The words behind `# KEY:` in a scenario.
words_of() { # NAME KEY
	sed -n "s/^# $2: *//p" "tests/net/scenarios/$1.sh"
}

families_of() { # NAME BOX
	local all
	all=$(words_of "$1" families)
	if [ -n "${FAMILIES:-}" ]; then
		echo "$FAMILIES"
	elif [ "$2" = outside ]; then
		local outside
		outside=$(words_of "$1" 'outside families')
		echo "${outside:-${all%% *}}"
	else
		echo "$all"
	fi
}

boxes_of() { # NAME
	local box boxes
	boxes=$(words_of "$1" boxes)
	for box in ${boxes:-firewall}; do
		[[ " ${BOXES:-$box} " != *" $box "* ]] || echo "$box"
	done
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
	printf '%-26s %-11s %-7s %-24s %-24s %s\n' scenario ip,box end expected got 'line after deciding packet'
	sort "$MATRIX" | while IFS='|' read -r name path end expected got after; do
		printf '%-26s %-11s %-7s %-24s %-24s %s\n' "$name" "v$path" "$end" "$expected" \
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
	for box in $(boxes_of "$name"); do
		families=$(families_of "$name" "$box")
		for family in ${families:-4}; do
			while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
				wait -n
			done
			run_one "$name" "$family" "$box" &
		done
	done
done
wait

validate
print_matrix
# shellcheck disable=SC2126 # grep -c prints a count for each file
count() { cat "$OUT"/done.* | grep -E "^$1 " | wc -l; }
echo "net: $(count ok) passed, $(count 'not ok') failed, $(count skip) skipped"
[ "$(count 'not ok')" -eq 0 ]
