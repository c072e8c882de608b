# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # used by those who source this
#
# What the scripts of this directory share. Sourced, never run.
#
#	VM_DIR    this directory
#	VM_CACHE  where kernels and archives are kept (default build/vm)
#	VM_LIST   the list of kernels (default kernels.list beside this file)

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VM_CACHE=$(realpath -m "${VM_CACHE:-$VM_DIR/../../build/vm}")
VM_LIST=${VM_LIST:-$VM_DIR/kernels.list}

readonly VM_EXIT_USAGE=2 VM_EXIT_SKIP=77 VM_EXIT_HARNESS=125

# say WORDS...: to standard error, where it does not mix with a command's output.
say() {
	echo "${0##*/}: $*" >&2
}

# die STATUS WORDS...
die() {
	local status=$1

	shift
	say "$@"
	exit "$status"
}

# kernel_names: every kernel of the list, in its order.
kernel_names() {
	awk '!/^#/ && NF { print $1 }' "$VM_LIST"
}

# kernel_field NAME COLUMN: one column of a kernel's line, nothing for an unknown name.
kernel_field() {
	awk -v name="$1" -v column="$2" '!/^#/ && $1 == name { print $column; exit }' "$VM_LIST"
}

# need PROGRAM...: the programs of this machine the harness is built on.
need() {
	local program

	for program; do
		command -v "$program" >/dev/null ||
			die "$VM_EXIT_HARNESS" "$program is not installed"
	done
}

# hold FILE: one writer at a time; kept until the script ends.
hold() {
	exec {vm_lock}>"$1" || exit "$VM_EXIT_HARNESS"
	flock "$vm_lock"
}
