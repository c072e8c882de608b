#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# In the guest: guest.sh EXPECTED TC OTHERS SCENARIO..., the first three from the columns of
# kernels.list. Prints `ok`, `not ok` and `skip` lines.
set -u
expected=$1 tc=$2 others=$3
shift 3

export IDLEWATCH=$PWD/build/idlewatch TCPEND=$PWD/build/tcpend MATES=$PWD/build/mates.bpf.o
# Looking for lines less often: there, starting a program takes a while.
export JOBS=4 FAMILIES=4 BOXES=firewall START_SECONDS=60 POLL_SECONDS=0.3 SCENARIO_SECONDS=90

# check NAME EXIT-CODE PATTERN COMMAND...: the pattern is in what the command says.
check() {
	local name=$1 code=$2 pattern=$3 got
	shift 3
	"$@" >/tmp/said 2>&1
	got=$?
	if [ $got -eq "$code" ] && grep -qE -- "$pattern" /tmp/said; then
		echo "ok $name"
	else
		echo "not ok $name (exit $got, expected $code and '$pattern')"
		sed 's/^/  /' /tmp/said
	fi
}

# timed WORD: how long it took until here.
timed() { echo "  after $SECONDS s: $1"; }

# prefix WORD: from run.sh's output, the lines that count, with WORD before each name.
prefix() { sed -uE "s/^(ok|not ok|skip) /&$1 /" | grep --line-buffered -E '^(ok|not ok|skip|  )'; }

# The verifier's work for each program against the budget; kernels before 5.16 do not tell.
check_budget() {
	local program limit got
	while read -r program limit; do
		got=$(sed -nE "s/^ *program $program: the verifier went through ([0-9]+) .*/\1/p" "$1")
		if [ -z "$got" ] && [ "$program" = retransmitted_result ]; then
			continue # before Linux 6.17 there is no such hook
		elif [ "${got:-0}" -gt 0 ] && [ "$got" -le "$limit" ]; then
			echo "ok budget $program: $got of $limit instructions"
		else
			echo "not ok budget $program: '$got' instructions, at most $limit"
		fi
	done < <(grep -v '^#' tests/vm/budget)
}

check_doctor() {
	local hook
	check 'doctor' 0 'Watching is possible; probes are seen by fexit' "$IDLEWATCH" doctor -v
	cp /tmp/said /results/doctor
	for hook in 'fexit of tcp_write_wakeup' 'kprobe and kretprobe on tcp_write_wakeup' \
		'tracepoints timer_expire_entry and timer_expire_exit' 'tracepoint tcp_probe' \
		'tracepoint kfree_skb with its reason' 'tracepoint inet_sk_error_report' \
		'tracepoint tcp_send_reset' 'tc egress' 'tc ingress'; do
		check "doctor: $hook" 0 . grep -x "ok       $hook: attached, and it fires" /results/doctor
	done
	[ "$tc" = clsact ] || check 'doctor: tcx' 0 . grep -E '^ok +-i by tcx' /results/doctor
	check 'doctor: clsact' 0 . grep -E '^ok +-i by clsact' /results/doctor
	check_budget /results/doctor
}

# Kprobes that can be attached and never fire: one switch of the kernel does that.
check_never_fires() {
	echo 0 >/sys/kernel/debug/kprobes/enabled
	check 'kprobes switched off: start' 4 'would never fire, as /sys/kernel/debug/kprobes/enabled is 0' \
		"$IDLEWATCH" --hook kprobe -d 1
	# Where debugfs is not to be seen, only trying tells.
	check 'kprobes switched off: doctor' 0 \
		'^less +kprobe and kretprobe on tcp_write_wakeup: attached, but it does not fire' \
		unshare -m bash -c 'umount /sys/kernel/debug && exec "$0" doctor' "$IDLEWATCH"
	echo 1 >/sys/kernel/debug/kprobes/enabled
}

# The last thing, as there is no way back: the kernel is locked down.
check_lockdown() {
	mount -t securityfs securityfs /sys/kernel/security
	echo confidentiality >/sys/kernel/security/lockdown || {
		echo 'skip lockdown: this kernel has none'
		return
	}
	check 'lockdown: start' 3 'this kernel is locked down \(confidentiality\)' "$IDLEWATCH" -d 1
	check 'lockdown: doctor' 4 '^missing +lockdown: confidentiality' "$IDLEWATCH" doctor
}

if [ "$expected" = refused ]; then
	check 'refused' 4 'that came with Linux 5\.1[12]' "$IDLEWATCH" -d 1
	sed 's/^/  /' /tmp/said
	check 'refused: doctor' 4 'Watching is not possible: .*that came with Linux 5\.1[12]' "$IDLEWATCH" doctor
	cp /tmp/said /results/doctor
else
	check_doctor
	timed 'doctor'
	check_never_fires
	timed 'switches'
	COMPARE_HOOKS='fexit kprobe timer' bash tests/net/run.sh "$@" 2>&1 | prefix 'fexit=kprobe=timer'
	timed 'flavours'
	# shellcheck disable=SC2086 # a list
	bash tests/net/run.sh ${others//,/ } 2>&1 | prefix tc
	timed 'tc'
	check_lockdown
fi
echo "guest: done after $SECONDS s"
