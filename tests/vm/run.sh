#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh: the same scenarios on other kernels, with each way of seeing probes. K=6.12
# runs one kernel. Needs the static programs (the Makefile builds them).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/vm/lib.sh

STATIC=${STATIC_BUILD:-build/static}
read -ra SCENARIOS <<<"${VM_SCENARIOS:-story recovers local-output one-way-out reject-reset}"
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM

# Whether the kernel has the types that we name.
check_types() { # NAME EXPECTED STATUS
	[ "$2" = supported ] && [ "$3" -ne 77 ] || return
	if "${BUILD:-build}/tools/check-btf" "${BUILD:-build}/tools/vmlinux-surface.o" \
		"$VM_CACHE/kernel-$1/btf" >"$OUT/$1.types" 2>&1; then
		echo "ok $1 check-btf"
	else
		echo "not ok $1 check-btf"
		sed 's/^/  /' "$OUT/$1.types"
	fi
}

make_payload() {
	mkdir -p "$OUT/payload/build" "$OUT/payload/tests/vm"
	cp "$STATIC/idlewatch" "$STATIC/tcpend" "${BUILD:-build}/mates.bpf.o" "$OUT/payload/build/"
	cp -r tests/net "$OUT/payload/tests/"
	cp tests/vm/{guest.sh,budget} "$OUT/payload/tests/vm/"
}

# One kernel: the guest prints `ok`/`not ok` lines, which are shown with its name.
run_kernel() { # NAME EXPECTED TC OTHERS
	local status
	VM_LIMIT=${VM_LIMIT:-200} tests/vm/boot.sh "$1" "$OUT/payload" "$OUT/$1" \
		bash tests/vm/guest.sh "$2" "$3" "$4" "${SCENARIOS[@]}" >"$OUT/$1.log" 2>&1
	status=$?
	{
		if [ $status -eq 77 ]; then
			echo "skip $1: $(tail -n 1 "$OUT/$1.log")"
		elif ! grep -q '^guest: done' "$OUT/$1/output" 2>/dev/null; then
			echo "not ok $1: the guest did not finish (exit $status)"
			tail -n 20 "$OUT/$1.log" "$OUT/$1/console" 2>/dev/null | sed 's/^/  /'
		fi
		check_types "$1" "$2" $status
		sed -nE "s/^(ok|not ok|skip) /\1 $1 /p; /^  /p" "$OUT/$1/output" 2>/dev/null
	} >"$OUT/$1.result"
	cat "$OUT/$1.result"
}

make_payload
for name in ${K:-$(kernel_names)}; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
		wait -n
	done
	run_kernel "$name" "$(kernel_field "$name" 4)" "$(kernel_field "$name" 5)" \
		"$(kernel_field "$name" 6)" &
done
wait
count() { cat "$OUT"/*.result | grep -cE "^$1 "; }
echo "vm: $(count ok) passed, $(count 'not ok') failed, $(count skip) skipped"
[ "$(count 'not ok')" -eq 0 ]
