#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# boot.sh NAME PAYLOAD_DIR RESULTS_DIR COMMAND...: boot the kernel NAME of
# kernels.list, with a copy of PAYLOAD_DIR at /t, and run COMMAND there as root.
# In RESULTS_DIR afterwards:
#
#	output   what COMMAND wrote to standard output and standard error
#	console  the kernel's words
#	...      what COMMAND left in /results
#
# Exit status: COMMAND's own; 124 when it took longer than VM_LIMIT seconds of the
# guest's (default 240); 77 when the kernel cannot be had; 125 when the harness failed
# or the guest died. A guest that dies before COMMAND starts is booted again, at
# most twice: that is qemu's emulation. One that dies later is a finding.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Seconds of ours that one of the guest's may take: a busy one takes seven on a quiet machine.
readonly SLOWNESS=20
readonly BOOT_LIMIT=200 GRACE=30 DISK_SIZE=256M
# Warnings with their traces to the console, but not every word of the boot.
CMDLINE="console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off tsc=reliable"
CMDLINE+=" nokaslr apparmor=0 audit=0"

[[ $# -ge 4 ]] || die "$VM_EXIT_USAGE" "usage: boot.sh NAME PAYLOAD_DIR RESULTS_DIR COMMAND..."
name=$1
payload=$2
results=$3
shift 3
limit=${VM_LIMIT:-240}

need cpio qemu-system-x86_64 tar
[[ -d $payload ]] || die "$VM_EXIT_HARNESS" "$payload is no directory"
work=$(mktemp -d) || exit "$VM_EXIT_HARNESS"
qemu=
trap '[[ -z $qemu ]] || kill "$qemu" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit "$VM_EXIT_HARNESS"' HUP INT TERM
mkdir -p "$results" "$work/root/vm" || exit "$VM_EXIT_HARNESS"

"$VM_DIR/initramfs.sh" "$name" "$work/initramfs" || exit
cp -a "$payload" "$work/root/t" || exit "$VM_EXIT_HARNESS"
printf '%q ' "$@" >"$work/root/vm/command"
echo "$limit" >"$work/root/vm/limit"
(cd "$work/root" && find t vm -print0 |
	cpio --quiet --null --create --format=newc --owner=0:0) >>"$work/initramfs" ||
	die "$VM_EXIT_HARNESS" "cannot pack $payload"

# run_guest: boot once and wait until it is over.
# -cx16: qemu 7.2 corrupts flags in cmpxchg16b; but from 7.0 on Linux allocates socket storage
# with it, and without has none. One CPU: two threads run code the other is patching. Both
# crash guests now and then.
# -icount: the guest's time is the instructions it has run, so that a busy host makes a guest
# slow but never late; where it is idle, its time jumps to its next timer (also while it
# waits for its disk, which it does when it packs the results, and at no other time).
run_guest() {
	local deadline=$((SECONDS + BOOT_LIMIT)) running='' cx16=-cx16

	[[ $name != 7.* ]] || cx16=+cx16

	: >"$work/serial"
	rm -f "$work/disk"
	truncate -s "$DISK_SIZE" "$work/disk"
	qemu-system-x86_64 -machine q35 -accel tcg,thread=single -icount shift=0,sleep=off \
		-cpu "qemu64,+rdrand,$cx16" \
		-smp 1 -m 1024 -nodefaults -display none -monitor none -no-reboot \
		-kernel "$VM_CACHE/kernel-$name/vmlinuz" -initrd "$work/initramfs" \
		-append "$CMDLINE" \
		-serial "file:$work/console" -serial "file:$work/serial" \
		-drive "file=$work/disk,format=raw,if=virtio" \
		</dev/null >"$work/qemu" 2>&1 &
	qemu=$!
	while kill -0 "$qemu" 2>/dev/null; do
		if [[ -z $running ]] && started; then
			running=yes
			deadline=$((SECONDS + SLOWNESS * limit + GRACE))
		fi
		if ((SECONDS >= deadline)); then
			say "kernel $name: guest does not answer any more"
			kill "$qemu"
		fi
		sleep 0.1
	done
	wait "$qemu"
	qemu=
}

# started: did COMMAND start? The first line on the second serial line says so.
started() {
	grep -q -m 1 '^command starts$' "$work/serial"
}

for attempt in 1 2 3; do
	run_guest
	started && break
	say "kernel $name: guest died before the command started, boot $attempt of 3"
	tail -n 5 "$work/console" "$work/qemu" >&2
done

cp "$work/console" "$results/console"
sed 1d "$work/serial" >"$results/output"
started || exit "$VM_EXIT_HARNESS"
mkdir "$work/back"
tar -C "$work/back" --no-same-owner -xf "$work/disk" 2>"$work/tar"
complete=$?
if ! read -r status 2>/dev/null <"$work/back/vm/status"; then
	say "kernel $name: guest died while the command ran, its last words:"
	tail -n 20 "$results/console" >&2
	exit "$VM_EXIT_HARNESS"
fi
# More than DISK_SIZE, and what comes back is only a part.
[[ $complete -eq 0 ]] ||
	die "$VM_EXIT_HARNESS" "kernel $name: results are not complete: $(<"$work/tar")"
cp "$work/back/vm/output" "$results/output"
cp -R "$work/back/results/." "$results"
[[ $status -ne 124 ]] || say "kernel $name: over the limit of $limit seconds"
exit "$status"
