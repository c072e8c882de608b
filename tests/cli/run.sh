#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Bad input and bad days: the sentence on stderr and the exit code of each.
set -u
cd "$(dirname "$0")/../.." || exit 1

IDLEWATCH=${IDLEWATCH:-$PWD/build/idlewatch}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
SUITE=cli
. tests/result.sh

# The pattern is on stderr; an empty one stands for an empty stderr.
said() {
	if [ -z "$1" ]; then [ ! -s "$DIR/err" ]; else grep -qE -- "$1" "$DIR/err"; fi
}

# check NAME EXIT-CODE STDERR-PATTERN COMMAND...
check() {
	local name=$1 code=$2 pattern=$3 got
	shift 3
	timeout 60 "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
	got=$?
	[ "$got" -eq "$code" ] && said "$pattern"
	result $? "$name"
	[ "$got" -eq "$code" ] || echo "  exit $got, not $code"
	said "$pattern" || sed 's/^/  stderr: /' "$DIR/err"
}

as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
cp "$IDLEWATCH" "$DIR/idlewatch"
chmod 755 "$DIR" "$DIR/idlewatch"

check 'unknown option' 2 'unrecognized option .--nonsense' "$IDLEWATCH" --nonsense
check 'stray word' 2 "'word' is not an option" "$IDLEWATCH" word
for bad in x 5x '' -1 0 1.5 99999999999999999999 9999999d; do
	check "duration '$bad'" 2 "^idlewatch: -d: '$bad' is not a duration" "$IDLEWATCH" -d "$bad"
done
check 'idle' 2 "^idlewatch: --idle: 'soon' is not a duration" "$IDLEWATCH" --idle soon
for bad in 0 65536 a '22,' ,22 22-21 1-2-3 -5; do
	check "port '$bad'" 2 "^idlewatch: -L: '$bad' is not a list of ports" "$IDLEWATCH" "-L$bad"
done
check 'peer port' 2 "^idlewatch: -D: 'ssh' is not" "$IDLEWATCH" -D ssh
for bad in 0 abc -1 99999999999; do
	check "pid '$bad'" 2 "^idlewatch: -p: '$bad' is not a process id" "$IDLEWATCH" "-p$bad"
done
# The highest PID there can be is free: pid_max is a bound, not a PID.
check 'pid not running' 2 'no process [0-9]+ is running' "$IDLEWATCH" -p "$(cat /proc/sys/kernel/pid_max)"
check 'pid of a kernel thread' 2 'kernel thread, which holds no sockets' "$IDLEWATCH" -p "$(pgrep -o kthreadd)"
# A thread that is not its process, and a child whose end nobody has asked for.
/usr/bin/python3 -c '
import os, threading, time
thread = threading.Thread(target=time.sleep, args=(600,), daemon=True)
thread.start()
child = os.fork()
if child == 0: os._exit(0)
print(thread.native_id, child, flush=True)
time.sleep(600)' >"$DIR/odd" &
odd=$!
trap 'kill "$odd"; rm -rf "$DIR"' EXIT
for _ in $(seq 100); do [ -s "$DIR/odd" ] && break; sleep 0.1; done
read -r thread zombie <"$DIR/odd"
check 'pid of a thread' 2 "$thread is a thread of process $odd; give that" "$IDLEWATCH" -p "$thread"
check 'pid of a zombie' 2 "process $zombie has ended; only its exit status" "$IDLEWATCH" -p "$zombie"
check 'a pid that ends before the start' 0 'Watched 0 connections' bash -c '
	sleep 0.3 & exec "$0" -p $! >&2' "$IDLEWATCH"
check 'follow without a pid' 2 '^idlewatch: -f: children of which process' "$IDLEWATCH" -f
check 'a name that is empty' 2 "^idlewatch: --comm: '' is not the name" "$IDLEWATCH" --comm ''
check 'a cgroup without a slash' 2 "^idlewatch: --cgroup: 'ssh.service' is not the path" \
	"$IDLEWATCH" --cgroup ssh.service
check 'a cgroup that is not there' 0 '^idlewatch: --cgroup: there is no cgroup /nowhere at' \
	"$IDLEWATCH" --cgroup /nowhere -d 1
check 'list: unknown order' 2 "^idlewatch: --sort: 'age' is not risk, idle" "$IDLEWATCH" list --sort age
check 'list: a word too many' 2 "'word' is not an option; see idlewatch list" "$IDLEWATCH" list word
check 'list: a bad time-out' 2 "^idlewatch: --assume: '0' is not a duration" "$IDLEWATCH" list --assume 0
check 'list: help' 0 '' "$IDLEWATCH" list -h
grep -q '^Usage: idlewatch list' "$DIR/out"
result $? 'list: help is its own'
check 'list: not root' 3 'missing CAP_BPF and CAP_PERFMON' "${as_nobody[@]}" "$DIR/idlewatch" list
check 'list: a full disk' 1 'No space left' bash -c 'exec "$0" list >/dev/full' "$IDLEWATCH"
check 'list: a name that is no namespace' 0 '' unshare -m sh -c '
	mkdir -p /run/netns && mount -t tmpfs none /run/netns && : >/run/netns/stale && exec "$0" list' "$IDLEWATCH"
