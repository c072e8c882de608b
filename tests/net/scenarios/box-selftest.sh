#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# outside families: 4 6
# takes minutes
# Each function of the outside box, by what arrives at the other end and what is on the wire
# there; without idlewatch.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"
command -v tcpdump >/dev/null || skip 'tcpdump is not installed'

# start_wire NAME NS: what comes in there, two lines for each packet, in $DIR/NAME.
start_wire() {
	nsenter --net="/run/netns/$2" tcpdump -i eth0 -Q in -l -n -v --immediate-mode -Z root tcp \
		2>"$DIR/$1.err" >"$DIR/$1" &
	adopt "$1" $!
	wait_for "$DIR/$1.err" 'listening on' 10 || fail "tcpdump did not start on $1"
}

# wire NAME PATTERN: waits for such a packet.
on_wire() { paste - - <"$DIR/$1" | grep -q -- "$2"; }
wire() { until_true 10 on_wire "$@" || fail "no '$2' on the wire: $(tail -n 4 "$DIR/$1")"; }

ttl() { if [ "$FAMILY" = 4 ]; then echo "ttl $1,"; else echo "hlim $1,"; fi; }

# How many bytes that end has received.
received() { awk '$1 == "received" { n += $2 } END { print n + 0 }' "$DIR/$1"; }
has_received() { [ "$(received "$1")" -ge "$2" ]; }

arrives() { until_true 10 has_received "$1" "$2" || fail "$1 has $(received "$1") bytes, not $2"; }

# counted DIR COUNTER: since the last change.
counted() { box count | grep -oE "$1 [a-z0-9 ]*" | grep -oE "$2 [0-9]+" | head -n 1 | cut -d' ' -f2; }

# Datagrams from client to server, so many and one more, and what arrives there, in that
# order: "NUMBER MS-UNDER-WAY". The last one ends the receiver, and meets an open path.
datagrams() { # HOW-MANY
	local receiver
	: >"$DIR/datagrams"
	nsenter --net="/run/netns/$S" /usr/bin/python3 "$DIR/datagrams.py" receive \
		"$(server_address)" >"$DIR/datagrams" &
	receiver=$!
	wait_for "$DIR/datagrams" bound 10 || fail 'no receiver'
	in_ns "$C" /usr/bin/python3 "$DIR/datagrams.py" send "$(server_address)" "$1"
	box await quiet 500
	box pass
	box delay 0
	box double 0
	box reorder 0
	in_ns "$C" /usr/bin/python3 "$DIR/datagrams.py" end "$(server_address)"
	wait "$receiver"
	grep -v bound "$DIR/datagrams"
}
cat >"$DIR/datagrams.py" <<'END'
import socket, sys, time

do, address = sys.argv[1:3]
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
if do == "receive":
    s.bind((address, 5000))
    print("bound", flush=True)
    while (data := s.recv(99)) != b"end":
        number, sent = data.decode().split()
        print(number, int((time.monotonic() - float(sent)) * 1000), flush=True)
elif do == "end":
    s.sendto(b"end", (address, 5000))
else:
    for i in range(int(sys.argv[3])):
        s.sendto(b"%d %f" % (i, time.monotonic()), (address, 5000))
        time.sleep(0.005)
END
numbers() { cut -d' ' -f1 <<<"$1"; }
times() { cut -d' ' -f2 <<<"$1" | sort -n; }

check_swallow() {
	pair two
	pair one
	box swallow c2s port $((PORT - 1))
	tell cone send 7
	box await c2s swallowed 1
	tell ctwo send 7
	arrives stwo 107
	has_received sone 107 && fail 'swallowed, and it arrived'
	tell sone send 9
	arrives cone 59
	box pass
	arrives sone 107
	box swallow c2s payload times 1
	tell cone send 8
	arrives sone 115
	[ "$(counted c2s swallowed)" = 1 ] || fail "times: $(box count)"
	settled
	box swallow c2s payload
	tell sone send 3
	arrives cone 62
	settled # so the client's acknowledgement passed
	box pass
}

check_longer() {
	box swallow c2s longer 600
	tell cone send 500
	arrives sone 615
	tell cone send 5000
	box await c2s swallowed 2
	tell sone send 5000 # the other direction is as it was
	arrives cone 5062
	has_received sone 616 && fail 'longer than allowed, and it arrived'
	box pass
	arrives sone 5615
	settled
}

check_hold() {
	box hold s2c
	for bytes in 1 2 3; do
		tell sone send $bytes
	done
	box await s2c held 3
	has_received cone 5063 && fail 'held, and it arrived'
	box release
	arrives cone 5068
	settled
}

check_delay() {
	local got
	box delay c2s 300 100
	got=$(datagrams 50)
	[ "$(times "$got" | head -n 1)" -ge 300 ] || fail "faster than the delay: $(times "$got")"
	[ "$(times "$got" | tail -n 1)" -ge $(($(times "$got" | head -n 1) + 40)) ] ||
		fail "no jitter: $(times "$got")"
	[ "$(numbers "$got")" = "$(seq 0 49)" ] || fail "jitter changed the order: $got"
	box delay s2c 300
	pair slow
	in_ns "$C" ss -tinHO "dport = $((PORT - 1))" | grep -q ' minrtt:[3-9][0-9][0-9]' ||
		fail "no such round trip: $(in_ns "$C" ss -tinHO "dport = $((PORT - 1))")"
	box delay 0
}

