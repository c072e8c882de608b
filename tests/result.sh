# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For suites that count as they go; SUITE is the name on each line.
passed=0 failed=0

result() { # STATUS NAME
	if [ "$1" -eq 0 ]; then
		echo "ok $SUITE $2"
		passed=$((passed + 1))
	else
		echo "not ok $SUITE $2"
		failed=$((failed + 1))
	fi
}
