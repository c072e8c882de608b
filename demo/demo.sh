#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The story idlewatch was made for, in half a minute: an SSH session through a
# firewall that forgets it, and idlewatch beside both ends. Run as root: `make demo`.
# IDLEWATCH names the program to use. Exit 0: on both ends idlewatch said path-dead
# before OpenSSH reported an error, and a session as idlewatch advises it lived.
#
# The scene (network, firewall, sshd, ssh) is in scene.sh, the last act in both-ends.sh.

set -u
export LC_ALL=C # EPOCHREALTIME with a point
PATH=$PATH:/usr/sbin:/sbin

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
IDLEWATCH=${IDLEWATCH:-$HERE/../build/idlewatch}
DIR=/run/idlewatch-demo         # on a /run of our own, see private_mounts
GAVE_UP='timed out|Broken pipe' # OpenSSH's words; ssh says the second for ETIMEDOUT
VERDICT=':[0-9]{2} path-dead '  # after the time
START=${EPOCHREALTIME/./}       # this and all moments: microseconds
declare -A COLOR=()
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] &&
	COLOR=([bold]=$'\e[1m' [client]=$'\e[36m' [server]=$'\e[33m' [firewall]=$'\e[35m' [off]=$'\e[0m')

# shellcheck source=/dev/null
. "$HERE/scene.sh"
# shellcheck source=/dev/null
. "$HERE/advice.sh"
# shellcheck source=/dev/null
. "$HERE/both-ends.sh"

# --- telling and waiting ---

# One step of the story, with the seconds since it began, so that one sees the waiting.
say() {
	local ms=$(((${EPOCHREALTIME/./} - START) / 1000))
	printf '\n%s%3d.%d s  %s%s\n' "${COLOR[bold]:-}" $((ms / 1000)) $((ms / 100 % 10)) "$*" "${COLOR[off]:-}"
}
more() { printf '         %s\n' "$@"; }

# show WHERE: standard input is what a program printed there, told apart from our words.
show() { sed "s/^/${COLOR[$1]:-}[$1]${COLOR[off]:-} /"; }

