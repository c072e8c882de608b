#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Rules of the house that a program can check.
set -u
cd "$(dirname "$0")/../.." || exit 1

passed=0 failed=0
OUT=$(mktemp)
trap 'rm -f "$OUT"' EXIT

# rule NAME COMMAND...: holds when the command succeeds; what it prints is shown otherwise.
rule() {
	local name=$1
	shift
	if "$@" >"$OUT" 2>&1; then
		echo "ok lint $name"
		passed=$((passed + 1))
	else
		echo "not ok lint $name"
		sed 's/^/  /' "$OUT"
		failed=$((failed + 1))
	fi
}

sources() { git ls-files -co --exclude-standard "$@"; }

clang_formatted() {
	# shellcheck disable=SC2046 # our own file names
	clang-format-14 --dry-run --Werror $(sources '*.c' '*.h')
}

spdx_everywhere() {
	local file bad=0
	for file in $(sources '*.c' '*.h' '*.sh' '*.py' Makefile .ci/run tests/vm/init); do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ' && continue
		echo "$file: no SPDX line"
		bad=1
	done
	for file in $(sources 'bpf/*' 'vmlinux/*.h' '*.bpf.c'); do
		head -n 1 "$file" | grep -q 'GPL-2.0-only' && continue
		echo "$file: goes into the kernel but is not GPL-2.0-only"
		bad=1
	done
	return $bad
}

# The direction of the house: pure files know neither BPF nor loop, clock or output.
pure() {
	local file bad=0
	for file in src/{engine,conn,conn_event,learn,paths,silence,sleeps,event,exposure,cgroup,wire}.[ch] \
		src/{ends,match,offset,both,correlation,trace,vantage}.[ch]; do
		grep -nE '#include <(bpf|uv|time|stdio|unistd|sys/(socket|stat))|#include "(kernel|app|json|text|sink|fields)' \
			"$file" && bad=1
		grep -nE '\b(clock_gettime|printf|read|write)\(' "$file" && bad=1
	done
	# These make words of what they are given, and do no more.
	for file in src/{advice,timeouts,tolerance,detail}.[ch]; do
		grep -nE '#include <(bpf|uv|time|unistd|sys/(socket|stat))|#include "(kernel|app|json|text|sink|clock|log)' \
			"$file" && bad=1
		grep -nE '\b(clock_gettime|printf|fprintf|read|write)\(' "$file" && bad=1
	done
	return $bad
}

only_the_kernel_side_knows_libbpf() {
	! grep -lE 'skel\.h|bpf/libbpf\.h|kernel_internal\.h' src/*.[ch] | grep -vE '^src/(kernel.*|hooks|needs|tap|clsact)\.[ch]$'
}

outputs_know_no_engine() {
	! grep -nE '#include "(engine|kernel|app)\.h"' src/fields.[ch] src/json.[ch] src/text.[ch] src/detail.[ch]
}

kernel_differences_in_one_file() {
	! grep -nE 'bpf_core_(field|type|enum_value)_exists|LINUX_KERNEL_VERSION' bpf/*.[ch] |
		grep -v '^bpf/compat.bpf.h'
}

no_long_files() {
	! wc -l src/*.[ch] bpf/*.[ch] | awk '$2 != "total" && $1 > 600' | grep .
}

no_banned_calls() {
	! grep -nE '\b(strcpy|sprintf|gets|atol|strtok|vsprintf|system|popen)\(' src/*.[ch]
}

shell_checked() {
	# shellcheck disable=SC2046 # our own file names
	shellcheck -e SC1091,SC2015,SC2016 $(sources '*.sh' .ci/run)
}

c_checked() {
	# It cannot see uthash's and libbpf's macros: those it must take as given.
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--suppress=missingIncludeSystem --inline-suppr -D_GNU_SOURCE \
		--include=tests/lint/macros.h -Ibpf -Isrc src tests/net
}

# Registers and types differ: what compiles here need not compile there.
arm64_compiles() {
	make --no-print-directory -B arm64
}

rule 'clang-format' clang_formatted
rule 'SPDX line in every file' spdx_everywhere
rule 'engine is pure' pure
rule 'only the way to the kernel knows libbpf' only_the_kernel_side_knows_libbpf
rule 'outputs know no engine' outputs_know_no_engine
rule 'kernel differences live in compat.bpf.h' kernel_differences_in_one_file
rule 'no file over 600 lines' no_long_files
rule 'no banned calls' no_banned_calls
rule 'shellcheck' shell_checked
rule 'cppcheck' c_checked
rule 'the kernel side compiles for arm64' arm64_compiles

echo "lint: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
