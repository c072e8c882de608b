#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The story read from both ends: lines of two hosts, in either order, and two captures of the
# same session give the same verdict, and flow draws it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../both.sh"

command -v tcpdump >/dev/null || skip 'tcpdump is not installed'

build_network
forgetful_firewall 5
start_capture client "$C"
# 64 bytes, as tcpdump once took, are too short for IPv6.
SNAPLEN=$((FAMILY == 4 ? 64 : 0)) start_capture server "$S"
watch
connect_pair 7001 keepalive=8,2,3 -- keepalive=8,2,3
exchange
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" path-dead/idle 20
await client 'error 110' 15
await server 'error 110' 15
end_watch
stop_captures
host_lines "$C" client >"$DIR/a.jsonl"
host_lines "$S" server >"$DIR/b.jsonl"

check() {
	[ "$(wc -l <"$DIR/correlated")" = 1 ] || fail "not one connection: $(cat "$DIR/correlated")"
	check_told verdict path-dead
	check_told blame path
	check_told lost_direction both
	check_told confidence certain
	check_told matched sequence-numbers-and-addresses
	check_told a.host client
	check_told b.host server
	check_told a.errno 110
	check_told b.unanswered 3
}
correlate "$DIR/a.jsonl" "$DIR/b.jsonl"
check
cp "$DIR/correlated.txt" "$DIR/first.txt"
# The order of files does not matter, nor do duplicates, compression or one file for both.
correlate "$DIR/b.jsonl" "$DIR/a.jsonl"
check
gzip -k "$DIR/a.jsonl"
zstd -q "$DIR/b.jsonl" 2>/dev/null || cp "$DIR/b.jsonl" "$DIR/b.jsonl.zst"
correlate "$DIR/a.jsonl.gz" "$DIR/b.jsonl.zst" "$DIR/b.jsonl" "$DIR/a.jsonl"
check
sort "$DIR/a.jsonl" "$DIR/b.jsonl" >"$DIR/both.jsonl"
correlate "$DIR/both.jsonl"
check

# Without sequence numbers it is told with less confidence in the match.
sed -E 's/"(snd_una|snd_nxt|rcv_nxt)":[0-9]+,//g' "$DIR/a.jsonl" >"$DIR/a-noseq.jsonl"
correlate "$DIR/a-noseq.jsonl" "$DIR/b.jsonl"
check_told matched addresses
check_told lost_direction both
# So are those that a box rewrites.
sed -E 's/"(snd_una|snd_nxt)":[0-9]+,/"\1":77,/g' "$DIR/a.jsonl" >"$DIR/a-rewritten.jsonl"
correlate "$DIR/a-rewritten.jsonl" "$DIR/b.jsonl"
check_told matched addresses
grep -q 'rewrites them' "$DIR/correlated.txt" || fail 'does not say that sequence numbers are rewritten'

words=$("$IDLEWATCH" flow "$DIR/a.jsonl" "$DIR/b.jsonl" | grep '^Verdict:')
"$IDLEWATCH" flow --svg "$DIR/pcap.svg" --pcap "$DIR/client.pcap" --pcap "$DIR/server.pcap" \
	>"$DIR/flow" 2>"$DIR/flow.err" || fail "flow of captures: $(cat "$DIR/flow.err")"
[ "$(grep '^Verdict:' "$DIR/flow")" = "$words" ] ||
	fail "captures say otherwise than '$words': $(cat "$DIR/flow" "$DIR/flow.err")"
[ "$(grep -c 'keepalive.*X\|X.*keepalive' "$DIR/flow")" = 6 ] ||
	fail "flow of captures should show six keepalives lost: $(cat "$DIR/flow")"
/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$DIR/pcap.svg" ||
	fail 'the SVG is not well formed'
if command -v rsvg-convert >/dev/null; then
	rsvg-convert "$DIR/pcap.svg" -o "$DIR/pcap.png" || fail 'the SVG cannot be rendered'
fi
[ -z "${KEEP_FILES:-}" ] || cp "$DIR"/{a,b}.jsonl "$DIR"/*.pcap "$DIR"/first.txt "$DIR"/flow \
	"$DIR"/pcap.* "$KEEP_FILES/"
finish
