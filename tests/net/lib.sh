# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For scenarios: namespaces client and server with a path between them, connections,
# idlewatch beside them, and ways to wait for what it says.
#
# A scenario sources this, builds what it needs, and ends with `finish`. Whatever
# it made goes away when it exits. IDLEWATCH, TCPEND and OUTSIDE_BOX name the programs to
# use. BOX is what the path goes through: `firewall`, a namespace whose drops idlewatch sees
# as drops of another host, or `outside`, a program that this kernel cannot look into
# (box/README.md).

set -u

IDLEWATCH=${IDLEWATCH:-$PWD/build/idlewatch}
TCPEND=${TCPEND:-$PWD/build/tcpend}
OUTSIDE_BOX=${OUTSIDE_BOX:-$PWD/build/box}
IW_ARGS=${IW_ARGS:-}
FAMILY=${FAMILY:-4} # of connect_pair and start_listener
BOX=${BOX:-firewall}
MATRIX=${MATRIX:-/dev/null}

SCENARIO=$(basename "$0" .sh)
KEEP_AS=$SCENARIO # the name of files to keep
[ "$BOX" = firewall ] || KEEP_AS+=.$BOX
PREFIX=iwt$$
C=$PREFIX-c F=$PREFIX-f S=$PREFIX-s
DIR=$(mktemp -d)
LINES_FILE=$DIR/lines
: >"$LINES_FILE"
FAILURES=0
PORT=7000 # of most scenarios: each has namespaces of its own
declare -A ENDS=() EXPECTED=()

C4=10.77.1.1 S4=10.77.2.2 C6=fd77:1::1 S6=fd77:2::2

# Of a child that has ended the number may be another scenario's process by now.
is_ours() { grep -qs "^PPid:[[:space:]]$$\$" "/proc/$1/status"; }

cleanup() {
	local pid ns
	[ "$BASHPID" = $$ ] || return # a child that was to end before it became its program
	for pid in "${IW_PID:-}" "${ENDS[@]}"; do
		is_ours "$pid" && kill "$pid" 2>/dev/null && kill -CONT "$pid" 2>/dev/null
	done
	# Some take no notice (unshare --fork).
	for pid in "${IW_PID:-}" "${ENDS[@]}"; do
		! is_ours "$pid" || until_true 5 has_ended "$pid" || kill -KILL "$pid"
	done
	wait 2>/dev/null
	for ns in "$C" "$F" "$S"; do
		[ -e "/run/netns/$ns" ] || continue
		# Orphans would be retransmitted from a namespace without a name for minutes.
		in_ns "$ns" ss -Kta >/dev/null 2>&1
		ip netns del "$ns"
	done
	rm -rf "$DIR"
}
trap cleanup EXIT
if [ -n "${COMPARE_HOOKS:-}" ]; then
	IW_ARGS+=" --all-events --hook ${COMPARE_HOOKS%% *}"
	. "$(dirname "$0")/../flavours.sh"
fi
trap 'exit 130' INT TERM

has_ended() { ! kill -0 "$1" 2>/dev/null || grep -qs '^State:.*zombie' "/proc/$1/status"; }

fail() {
	sed '2,$s/^/    /' <<<"  $SCENARIO: $*" >&2
	FAILURES=$((FAILURES + 1))
}

# skip REASON: for what this machine cannot do.
skip() {
	echo "  $SCENARIO: $*" >&2
	exit 77
}

our_lines() {
	our_lines_of "$LINES_FILE"
}

# Of a file of idlewatch's: the lines about our namespaces, and those about no connection.
our_lines_of() { # FILE
	local ns ours='"event":"(start|lost|summary)"'
	for ns in "$C" "$S"; do
		[ ! -e "/run/netns/$ns" ] || ours+="|\"netns\":$(netns_inode "$ns"),"
	done
	grep -E -- "$ours" "$1"
}

# allow_lost_events: the scenario provokes that.
allow_lost_events() { LOSS_ALLOWED=yes; }

# A verdict of an idlewatch that missed something proves nothing. The kernel leaves out
# kprobes while a map of any program is read or written on that CPU
# (bpf_disable_instrumentation(), 5.7 to 7.x): from 6.7 on that is counted, and end_flavours()
# shows that none of ours was among them.
no_lost_events() { # FILE...
	local file kprobes='(; [0-9]+ (runs of probe_k(ret)?probe were left out|outcomes of)[^;"]*)+'
	for file; do
		grep -qE '"event":"summary".*"lost_events":[1-9]' "$file" || continue
		# Each of its lines says that it lost those, and nothing else.
		[ "$file" = "$DIR/lines.kprobe" ] && grep -q '"event":"lost"' "$file" &&
			! grep '"event":"lost"' "$file" | grep -qvE ", 0 lines$kprobes\"" && continue
		fail "idlewatch lost events (${file##*/}): $(grep '"event":"lost"' "$file")"
	done
}

