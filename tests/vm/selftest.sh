#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# selftest.sh [NAME...]: prove the harness on these kernels, or on all of
# kernels.list, two guests at a time.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Jobs in process groups of their own, so that no guest is left behind when this
# is interrupted.
set -m
work=$(mktemp -d) || exit
clean_up() {
	local job

	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null
	done
	wait
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit "$VM_EXIT_HARNESS"' HUP INT TERM

# expect WORDS WANTED COMMAND...: one result line for an exit status. What the
# command said is only shown if the status is another one.
expect() {
	local words=$1 wanted=$2 status

	shift 2
	"$@" >"$work/said.$BASHPID" 2>&1
	status=$?
	if [[ $status -eq $wanted ]]; then
		echo "ok $words"
	else
		echo "not ok $words: status $status, expected $wanted"
		sed 's/^/# /' "$work/said.$BASHPID"
	fi
	return "$status"
}

# kernel NAME: the guest's own lines, then whether status and files came back.
kernel() {
	local name=$1 payload=$work/$1/payload results=$work/$1/results

	mkdir -p "$payload" || return
	if ! "$VM_DIR/fetch.sh" "$name" 2>"$work/$name/fetch"; then
		echo "skip $name: $(tail -n 1 "$work/$name/fetch")"
		return
	fi
	cp "$VM_DIR/selftest-guest.sh" "$VM_CACHE/kernel-$name"/{btf,release} "$payload"
	head -c 3000000 /dev/urandom >"$payload/random"
	expect "$name: status 3 comes back" 3 \
		"$VM_DIR/boot.sh" "$name" "$payload" "$results" ./selftest-guest.sh
	grep -E '^(not )?ok ' "$results/output" | sed -E "s/^((not )?ok) /\1 $name: /"
	expect "$name: a file comes back" 0 cmp "$payload/random" "$results/random"
}

# over_time, crash, no_boot: what happens when a guest goes wrong.
over_time() {
	VM_LIMIT=2 "$VM_DIR/boot.sh" "$1" "$work/empty" "$work/over" \
		bash -c 'echo before; sleep 60' && return
	local status=$?
	grep -qx before "$work/over/output" && return "$status"
}

crash() {
	# The wait is for the serial line, by which alone the output can come back.
	"$VM_DIR/boot.sh" "$1" "$work/empty" "$work/crash" \
		bash -c 'echo before; sleep 2; echo c >/proc/sysrq-trigger' 2>"$work/crash.err" && return
	local status=$?
	grep -qx before "$work/crash/output" && grep -q 'died while the command ran' "$work/crash.err" &&
		! grep -q 'boot 1 of' "$work/crash.err" && return "$status"
}

no_boot() {
	local cache=$work/cache

	mkdir -p "$cache"
	cp -a "$VM_CACHE/kernel-$1" "$VM_CACHE"/base-*.cpio "$cache"
	echo "no kernel" >"$cache/kernel-$1/vmlinuz"
	VM_CACHE=$cache "$VM_DIR/boot.sh" "$1" "$work/empty" "$work/none" true 2>"$work/none.err" && return
	local status=$?
	grep -q 'boot 3 of 3' "$work/none.err" && return "$status"
}

# harness NAME
harness() {
	mkdir -p "$work/empty"
	echo "9.99 bookworm-security linux-image-9\.99\..* supported" >"$work/list"
	expect "a kernel that is not to be had is 77" 77 \
		env VM_LIST="$work/list" VM_CACHE="$work/nowhere" \
		"$VM_DIR/boot.sh" 9.99 "$work/empty" "$work/nowhere" true
	expect "an unknown kernel is 2" 2 "$VM_DIR/boot.sh" none "$work/empty" "$work/nowhere" true
	"$VM_DIR/fetch.sh" "$1" 2>/dev/null || { echo "skip guests that go wrong: no kernel $1"; return; }
	expect "a command over its time is 124" 124 over_time "$1"
	expect "a guest that crashes is 125, without another boot" 125 crash "$1"
	expect "a guest that does not boot is 125 after three boots" 125 no_boot "$1"
}

[[ $# -gt 0 ]] || mapfile -t names < <(kernel_names)
[[ $# -eq 0 ]] || names=("$@")
running=0
for name in "${names[@]}" harness; do
	if ((running >= 2)); then
		wait -n
	fi
	if [[ $name == harness ]]; then
		harness "${names[-1]}" >"$work/$name.lines" &
	else
		kernel "$name" >"$work/$name.lines" &
	fi
	running=$((running + 1))
done
wait

for name in "${names[@]}" harness; do
	cat "$work/$name.lines"
done | tee "$work/lines"
passed=$(grep -c '^ok ' "$work/lines")
failed=$(grep -c '^not ok ' "$work/lines")
skipped=$(grep -c '^skip ' "$work/lines")
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