fail() {
	printf '\n%sThe demo failed:%s %s\n' "${COLOR[bold]:-}" "${COLOR[off]:-}" "$*" >&2
	{
		tail -qn 3 "$DIR"/*.log
		grep -hE ':[0-9]{2} [a-z]' "$DIR"/*.watch
	} 2>/dev/null | sed 's/^[0-9]*/        /' >&2
	exit 1
}

# until_true SECONDS COMMAND...: repeats the command until it succeeds.
until_true() {
	local until=$((${EPOCHREALTIME/./} + $1 * 1000000))
	while ! "${@:2}"; do
		[ "${EPOCHREALTIME/./}" -lt "$until" ] || return 1
		sleep 0.05
	done
}

# await SECONDS FILE PATTERN COMPLAINT: waits for such a line.
# await_both does so in client.FILE and in server.FILE.
await() { until_true "$1" grep -qsE -- "$3" "$DIR/$2" || fail "$4 within $1 s."; }
await_both() {
	await "$1" "client.$2" "$3" "on the client, $4"
	await "$1" "server.$2" "$3" "on the server, $4"
}

# Copies lines to FILE, each after the moment it arrived: OpenSSH's have no time.
stamp() {
	local line
	while IFS= read -r line; do
		printf '%s %s\n' "${EPOCHREALTIME/./}" "${line%$'\r'}" >>"$DIR/$1"
	done
}

# --- before and after ---

# Says what is missing before anything is built.
check_machine() {
	local need missing=''
	[ "$(id -u)" = 0 ] || fail 'it needs root, for namespaces and BPF: sudo make demo'
	[ -x "$IDLEWATCH" ] || fail "there is no $IDLEWATCH: run make first."
	for need in sshd:openssh-server ssh:openssh-client nft:nftables ip:iproute2 pgrep:procps; do
		command -v "${need%:*}" >/dev/null || missing+=" ${need#*:}"
	done
	[ -z "$missing" ] || fail "please install$missing."
}

# We run in a mount namespace of our own (last lines). With a new /run in it, the named
# network namespaces, /run/sshd, keys and logs are in nobody's way and vanish with us,
# however we end. For sshd, root there has a plain shell (start-up files may take longer
# than the firewall remembers) and a password that is not locked, only impossible:
# without PAM, sshd refuses a locked root even with a key.
private_mounts() {
	# -n: no note about it in the old /run
	mount -n -t tmpfs -o mode=755 demo /run || fail 'cannot mount: is this a container without privileges?'
	mkdir -m 700 "$DIR" /run/sshd
	sed "s|^root:.*|root:x:0:0:root:$DIR:/bin/sh|" /etc/passwd >"$DIR/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$DIR/shadow"
	mount --bind "$DIR/passwd" /etc/passwd || fail 'cannot mount over /etc/passwd.'
	mount --bind "$DIR/shadow" /etc/shadow || fail 'cannot mount over /etc/shadow.'
}

# with_children PID...: those and what they started; sshd has processes for each session.
with_children() {
	local pid
	for pid; do
		echo "$pid"
		# shellcheck disable=SC2046 # a list
		with_children $(pgrep -P "$pid")
	done
}

# Ends what we started and still runs, and nothing else.
cleanup() {
	local pids
	trap '' INT TERM HUP PIPE
	# shellcheck disable=SC2046 # a list
	mapfile -t pids < <(with_children $(jobs -rp))
	[ ${#pids[@]} -gt 0 ] || return 0
	kill "${pids[@]}"
	for _ in {1..60}; do
		kill -0 "${pids[@]}" || return 0
		sleep 0.05
	done
	kill -KILL "${pids[@]}"
} 2>/dev/null

# --- idlewatch, and what it found ---

# start_idlewatch END PID. -d: it ends even if we are killed.
start_idlewatch() {
	"$IDLEWATCH" -p "$2" -d 60 -o "$DIR/$1.json" > >(stamp "$1.watch") 2> >(stamp "$1.watch.log") &
}

# check_verdict END COMM PID: the JSON line must be about that process, blame idleness and
# clear this host. Newer servers' comm is sshd-session.
check_verdict() {
	local fact line
	line=$(grep -m 1 '"event":"path-dead"' "$DIR/$1.json")
	for fact in "\"pid\":$3," "\"comm\":\"$2" '"cause":"idle"' "\"probes_sent\":$PROBES," \
		'"probes_failed":0,' '"local_drop":false' '"rst_seen":false' '"icmp_seen":false'; do
		[[ $line == *"$fact"* ]] || fail "the verdict on the $1 should have $fact: $line"
	done
}

# How long before OpenSSH's error the verdict came on that END. The
# kernel's own count tells that ssh's Broken pipe was a time-out.
compare() {
	local verdict error
	read -r verdict _ < <(grep -m 1 -E "$VERDICT" "$DIR/$1.watch")
	read -r error _ < <(grep -m 1 -E "$GAVE_UP" "$DIR/$1.log")
	[ "$verdict" -lt "$error" ] || fail "on the $1, OpenSSH gave up before idlewatch's verdict."
	ip netns exec "$1" nstat -asz TcpExtTCPAbortOnTimeout | grep -q ' 1 ' ||
		fail "on the $1, it was not a time-out that ended the connection."
	verdict=$(((error - verdict) / 10000))
	printf '         on the %s by %d.%02d s\n' "$1" $((verdict / 100)) $((verdict % 100))
}

story() {
	local end at words
	say 'Two hosts and a firewall between them: network namespaces on this kernel.'
	build_network
	start_captures
	start_sshd
	more "client $CLIENT ---- firewall ---- $SERVER server, with an sshd on port $PORT" \
		"The firewall (nftables, conntrack) forgets a flow after $FORGETS_S s of silence and drops its packets" \
		"from then on without a word; real ones wait an hour or so. Both ends send keepalives after $TIME_S s" \
		"of silence, $PROBES times, every $INTVL_S s; Linux by itself after 2 hours, 9 times, every 75 s."

	start_ssh
	say 'An SSH session through the firewall works: a line went there and came back.'
	more "Its ends are ssh, pid $SSH, and sshd, pid $SSHD. The firewall knows the flow:"
	forgotten && fail 'the firewall shows no such flow: is the conntrack program installed?'
	our_flow | show firewall

	start_idlewatch client "$SSH"
	start_idlewatch server "$SSHD"
	await_both 15 json '"event":"start"' 'idlewatch did not start'
	say 'One idlewatch watches ssh, another sshd, as on two hosts.'
	type_line 'one more line'
	sleep 4.3 # a pause that the firewall tolerates
	type_line 'and another'
	say 'After a pause of 4.3 s another line went there and came back. From here on nobody types.'

	until_true $((FORGETS_S + 5)) forgotten || fail 'the firewall still knows the idle flow.'
	say 'The firewall has forgotten the flow and told nobody. All it knows now:'
	flows | show firewall

	await_both 12 watch "$VERDICT" 'idlewatch did not say path-dead'
	for end in client server; do # now, before the kernels give up
		ip netns exec $end ss -Htino "( sport = :$PORT or dport = :$PORT )" >"$DIR/$end.ss"
	done
	say 'Both ends sent keepalives into silence. What idlewatch says on each:'
	for end in client server; do
		grep -E " TIME |$VERDICT" "$DIR/$end.watch" | cut -d ' ' -f 2- | show $end
	done
	check_verdict client ssh "$SSH"
	check_verdict server sshd "$SSHD"
	more 'It is the path and not these hosts: on both, every keepalive left, none was refused' \
		'or dropped on its way out, and no answer, reset or ICMP error came back.'

	say 'What ss showed of the connection at that moment: timers and no verdict.'
	show client <"$DIR/client.ss"
	show server <"$DIR/server.ss"

	await_both 8 log "$GAVE_UP" 'OpenSSH reported no error'
	say 'Now the kernels give up. All that OpenSSH says, sshd only with LogLevel VERBOSE:'
	for end in client server; do
		read -r at words < <(grep -m 1 -E "$GAVE_UP" "$DIR/$end.log")
		printf '%(%T)T %s\n' $((at / 1000000)) "$words" | show $end
	done
	say 'idlewatch was earlier:'
	compare client
	compare server
	more "With Linux's own keepalive times that would be more than 8 minutes."
	both_ends
}

check_machine
[ "${1:-}" = --in-own-mounts ] ||
	exec unshare --mount --propagation private bash "$HERE/demo.sh" --in-own-mounts
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE
private_mounts
story
what_would_have_helped