# finish: there must be no verdict but those that were expected, and no event lost.
finish() {
	local ns got
	for ns in "$C" "$S"; do
		[ -e "/run/netns/$ns" ] || continue
		for got in $(verdicts_about "$ns"); do
			[[ " ${EXPECTED[$ns]:-} " == *" $got "* || " ${EXPECTED[$ns]:-} " == *" ${got%/*} "* ]] ||
				fail "a $got on ${ns#"$PREFIX"-} that nobody expected"
		done
	done
	[ -n "${LOSS_ALLOWED:-}" ] || no_lost_events "$DIR"/lines*
	if [ "$FAILURES" -ne 0 ]; then
		echo "  $SCENARIO: what idlewatch said:" >&2
		our_lines | sed 's/^/    /' >&2
		exit 1
	fi
	exit 0
}

in_ns() { # NS COMMAND...: nsenter keeps /sys as it is, which ip netns exec does not
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

netns_inode() {
	stat -L -c %i "/run/netns/$1"
}

# --- the network: client -- box -- server, IPv4 and IPv6 ---

# make_host NS: a namespace without a link.
make_host() {
	ip netns add "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
}

# set_addresses NS ADDRESS4 ADDRESS6: of its eth0; the gateway is .254 and ::254.
set_addresses() {
	ip -n "$1" -batch - <<-END
		link set lo up
		addr add $2/24 dev eth0
		addr add $3/64 dev eth0 nodad
		link set eth0 up
		route add default via ${2%.*}.254
		route add default via ${3%::*}::254
	END
}

# add_host NS ADDRESS4 ADDRESS6 DEVICE: a host whose gateway is the firewall's DEVICE.
add_host() {
	make_host "$1"
	ip -n "$1" link add eth0 type veth peer name "$4" netns "$F"
	ip -n "$F" addr add "${2%.*}.254/24" dev "$4"
	ip -n "$F" addr add "${3%::*}::254/64" dev "$4" nodad
	ip -n "$F" link set "$4" up
	set_addresses "$1" "$2" "$3"
}

build_network() {
	if [ "$BOX" = outside ]; then
		start_box
		return
	fi
	make_host "$F"
	in_ns "$F" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	add_host "$C" $C4 $C6 cl
	add_host "$S" $S4 $S6 sv
}

# start_box: the hosts and the outside box between them.
start_box() {
	[ -e /dev/net/tun ] || skip 'no TAP devices here'
	make_host "$C"
	make_host "$S"
	mkfifo "$DIR/box.in"
	"$OUTSIDE_BOX" "/run/netns/$C" "${C4%.*}.254" "${C6%::*}::254" \
		"/run/netns/$S" "${S4%.*}.254" "${S6%::*}::254" <"$DIR/box.in" >"$DIR/box" 2>&1 &
	ENDS[box]=$!
	exec {FD_box}>"$DIR/box.in"
	await box ready
	set_addresses "$C" $C4 $C6
	set_addresses "$S" $S4 $S6
}

# box COMMAND...: tells the outside box (box/README.md has the commands) and waits, for
# BOX_SECONDS, until it has done so. Prints what it answers.
BOX_CALLS=0
box() {
	local tag=$BASHPID.$((++BOX_CALLS)) answer
	tell box "$tag $*"
	POLL_SECONDS=0.02 wait_for "$DIR/box" "^$tag " "${BOX_SECONDS:-10}"
	answer=$(sed -n "s/^$tag //p" "$DIR/box")
	case $answer in
	ok) ;;
	ok\ *) echo "${answer#ok }" ;;
	*) fail "box $*: ${answer:-no answer}" ;;
	esac
}

# nft_in NS RULES: replaces that namespace's rules.
nft_in() {
	local ns=$1
	printf 'flush ruleset\n%s\n' "$2" | in_ns "$ns" nft -f - || fail "nft refused the rules"
}

