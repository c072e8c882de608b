#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh SUITE...: runs each suite's program, shows its output, and adds up the last
# lines (`NAME: N passed, N failed, N skipped`). A suite that ends without one failed.
set -u
cd "$(dirname "$0")/.." || exit 1

passed=0 failed=0 skipped=0
OUT=$(mktemp)
trap 'rm -f "$OUT"' EXIT

# The kernels for the machines of the vm suite come while the others run.
if [[ " $* " == *" vm "* ]]; then
	awk '!/^#/ && NF { print $1 }' tests/vm/kernels.list |
		xargs -n 1 tests/vm/fetch.sh >/dev/null 2>&1 &
fi

for suite; do
	started=$SECONDS
	"tests/$suite/run.sh" 2>&1 | tee "$OUT"
	status=${PIPESTATUS[0]}
	if [[ $(tail -n 1 "$OUT") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
		[ "$status" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed=$((failed + 1))
	else
		echo "not ok $suite ended without a count (exit $status)"
		failed=$((failed + 1))
	fi
	echo "-- $suite took $((SECONDS - started)) s"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
