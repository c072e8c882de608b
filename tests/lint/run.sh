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
	for file in $(sources 'bpf/*.[ch]' 'vmlinux/*.h' '*.bpf.c'); do
		head -n 1 "$file" | grep -q 'GPL-2.0-only' && continue
		echo "$file: goes into the kernel but is not GPL-2.0-only"
		bad=1
	done
	return $bad
}

# The floors of the house: a folder includes its own files and those of floors below, but
# what both ends wrote is read without any kernel.
FLOORS='base|capture|engine|host|kernel|output|store|ends|watch|commands'
floor() {
	case $1 in
	base) echo 0 ;;
	capture | engine | host) echo 1 ;;
	kernel | output | store) echo 2 ;;
	ends | watch) echo 3 ;;
	commands) echo 4 ;;
	main.c) echo 5 ;;
	*) return 1 ;;
	esac
}

no_include_upward() {
	local line from to bad=0
	while IFS= read -r line; do
		from=${line#src/} from=${from%%/*} from=${from%%:*}
		to=${line#*[\"<]} to=${to%%/*}
		[ "$from" = "$to" ] && continue
		floor "$from" >/dev/null || { echo "$line: src/$from is on no floor" && bad=1 && continue; }
		[ "$(floor "$to" || echo 9)" -lt "$(floor "$from")" ] &&
			[ "$from/$to" != ends/kernel ] && continue
		echo "$line"
		bad=1
	done < <(grep -rnE '# *include *["<]('"$FLOORS"')/' src)
	return $bad
}

# Our own headers are named with their folder, so that the rule above sees them.
includes_name_their_folder() {
	! grep -rnE '# *include *"' src |
		grep -vE '#include "(('"$FLOORS"')/[a-z0-9_]+|idlewatch(\.skel)?)\.h"' &&
		! grep -rnE '# *include *<('"$FLOORS"')/' src
}

# The engine knows neither I/O nor clock; of base only what has none either.
engine_is_pure() {
	local allowed='<(assert|errno|inttypes|math|stdbool|stddef|stdint|stdlib|string|netinet/in|uthash)\.h>'
	local bad=0

	grep -nE '#include' src/engine/*.[ch] |
		grep -vE "#include ($allowed|\"(engine/[a-z_]+|base/util|idlewatch)\.h\")" && bad=1
	grep -nE '\b(clock_gettime|gettimeofday|time|nanosleep|f?printf|f?open|read|write|getenv|exit)\(' \
		src/engine/*.[ch] && bad=1
	grep -nE '#include' src/base/util.h | grep -vE '<(stdint|sys/param)\.h>' && bad=1
	return $bad
}

# only_in FOLDER PATTERN: no other folder includes a header that matches.
only_in() {
	! grep -rnE "# *include *[<\"]($2)" src | grep -vE "^src/$1[/:]"
}
# Parts return errors; only main's floor makes exit codes of them, and nobody ends the program
# but a child that was forked.
errors_go_one_way() {
	! grep -rnE '\bEXIT_[A-Z]+' src | grep -vE '^src/(commands/|main\.c)' &&
		! grep -rnE '\bexit\(' src
}

# object__verb() is for the API.
statics_are_plain() {
	! grep -rnE --include='*.c' '^static [^=;(]*\b[a-z_]+__[a-z_]+\(' src
}

no_wide_lines() {
	local file bad=0
	for file in $(sources 'src/*.[ch]' 'bpf/*.[ch]' 'tools/*.c'); do
		expand -t 8 "$file" | awk -v f="$file" 'length > 100 { print f ":" NR; bad = 1 } END { exit bad }' ||
			bad=1
	done
	return $bad
}

kernel_differences_in_one_file() {
	! grep -nE 'bpf_core_(field|type|enum_value)_exists|LINUX_KERNEL_VERSION' bpf/*.[ch] |
		grep -v '^bpf/compat.bpf.h'
}

no_long_files() {
	! wc -l src/*.[ch] src/*/*.[ch] bpf/*.[ch] tests/*/*.[ch] tests/net/box/*.[ch] | awk '$2 != "total" && $1 > 600' | grep .
}

no_banned_calls() {
	! grep -nE '\b(strcpy|sprintf|gets|atol|strtok|vsprintf|system|popen)\(' src/*.[ch] src/*/*.[ch]
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

# Hash maps that are not allocated beforehand: sockets' storage can be nothing else, and no
# kprobe may use it.
maps_not_preallocated() {
	awk '/^struct/ { flagged = storage = 0 }
		/BPF_F_NO_PREALLOC/ { flagged = 1 }
		/BPF_MAP_TYPE_SK_STORAGE/ { storage = 1 }
		/SEC\("\.maps"\)/ && flagged && !storage { print $2 }' bpf/*.bpf.[ch]
}

# What the programs refer to that are attached to kprobes, tracepoints or performance events,
# and the functions that they may call.
used_by_kprobes() {
	local sections='^.[.]rel([.]text|k(ret)?probe/|tp/|tracepoint/|raw_t|perf_event)'
	readelf -rW "$1" | awk -v sections="$sections" '/^Relocation section/ { kprobe = $3 ~ sections }
		kprobe && /R_BPF/ { print $NF }' | sort -u
}

# Kernels 5.15 to 6.0 warn when such a program is loaded with a hash that allocates as it
# goes, and stop where panic_on_warn is set (check_map_prog_compatibility).
kprobes_use_preallocated_maps() {
	local object=build/idlewatch.bpf.full.o used
	make --no-print-directory -s "$object"
	used=$(used_by_kprobes "$object")
	grep -qx tracked <<<"$used" || { echo "what kprobes use is not found" && return 1; }
	! maps_not_preallocated | grep -xF -- "$used"
}

rule 'clang-format' clang_formatted
rule 'SPDX line in every file' spdx_everywhere
rule 'no include upward' no_include_upward
rule 'includes name their folder' includes_name_their_folder
rule 'engine is pure' engine_is_pure
rule 'libbpf only in kernel/' only_in kernel '(bpf/|linux/bpf|idlewatch\.skel)'
rule 'SQLite only in store/' only_in store sqlite3
rule 'libpcap only in capture/' only_in capture pcap
rule 'libuv only in watch/ and the tap' only_in '(watch|kernel/tap.[ch])' uv
rule 'argp only in commands/' only_in commands argp
rule 'errors go one way' errors_go_one_way
rule 'statics are plain' statics_are_plain
rule 'no line over 100 columns' no_wide_lines
rule 'kernel differences live in compat.bpf.h' kernel_differences_in_one_file
rule 'kprobes use preallocated maps' kprobes_use_preallocated_maps
rule 'no file over 600 lines' no_long_files
rule 'no banned calls' no_banned_calls
rule 'shellcheck' shell_checked
rule 'cppcheck' c_checked
rule 'the kernel side compiles for arm64' arm64_compiles

echo "lint: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
