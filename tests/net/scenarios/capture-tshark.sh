#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# What idlewatch takes for a keepalive or a keepalive's answer is what tshark does: with
# answered keepalives of both ends, data between them, a closed window, loss, and a capture
# that begins with a keepalive.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../both.sh"

CLASSIFY=${CLASSIFY:-$PWD/build/classify}
command -v tcpdump >/dev/null && command -v tshark >/dev/null || skip 'tcpdump or tshark is not installed'
[ -x "$CLASSIFY" ] || skip 'make build/classify'

by_tshark() {
	tshark -n -r "$1" -o tcp.analyze_sequence_numbers:TRUE -Y tcp -T fields -E separator=, \
		-e frame.number -e tcp.analysis.keep_alive -e tcp.analysis.keep_alive_ack 2>/dev/null |
		awk -F, '{ print $1, ($2 != "" ? "keepalive" : $3 != "" ? "answer" : "-") }'
}

# same_as_tshark FILE KEEPALIVES: both agree on every segment, and there are so many at least.
same_as_tshark() {
	"$CLASSIFY" "$1" >"$DIR/ours" 2>"$DIR/classify.err" || fail "classify: $(cat "$DIR/classify.err")"
	by_tshark "$1" >"$DIR/theirs"
	diff "$DIR/theirs" "$DIR/ours" >"$DIR/diff" || fail "not as tshark in ${1##*/}: $(cat "$DIR/diff")"
	[ "$(grep -c keepalive "$DIR/ours")" -ge "$2" ] || fail "fewer than $2 keepalives in ${1##*/}"
	[ "$(grep -c answer "$DIR/ours")" -ge 2 ] || fail "fewer than 2 answers in ${1##*/}"
}

keepalives_seen() { # NAME NUMBER
	[ "$("$CLASSIFY" "$DIR/$1.pcap" 2>/dev/null | grep -c keepalive)" -ge "$2" ]
}

: >"$LINES_FILE" # no idlewatch here
build_network
start_capture whole "$C"
SNAPLEN=96 start_capture far "$S"
connect_pair "$PORT" keepalive=1,1,9 rcvbuf=4096 -- keepalive=1,1,9 rcvbuf=4096
exchange
until_true 20 keepalives_seen whole 4 || fail 'no keepalives'
tell client send 1000
await server 'received 1000'
until_true 20 keepalives_seen whole 8 || fail 'no keepalives after data'
# A closed window: probes look like keepalives, to both.
tell server read off
tell client send 1000000
window_probed() { in_ns "$C" ss -tinH | grep -qE 'backoff:[2-9]'; }
until_true 20 window_probed || fail 'the window does not close'
tell server read on
until_true 20 keepalives_seen whole 12 || fail 'no keepalives after a closed window'
lose "$F" forward 'tcp dport 1-65535 numgen random mod 100 < 40'
until_true 30 keepalives_seen whole 20 || fail 'no keepalives on a lossy path'
stop_captures
same_as_tshark "$DIR/whole.pcap" 20
same_as_tshark "$DIR/far.pcap" 8
# The one difference, and it is tshark's: when the first segment of a capture is a keepalive
# it takes its number for the next one, and those that repeat it for plain segments, until
# data comes. We learn the next number from the answer.
first=$("$CLASSIFY" "$DIR/whole.pcap" | sed -n 's/ keepalive$//p' | head -n 1)
editcap "$DIR/whole.pcap" "$DIR/begins.pcap" "1-$((first - 1))" || fail 'editcap'
"$CLASSIFY" "$DIR/begins.pcap" >"$DIR/ours"
by_tshark "$DIR/begins.pcap" >"$DIR/theirs"
diff "$DIR/theirs" "$DIR/ours" | grep '^<' | grep -qv -- ' -$' &&
	fail "tshark knows what we do not: $(diff "$DIR/theirs" "$DIR/ours")"
[ -z "${KEEP_FILES:-}" ] || cp "$DIR"/*.pcap "$KEEP_FILES/"
finish
