# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by lib.sh when COMPARE_HOOKS is set: all the ways of seeing probes that it names
# watch the same scenario side by side, and must say the same lines.

declare -A FLAVOURS=()

# start_flavours ARGUMENTS...: all but the first, which is the scenario's own idlewatch.
start_flavours() {
	local hook
	for hook in ${COMPARE_HOOKS#* }; do
		"$IDLEWATCH" -j --all-events --hook "$hook" "$@" >"$DIR/lines.$hook" 2>"$DIR/stderr.$hook" &
		FLAVOURS[$hook]=$!
		ENDS["$hook"]=$!
	done
}

await_flavours() {
	local hook
	for hook in "${!FLAVOURS[@]}"; do
		wait_for "$DIR/lines.$hook" '"event":"start"' "${START_SECONDS:-30}" ||
			fail "no $hook: $(cat "$DIR/stderr.$hook")"
	done
}

# settle_flavours: they cannot be stopped at the same moment, and one may be late. So what
# counts is all they say of what happens until a moment that then lies behind them all.
settle_flavours() {
	local now
	read -r now _ </proc/uptime
	UNTIL_NS=$((${now/./}0000000 + 1000000000))
	sleep 2
}

# What was said of our namespaces, connection by connection, without times: those are of
# each flavour's own clock reading; and without what is known of processes: each asks a
# moment earlier or later.
facts_of() {
	our_lines_of "$1" | grep '"conn":' |
		awk -v until="$UNTIL_NS" -F '"ts_mono_ns":' '$2 + 0 <= until + 0' |
		sed -E 's/"ts":"[^"]*",//; s/"ts_mono_ns":[0-9]*,//; s/"[a-z_]*_ms":[0-9]*,?//g; s/,}/}/' |
		sed -E 's/"(pid|pids|exited_pids)":(\[[0-9,]*\]|[0-9]*),//g; s/"(comm|user|unit|cgroup|container|container_runtime|netns_name)":"[^"]*",//g' |
		sed -E 's/(.*"conn":"([^"]*)".*)/\2 \1/' | sort -s -k 1,1
}

# end_flavours: ends them, and compares what each said with what the first one did.
end_flavours() {
	local hook first=${COMPARE_HOOKS%% *}
	for hook in "${!FLAVOURS[@]}"; do
		kill -TERM "${FLAVOURS[$hook]}"
		wait "${FLAVOURS[$hook]}" || fail "$hook ended with $?: $(cat "$DIR/stderr.$hook")"
		unset "ENDS[$hook]"
		diff <(facts_of "$LINES_FILE") <(facts_of "$DIR/lines.$hook") >"$DIR/flavour.diff" ||
			fail "$first (<) and $hook (>) say different lines: $(cut -c 1-1500 "$DIR/flavour.diff")"
	done
	echo "  $SCENARIO: $(facts_of "$LINES_FILE" | wc -l) lines, the same from ${COMPARE_HOOKS// /, }" >&2
}