check_chances() {
	local first got
	box seed 7
	box swallow c2s percent 30
	first=$(numbers "$(datagrams 100)")
	[ "$(wc -l <<<"$first")" -ge 55 ] && [ "$(wc -l <<<"$first")" -le 85 ] ||
		fail "of 100 with 30 % loss: $(wc -l <<<"$first")"
	box seed 7
	box swallow c2s percent 30
	[ "$(numbers "$(datagrams 100)")" = "$first" ] || fail 'the same seed, another fate'
	box double c2s 100
	got=$(numbers "$(datagrams 10)")
	[ "$(uniq -d <<<"$got" | wc -l)" = 10 ] || fail 'not doubled'
	box reorder c2s 30 50
	got=$(numbers "$(datagrams 50)")
	[ "$(sort -n <<<"$got")" != "$got" ] || fail 'not reordered'
	[ "$(wc -l <<<"$got")" = 50 ] || fail 'reordered and lost'
}

check_forget() {
	pair silent
	box forget 1 silence
	BOX_SECONDS=20 box await forgotten
	tell csilent send 5
	box await c2s swallowed 2
	has_received ssilent 105 && fail 'forgotten, and it arrived'
	tell csilent quit
	pair fresh # a SYN begins a flow all the same
	box forget 1 reset ttl 61
	box await forgotten
	tell cfresh send 5
	await cfresh 'error 104'
	wire client "$(ttl 61).*Flags \[R\]"
	wire client "$(ttl 63).*Flags \[S\.\]"
	[ "$(counted s2c answered)" = 1 ] || fail "one reset: $(box count)"
}

# The same port again, when the server still holds the old connection.
check_same_port() {
	local name
	start_end listener "$S" listen "$(server_address)" "$PORT"
	await listener listening
	for name in old new; do
		start_end $name "$C" connect "$(server_address)" "$PORT" "from=$(client_address),4001"
		await $name connected
		BOX_SECONDS=20 box await forgotten
		tell $name quit
		until_true 5 has_ended "$(end_pid $name)" || fail "$name goes on"
	done
	PORT=$((PORT + 1))
}

check_forget_both() {
	box forget off
	pair both
	box forget 1 reset-both
	box await forgotten
	tell sboth send 5
	await sboth 'error 104'
	await cboth 'error 104'
}

check_expiry() {
	box forget off
	pair unasked
	box forget 1 expire-reset ttl 55
	await cunasked 'error 104'
	await sunasked 'error 104'
	wire server "$(ttl 55).*Flags \[R"
	wire client "$(ttl 55).*Flags \[R"
}

check_lose_first() {
	box forget off
	pair lossy
	box forget 1 lose-first
	box await forgotten
	tell clossy send 5
	await clossy 'error 104'
	[ "$(counted c2s swallowed) $(counted s2c answered)" = '2 1' ] || fail "lose-first: $(box count)"
	box forget off
	pair now
	box forget now
	tell cnow send 5
	box await c2s swallowed 1
	box forget off
}

peers() { in_ns "$S" ss -tnHO state established "sport = $PORT" | awk '{ print $4 }'; }

check_masquerade() {
	local second=10.78.1.2 outside=10.78.1.77
	[ "$FAMILY" = 4 ] || second=fd78:1::2 outside=fd78:1::77
	ip -n "$C" addr add "$second/64" dev eth0 nodad 2>/dev/null || ip -n "$C" addr add "$second/24" dev eth0
	box masquerade $outside
	start_end nat "$S" listen "$(server_address)" "$PORT"
	await nat listening
	for own in "$(client_address)" $second; do
		start_end "own_${own//[.:]/_}" "$C" connect "$(server_address)" "$PORT" "from=$own,4000"
		await "own_${own//[.:]/_}" connected
	done
	[ "$(peers | grep -cF "$outside")" = 2 ] || fail "not one address: $(peers)"
	[ "$(peers | sort -u | wc -l)" = 2 ] || fail "not two ports: $(peers)"
	tell nat send 30
	for own in "$(client_address)" $second; do
		arrives "own_${own//[.:]/_}" 30
		tell "own_${own//[.:]/_}" send 4
	done
	arrives nat 8
	PORT=$((PORT + 1))
}

check_remap() {
	pair moved
	box remap
	tell smoved send 5
	box await s2c swallowed 1
	has_received cmoved 55 && fail 'the old port still leads there'
	tell cmoved send 5
	await cmoved 'error 104' # of the server, which knows no such port
	wire client "$(ttl 63).*Flags \[R\]"
}

check_answer() {
	pair proxied keepalive=1,1,2
	box answer c2s on
	box swallow c2s
	box await s2c answered 4
	grep -q error "$DIR/cproxied" && fail 'answered, and it was given up'
	box answer off
	await cproxied 'error 110'
	box pass
}

check_garbage() {
	pair garbage keepalive=1,1,2
	box garbage c2s on
	wire server 'length 1$'
	box await s2c forwarded 3
	grep -q error "$DIR/cgarbage" && fail 'its keepalives were not answered'
	box garbage off
}

check_hops() {
	box hops 5
	pair far
	wire server "$(ttl 59).*Flags \[S\]"
	box hops 1
}

: >"$LINES_FILE" # no idlewatch here
# Other scenarios' idlewatch takes an address for one host with one TTL.
# shellcheck disable=SC2034
C4=10.78.1.1 S4=10.78.2.2 C6=fd78:1::1 S6=fd78:2::2
build_network
start_wire client "$C"
start_wire server "$S"
for check in swallow longer hold delay chances forget same_port forget_both expiry lose_first masquerade remap \
	answer garbage hops; do
	"check_$check"
done
finish