# forgetful_firewall SECONDS [ACTION]: a firewall that forgets idle flows after SECONDS and
# then does ACTION with what belongs to none: `drop` it silently, `reject with tcp reset`,
# `reject with icmpx host-unreachable`.
forgetful_firewall() {
	if [ "$BOX" = outside ]; then
		case ${2:-drop} in
		drop) box forget "$1" silence ;;
		*reset) box forget "$1" reset ;;
		*unreachable) box forget "$1" unreachable ;;
		*) fail "no such action: $2" ;;
		esac
		return
	fi
	nft_in "$F" "table inet fw {
		chain forward {
			type filter hook forward priority 0; policy drop;
			meta l4proto ipv6-icmp accept
			ct state established,related accept
			ct state new tcp flags & (syn|ack|rst|fin) == syn accept
			meta l4proto tcp ${2:-drop}
		}
	}"
	in_ns "$F" sysctl -qw "net.netfilter.nf_conntrack_tcp_timeout_established=$1" \
		net.netfilter.nf_conntrack_tcp_loose=0
}

flow_forgotten() { ! in_ns "$F" conntrack -L -p tcp -f "ipv$FAMILY" 2>/dev/null | grep -q ESTABLISHED; }

# until_forgotten: waits until the firewall has forgotten the connection.
until_forgotten() {
	if [ "$BOX" = outside ]; then
		BOX_SECONDS=20 box await forgotten
	else
		until_true 20 flow_forgotten || fail "the firewall does not forget"
	fi
}

# From now on nothing is forwarded / everything is. What was under way arrives first
# (`settled`), so that the silence begins with what the scenario does next;
# path_down_at_once is for connections that have something under way all the time.
path_down() {
	settled
	path_down_at_once
}
path_down_at_once() {
	if [ "$BOX" = outside ]; then
		box swallow
		return
	fi
	nft_in "$F" 'table inet fw {
		chain forward {
			type filter hook forward priority 0; policy drop;
			meta l4proto ipv6-icmp accept
		}
	}'
}
path_up() {
	if [ "$BOX" = outside ]; then
		box pass
	else
		nft_in "$F" ''
	fi
}

# lose_from client|server: what that end sends is lost on the way.
lose_from() {
	local address=$C4/$C6 way=c2s
	[ "$1" = client ] || address=$S4/$S6 way=s2c
	if [ "$BOX" = outside ]; then
		box swallow "$way"
	elif [ "$FAMILY" = 4 ]; then
		lose "$F" forward "ip saddr ${address%/*}"
	else
		lose "$F" forward "ip6 saddr ${address#*/}"
	fi
}

# lossy_path PORT PERCENT [PORT PERCENT...]: loses so much of the connections to PORT, both
# ways.
lossy_path() {
	local rules=
	while [ $# -gt 0 ]; do
		if [ "$BOX" = outside ]; then
			box swallow port "$1" percent "$2"
		else
			rules+="tcp dport $1 numgen random mod 100 < $2 drop
				tcp sport $1 numgen random mod 100 < $2 drop
				"
		fi
		shift 2
	done
	[ "$BOX" = outside ] || nft_in "$F" "table inet lose {
		chain forward {
			type filter hook forward priority 0; policy accept;
			$rules
		}
	}"
}

# lose NS CHAIN MATCH...: in NS, packets that match are dropped in that chain (forward,
# input or output), where this kernel sees it.
lose() {
	local ns=$1 chain=$2
	shift 2
	nft_in "$ns" "table inet lose {
		chain $chain {
			type filter hook $chain priority 0; policy accept;
			$* drop
		}
	}"
}

# further NS HOPS: from now on that host's packets, its kernel's resets too, look as if they
# had come through so many routers more.
further() {
	in_ns "$1" sysctl -qw "net.ipv4.ip_default_ttl=$((64 - $2))" "net.ipv6.conf.eth0.hop_limit=$((64 - $2))"
}

# Unacknowledged data is given up after 13 s instead of 15 minutes.
few_retries() {
	in_ns "$C" sysctl -qw net.ipv4.tcp_retries2=5
	in_ns "$S" sysctl -qw net.ipv4.tcp_retries2=5
}

# --- connections ---

# start_end NAME NS tcpend-arguments...: runs a tcpend; tell NAME a command, its
# output goes to $DIR/NAME.
start_end() {
	local name=$1 ns=$2 fd
	shift 2
	mkfifo "$DIR/$name.in"
	# No function here: $! must be the program's own pid.
	nsenter --net="/run/netns/$ns" "$TCPEND" "$@" <"$DIR/$name.in" >"$DIR/$name" 2>&1 &
	ENDS[$name]=$!
	exec {fd}>"$DIR/$name.in"
	eval "FD_$name=$fd"
}

# adopt NAME PID: a process of the scenario's own that is to end with it.
adopt() {
	ENDS[$1]=$2
}

tell() { # NAME COMMAND...
	local fd=FD_$1
	shift
	echo "$*" >&"${!fd}"
}

end_pid() { echo "${ENDS[$1]}"; }

