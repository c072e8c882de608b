#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fuzzes the reader of recordings for SECONDS (60), from the golden recordings.
set -u
cd "$(dirname "$0")/../.." || exit 1

SECONDS_EACH=${FUZZ_SECONDS:-60}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT

mkdir "$DIR/corpus"
cp tests/replay/*.rec "$DIR/corpus/" 2>/dev/null
if "${BUILD:-build}/fuzz/replay" -max_total_time="$SECONDS_EACH" -max_len=65536 -timeout=10 \
	-rss_limit_mb=1024 -close_fd_mask=2 -print_final_stats=1 -artifact_prefix="$DIR/" "$DIR/corpus" >"$DIR/log" 2>&1; then
	echo "ok fuzz replay ($(sed -n 's/^stat::number_of_executed_units: *//p' "$DIR/log") inputs)"
	echo 'fuzz: 1 passed, 0 failed, 0 skipped'
	exit 0
fi
echo 'not ok fuzz replay'
tail -n 40 "$DIR/log" | sed 's/^/  /'
for input in "$DIR"/crash-* "$DIR"/timeout-* "$DIR"/oom-* "$DIR"/leak-*; do
	[ ! -f "$input" ] || { echo "  input: ${input##*/}" && base64 -w0 "$input" | head -c 4000; }
done
echo 'fuzz: 0 passed, 1 failed, 0 skipped'
exit 1
