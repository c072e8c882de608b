#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# kill -9 leaves no program, map or link of this idlewatch in the kernel.
. "$(dirname "$0")/../lib.sh"

# Programs of one process, by the ids that its descriptors name.
program_ids() { cat /proc/"$1"/fdinfo/* 2>/dev/null | sed -n 's/^prog_id:[ \t]*//p' | sort -un; }
none_left() {
	local id
	for id in $ids; do
		! bpftool prog show id "$id" >/dev/null 2>&1 || return 1
	done
}

watch
ids=$(program_ids "$IW_PID")
[ -n "$ids" ] || fail "found none of its programs"
none_left && fail "bpftool does not see its programs"
kill -9 "$IW_PID"
wait "$IW_PID" 2>/dev/null
IW_PID=
until_true 10 none_left || fail "programs left in the kernel"
finish
