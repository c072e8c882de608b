#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fuzzes the readers of recordings, of JSON lines and of captures, from what is kept of each,
# for FUZZ_SECONDS (60) in all.
set -u
cd "$(dirname "$0")/../.." || exit 1

SECONDS_EACH=$((${FUZZ_SECONDS:-60} / 3))
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
passed=0 failed=0

# fuzz NAME MAX-BYTES: from the inputs in $DIR/NAME.corpus.
fuzz() {
	local input found="$DIR/$1.found/"
	mkdir "$found"
	if "${BUILD:-build}/fuzz/$1" -max_total_time="$SECONDS_EACH" -max_len="$2" -timeout=10 \
		-rss_limit_mb=1024 -close_fd_mask=2 -print_final_stats=1 -artifact_prefix="$found" \
		"$DIR/$1.corpus" >"$DIR/log" 2>&1; then
		echo "ok fuzz $1 ($(sed -n 's/^stat::number_of_executed_units: *//p' "$DIR/log") inputs)"
		passed=$((passed + 1))
		return
	fi
	echo "not ok fuzz $1"
	failed=$((failed + 1))
	tail -n 40 "$DIR/log" | sed 's/^/  /'
	for input in "$found"*; do
		[ ! -f "$input" ] || { echo "  input: ${input##*/}" && base64 -w0 "$input" | head -c 4000; }
	done
}

mkdir "$DIR"/{replay,lines,capture}.corpus
cp tests/replay/*.rec "$DIR/replay.corpus/"
fuzz replay 65536
# Both hosts' lines: a NUL stands between the two files.
for lines in tests/replay/*.jsonl; do
	{ cat "$lines" && printf '\0' && cat "$lines"; } >"$DIR/lines.corpus/$(basename "$lines")"
done
fuzz lines 65536
cp tests/both/*.pcap tests/both/*.pcapng "$DIR/capture.corpus/"
fuzz capture 16384

echo "fuzz: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