# await NAME PATTERN [SECONDS]: waits for a line of that tcpend.
await() {
	wait_for "$DIR/$1" "$2" "${3:-10}" || fail "$1 never said '$2': $(tr '\n' ';' <"$DIR/$1")"
}

server_address() {
	if [ "$FAMILY" = 4 ]; then echo $S4; else echo $S6; fi
}

client_address() {
	if [ "$FAMILY" = 4 ]; then echo $C4; else echo $C6; fi
}

# connect_pair PORT CLIENT-OPTIONS -- SERVER-OPTIONS: ends named `client` and `server`.
connect_pair() {
	local port=$1 addr client=() server=()
	addr=$(server_address)
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		client+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	server=("$@")
	start_end server "$S" listen "$addr" "$port" ${server[@]+"${server[@]}"}
	await server listening
	start_end client "$C" connect "$addr" "$port" ${client[@]+"${client[@]}"}
	await client connected
	await server connected
}

# exchange: a little data both ways, so that a round trip is known.
exchange() {
	tell client send 100
	await server 'received 100'
	tell server send 50
	await client 'received 50'
	settled
}

# Whether all that the hosts' connections have sent, a FIN too, was acknowledged. Then no
# delayed ACK is still to be sent.
all_acknowledged() {
	local ns
	for ns in "$C" "$S"; do
		in_ns "$ns" ss -tanHO | awk '
			$1 != "LISTEN" && $3 > 0 { exit 1 }
			$1 ~ /^(SYN-|FIN-WAIT-1|CLOSING|LAST-ACK)/ { exit 1 }' || return 1
	done
}

# settled: waits until the wire is as far as the programs are: what a program has received
# its kernel may not have acknowledged yet, and a rule made then would lose that.
settled() { until_true 10 all_acknowledged || fail "something stays unacknowledged"; }

# --- idlewatch ---

# watch_in NS ARGUMENTS...: the same in that namespace, which matters for -i only.
watch_in() {
	WATCH_NS=$1
	shift
	watch "$@"
}

# watch ARGUMENTS...: starts idlewatch and waits until its hooks are in place.
watch() {
	: >"$LINES_FILE" # what an earlier one said is not its start
	# shellcheck disable=SC2086 # a list of arguments
	${WATCH_NS:+nsenter --net="/run/netns/$WATCH_NS"} "$IDLEWATCH" -j --record "$DIR/record" $IW_ARGS "$@" >"$LINES_FILE" 2>"$DIR/stderr" &
	IW_PID=$!
	[ -z "${COMPARE_HOOKS:-}" ] || start_flavours "$@"
	wait_for "$LINES_FILE" '"event":"start"' "${START_SECONDS:-30}" || {
		fail "idlewatch did not start: $(cat "$DIR/stderr")"
		finish
	}
	[ -z "${COMPARE_HOOKS:-}" ] || await_flavours
}

# Another one that writes the table for people to $DIR/text.
start_text() {
	"$IDLEWATCH" >"$DIR/text" 2>&1 &
	ENDS[text]=$!
	wait_for "$DIR/text" start 30 || fail "no text"
}

# Ends it and waits for its last line.
end_watch() {
	[ -z "${COMPARE_HOOKS:-}" ] || settle_flavours
	kill -TERM "$IW_PID" 2>/dev/null || fail "idlewatch had ended already"
	wait "$IW_PID" || fail "idlewatch ended with $?: $(cat "$DIR/stderr")"
	IW_PID=
	grep -q '"event":"summary"' "$LINES_FILE" || fail "no summary"
	[ -z "${COMPARE_HOOKS:-}" ] || end_flavours
	"$IDLEWATCH" -j --replay "$DIR/record" 2>/dev/null | diff "$LINES_FILE" - >"$DIR/diff" ||
		fail "the recording replays to other lines: $(cat "$DIR/diff")"
	[ -z "${KEEP_LINES:-}" ] || cp "$LINES_FILE" "$KEEP_LINES/$KEEP_AS.$FAMILY"
	[ -z "${KEEP_RECORDS:-}" ] || cp "$DIR/record" "$KEEP_RECORDS/$KEEP_AS.rec"
}

# until_true SECONDS COMMAND...: repeats the command until it succeeds.
until_true() {
	local until=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ "$SECONDS" -le "$until" ] || return 1
		sleep "${POLL_SECONDS:-0.1}"
	done
}

wait_for() { # FILE PATTERN SECONDS
	until_true "$3" grep -qsE -- "$2" "$1"
}