check 'list: nobody else'"'"'s sockets' 0 '' "$IDLEWATCH" list -p $$
[ "$(wc -l <"$DIR/out")" -eq 1 ]
result $? 'list: headings alone for a process without connections'
check 'probes 0' 2 "^idlewatch: --probes: '0' is not a whole number" "$IDLEWATCH" --probes 0
check 'retrans 999' 2 "^idlewatch: --retrans: '999'" "$IDLEWATCH" --retrans 999
check 'hook' 2 "^idlewatch: --hook: 'magic'" "$IDLEWATCH" --hook magic
for bad in '' 0 33 x '24,' ,64 24,0 24,129 24,64,1 -1; do
	check "group '$bad'" 2 "^idlewatch: --group: '$bad' is not a prefix length" "$IDLEWATCH" "--group=$bad"
	check "paths: group '$bad'" 2 "^idlewatch: --group: '$bad' is not" "$IDLEWATCH" paths "--group=$bad"
done
check 'state with replay' 2 '^idlewatch: --state: a replay' "$IDLEWATCH" --state "$DIR/x" --replay "$DIR/y"
check 'paths: stray word' 2 "'word' is not an option; see idlewatch paths --help" "$IDLEWATCH" paths word
check 'paths: no state' 1 "there is no $DIR/none: idlewatch writes it when run with --state" \
	"$IDLEWATCH" paths --state "$DIR/none"
check 'paths: no default state' 1 "there is no $DIR/paths.db:" env STATE_DIRECTORY="$DIR:/b" "$IDLEWATCH" paths
echo 'This is no database.' >"$DIR/state"
check 'paths: no state file' 1 "$DIR/state is not, or no longer, a state" "$IDLEWATCH" paths --state "$DIR/state"
check 'a damaged state is set aside' 0 "$DIR/state is damaged: it is now $DIR/state.aside-[0-9TZ]+, and" \
	"$IDLEWATCH" -d 1 -L 1 --state "$DIR/state"
grep -qx 'This is no database.' "$DIR"/state.aside-*
result $? 'and kept as it was'
check 'the new one is taken' 0 '' "$IDLEWATCH" -d 1 -L 1 --state "$DIR/state"
[ "$(stat -c %a "$DIR/state")" = 600 ]
result $? 'nobody else may read it'
check 'paths: nothing known' 0 'nothing is known of any path yet' "$IDLEWATCH" paths --state "$DIR/state"
check 'paths: not permitted' 3 "cannot open $DIR/state: Permission denied" \
	"${as_nobody[@]}" "$DIR/idlewatch" paths --state "$DIR/state"
check 'a state that cannot be made' 0 'cannot open /nonexistent/state: No such file' \
	"$IDLEWATCH" -d 1 --state /nonexistent/state
check 'a full disk' 0 'cannot use /mnt/state: database or disk is full; nothing is remembered' \
	unshare -m --propagation private sh -c 'mount -t tmpfs -o size=64k none /mnt &&
	dd if=/dev/zero of=/mnt/fill bs=1k count=100 2>/dev/null; exec "$0" -d 1 --state /mnt/state' "$IDLEWATCH"
check 'not root' 3 'missing CAP_BPF and CAP_PERFMON' "${as_nobody[@]}" "$DIR/idlewatch" -d 1
check 'one capability' 3 'missing CAP_PERFMON;' \
	"${as_nobody[@]}" --inh-caps +bpf --ambient-caps +bpf "$DIR/idlewatch" -d 1
check 'no type information' 4 'no type information .*CONFIG_DEBUG_INFO_BTF' \
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0" -d 1' "$IDLEWATCH"
check 'interface' 2 "^idlewatch: -i: 'nosuch0' is not an interface of this network namespace" \
	"$IDLEWATCH" -i nosuch0
check 'tc' 2 "^idlewatch: --tc: 'magic' is not tcx or clsact" "$IDLEWATCH" --tc magic
two_caps=("${as_nobody[@]}" --inh-caps "+bpf,+perfmon" --ambient-caps "+bpf,+perfmon")
check 'a tap with two capabilities only' 3 'tc egress: cannot be loaded: it needs CAP_NET_ADMIN' \
	"${two_caps[@]}" "$DIR/idlewatch" -i lo -d 1
