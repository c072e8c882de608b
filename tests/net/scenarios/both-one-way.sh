#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# takes minutes
# What the server sends is lost, what the client sends arrives: both ends' lines tell which
# direction it is, by default and with every event, and so do two captures.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../both.sh"

command -v tcpdump >/dev/null || skip 'tcpdump is not installed'

build_network
start_capture client "$C"
start_capture server "$S"
watch --all-events
connect_pair "$PORT"
exchange
lose_from server
tell client keepalive 4,1,22
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" one-way 30
await client 'error 110' 30
end_watch
stop_captures

check() {
	check_told verdict one-way
	check_told blame path
	check_told lost_direction b-to-a
	check_told a_to_b arrived
	check_told b_to_a "$1"
}
host_lines "$C" client >"$DIR/a.jsonl"
host_lines "$S" server -30 >"$DIR/b.jsonl"
correlate "$DIR/a.jsonl" "$DIR/b.jsonl"
check lost
"$IDLEWATCH" flow "$DIR/a.jsonl" "$DIR/b.jsonl" >"$DIR/flow" || fail 'flow of lines'
grep -q -- '|-- keepalive -*>|' "$DIR/flow" || fail "no keepalive arrives: $(cat "$DIR/flow")"

# By default lines: the same, less those of single packets.
for end in a b; do
	grep -vE '"event":"(probe-sent|probe-answered|peer-probe|idle-end|retransmit)"' \
		"$DIR/$end.jsonl" >"$DIR/$end-default.jsonl"
done
correlate "$DIR/b-default.jsonl" "$DIR/a-default.jsonl"
check lost
grep -q -- '--all-events on both ends' "$DIR/correlated.txt" || fail 'does not say what --all-events adds'

"$IDLEWATCH" flow --pcap "$DIR/client.pcap" --pcap "$DIR/server.pcap" >"$DIR/flow" 2>"$DIR/err" ||
	fail "flow of captures: $(cat "$DIR/err")"
grep -q '^Verdict: one-way, .*: the path lost B.s packets to A; A.s to B arrived' "$DIR/flow" ||
	fail "captures say otherwise: $(cat "$DIR/flow")"
finish