# lines_about NS EVENT [MORE...]: idlewatch's lines about a socket of NS that have all of MORE.
lines_about() {
	local found part
	found=$(grep -F -- "\"event\":\"$2\"" "$LINES_FILE" | grep -F -- "\"netns\":$(netns_inode "$1"),")
	shift 2
	for part; do
		found=$(grep -F -- "$part" <<<"$found")
	done
	[ -n "$found" ] && echo "$found"
}

any_about() {
	lines_about "$@" >/dev/null
}

# expect NS EVENT SECONDS [MORE...]: waits for such a line.
expect() {
	local ns=$1 event=$2 seconds=$3
	shift 3
	until_true "$seconds" any_about "$ns" "$event" "$@" ||
		fail "no $event on ${ns#"$PREFIX"-} within $seconds s${*:+ with $*}"
}

# refuse NS EVENT: there must be none so far.
refuse() {
	! any_about "$1" "$2" || fail "a $2 on ${1#"$PREFIX"-}"
}

# nothing_fatal_learnt: no gap of our paths is taken for fatal.
nothing_fatal_learnt() {
	! our_lines | grep -qE '"idle_(died|reset)_min_ms":' || fail "a gap was taken for fatal"
}

# refuse_key KEY: no line so far has it.
refuse_key() {
	! grep -q "\"$1\":" "$LINES_FILE" || fail "a line has $1"
}

# mates_needed: for scenarios that put other programs at tc (mates.bpf.c).
MATES=${MATES:-$PWD/build/mates.bpf.o}
mates_needed() {
	[ -e "$MATES" ] || fail "there is no $MATES"
}

# expect_verdict NS VERDICT[/CAUSE] SECONDS [MORE...]: waits for it and notes it in the matrix.
expect_verdict() {
	local ns=$1 expected=$2 seconds=$3 verdict=${2%/*} cause=${2#*/} got
	shift 3
	[ "$cause" = "$expected" ] || set -- "\"cause\":\"$cause\"" "$@"
	expect "$ns" "$verdict" "$seconds" "$@"
	EXPECTED[$ns]+=" $expected"
	note_verdict "$ns" "$expected"
}

# allow_verdict NS VERDICT: it may come, or not.
allow_verdict() {
	EXPECTED[$1]+=" $2"
}

# expect_no_verdict NS: there is none so far.
expect_no_verdict() {
	note_verdict "$1" none
	[ -z "$(verdicts_about "$1")" ] || fail "a verdict on ${1#"$PREFIX"-}: $(verdicts_about "$1")"
}

# Every verdict given for a socket of NS, each once.
verdicts_about() {
	grep -F -- "\"netns\":$(netns_inode "$1")," "$LINES_FILE" |
		sed -nE 's/.*"verdict":"([^"]*)",("cause":"([^"]*)")?.*/\1\/\3/p' | sed 's:/$::' | sort -u
}

note_verdict() { # NS EXPECTED
	local got
	got=$(verdicts_about "$1" | paste -sd, -)
	case $2 in */*) ;; *) got=$(sed -E 's:/[a-z]*::g' <<<"$got") ;; esac
	echo "$SCENARIO|$FAMILY $BOX|${1#"$PREFIX"-}|$2|${got:-none}|$(field "$1" "${2%/*}" waited_ms)" >>"$MATRIX"
}

# The value of a field of the first such line: field NS EVENT KEY
field() {
	lines_about "$1" "$2" | head -n 1 | sed -nE "s/.*\"$3\":\"?([^\",}]*).*/\1/p"
}

# verdict_came_first NAME NS VERDICT [ERRNO [SECONDS]]: the program of that end is told of
# the error (ETIMEDOUT) within SECONDS, and was not told before the verdict came.
verdict_came_first() {
	local errno=${4:-110} told
	await "$1" "error $errno " "${5:-15}"
	told=$(sed -n "s/^error $errno //p" "$DIR/$1" | head -n 1)
	[ "$(field "$2" "$3" ts_mono_ns)" -lt "${told:-0}" ] || fail "the program of $1 was told first"
	expect "$2" closed 5 "\"errno\":$errno"
}

# check_field NS EVENT KEY VALUE
check_field() {
	local got
	got=$(field "$1" "$2" "$3")
	[ "$got" = "$4" ] || fail "$3 of $2 on ${1#"$PREFIX"-} should be $4, not '$got'"
}

# hold_up_ends: connections to port 7000 and those next to it end slowly enough for a
# program that keeps asking to take their error before idlewatch reads it. Before `watch`.
hold_up_ends() {
	local build
	build=$(dirname "$TCPEND")
	"$build/attach" "$build/slow_close.bpf.o" >"$DIR/attach" 2>&1 &
	ENDS[attach]=$!
	await attach attached
}