check 'a tap without CAP_NET_ADMIN' 3 'cannot tap lo: Operation not permitted; it needs CAP_NET_ADMIN' \
	setpriv --bounding-set -net_admin "$IDLEWATCH" -i lo --tc clsact -d 1

# doctor_says PATTERN: a line of the last doctor's.
doctor_says() {
	grep -qE -- "$1" "$DIR/out"
	result $? "doctor says '$1'"
}
check 'doctor' 0 '' "$IDLEWATCH" doctor
doctor_says '^Watching is possible; probes are seen by '
doctor_says '^ok +tracepoint tcp_probe: attached, and it fires$'
doctor_says '^ok +iterator over open files: runs'
doctor_says '^ok +-i by clsact: attached to an interface and taken away again$'
check 'doctor -j' 0 '' "$IDLEWATCH" doctor -j
/usr/bin/python3 - "$DIR/out" <<-'END'
	import json, sys
	lines = open(sys.argv[1]).read().splitlines()
	d = json.loads(lines[0])
	assert len(lines) == 1 and d["schema"] == 1 and d["possible"] is True
	checks = {c["check"]: c for c in d["checks"]}
	assert checks["tracepoint tcp_probe"]["verified_insns"]["segment_received"] > 0
	for c in checks.values():
	    assert c["status"] in ("ok", "less", "missing", "unknown"), c
	    assert c["found"] and not (c["status"] == "ok" and "lost" in c), c
END
result $? 'doctor -j is one object with its keys'
check 'doctor not as root' 4 '' "${as_nobody[@]}" "$DIR/idlewatch" doctor
doctor_says '^missing +privileges: missing CAP_BPF and CAP_PERFMON; run it as root$'
doctor_says 'only a run as root can tell'
check 'doctor without type information' 4 '' \
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0" doctor' "$IDLEWATCH"
doctor_says '^missing +type information: .*CONFIG_DEBUG_INFO_BTF'
doctor_says '^Watching is not possible'
check 'doctor with the two capabilities only' 0 '' "${two_caps[@]}" "$DIR/idlewatch" doctor
doctor_says '^ok +tracepoint tcp_probe: attached, and it fires$'
doctor_says '^ok +tracepoint kfree_skb with its reason: attached, and it fires$'
doctor_says '^Watching is possible; probes are seen by '
doctor_says '^less +ICMP and --verify in other namespaces: .*CAP_SYS_ADMIN'
doctor_says '^less +tc egress: cannot be loaded: it needs CAP_NET_ADMIN$'
doctor_says '^unknown +-i by clsact: could not be tried'
check 'doctor with them and no loopback' 0 '' \
	unshare -n "${two_caps[@]}" "$DIR/idlewatch" doctor
doctor_says '^unknown +tracepoint tcp_probe: .* could not be tried: connecting over loopback failed$'
doctor_says '^Watching is possible; whether probes are seen by .* could not be tried\.$'
check 'doctor: stray word' 2 "'word' is not an option; see idlewatch doctor --help" \
	"$IDLEWATCH" doctor word
check 'doctor: help' 0 '' "$IDLEWATCH" doctor --help
check 'version' 0 '' "$IDLEWATCH" -V
grep -qx "idlewatch $(cat VERSION)" "$DIR/out"
result $? 'version is the one in VERSION'
for option in -h --help; do
	check "$option" 0 '' "$IDLEWATCH" $option
	grep -q -- '--all-events' "$DIR/out"
	result $? "$option prints the options"
done
check 'runs and stops by itself' 0 '' "$IDLEWATCH" -d 1
grep -qE 'events lost +0 ' "$DIR/out"
result $? 'the summary prints 0 as 0'
check 'summary on stderr in JSON mode' 0 'events lost +0 ' "$IDLEWATCH" -j -d 1
check 'a closed pipe ends it quietly' 0 '^$|^0$' \
	bash -c 'set -o pipefail; { timeout 30 "$0"; echo "$?" >&2; } | head -n 1' "$IDLEWATCH"
for signal in INT TERM; do
	check "SIG$signal ends it with a summary" 0 'events lost' bash -c '
		"$0" -j >"$1" & pid=$!
		for _ in $(seq 300); do grep -qs start "$1" && break; sleep 0.1; done
		kill -'"$signal"' $pid; wait $pid' "$IDLEWATCH" "$DIR/lines"
done
check 'this kernel has the types we use' 0 '' \
	build/tools/check-btf build/tools/vmlinux-surface.o
check 'a file that is no BTF' 2 'LICENSE' build/tools/check-btf build/tools/vmlinux-surface.o LICENSE
"$IDLEWATCH" --schema | cmp -s - docs/schema.json
result $? 'docs/schema.json is what --schema prints'

echo "cli: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
