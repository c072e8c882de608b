#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the unit tests, which the Makefile has built with sanitizers.
set -u
cd "$(dirname "$0")/../.." || exit 1

passed=0 failed=0
OUT=$(mktemp)
trap 'rm -f "$OUT"' EXIT

# What was built from a file that is no more is not run.
for source in tests/unit/test_*.c; do
	program=${BUILD:-build}/unit/$(basename "$source" .c)
	"$program" >"$OUT" 2>&1
	status=$?
	good=$(grep -c '^\[       OK \]' "$OUT")
	# cmocka names each failed test once more at the end.
	bad=$(sed -nE 's/^\[  FAILED  \] ([a-z0-9_]+)$/\1/p' "$OUT" | sort -u | wc -l)
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$good" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1 # a program without a test
	if [ "$bad" -eq 0 ]; then
		echo "ok unit ${program##*/} ($good)"
	else
		echo "not ok unit ${program##*/} (exit $status)"
		grep -vE '^\[( RUN  |       OK )' "$OUT" | sed 's/^/  /'
	fi
	passed=$((passed + good)) failed=$((failed + bad))
done
echo "unit: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
