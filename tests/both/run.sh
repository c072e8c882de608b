#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# correlate and flow on files: what golden lines and captures give, and every kind of bad
# input: a sentence that names file and line or offset, the good part used, a count of the rest.
set -u
cd "$(dirname "$0")/../.." || exit 1

IDLEWATCH=${IDLEWATCH:-$PWD/build/idlewatch}
HERE=tests/both
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
SUITE=both
. tests/result.sh

# check NAME EXIT-CODE OUT-PATTERN ERR-PATTERN ARGUMENTS...: an empty ERR-PATTERN is silence.
check() {
	local name=$1 code=$2 out=$3 err=$4 got good=0
	shift 4
	timeout 60 "$IDLEWATCH" "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
	got=$?
	[ "$got" -eq "$code" ] || good=1
	[ -z "$out" ] || grep -qE -- "$out" "$DIR/out" || good=1
	if [ -z "$err" ]; then [ ! -s "$DIR/err" ]; else grep -qE -- "$err" "$DIR/err"; fi || good=1
	result $good "$name"
	[ "$good" -eq 0 ] || { echo "  exit $got" && sed 's/^/  /' "$DIR/out" "$DIR/err"; } | head -n 30
}

# --- lines ---

LINES=tests/replay/one-way-out.jsonl
one_way='"verdict":"one-way",.*"lost_direction":"a-to-b".*"a_to_b":"likely-lost","b_to_a":"arrived".*"last_heard":"2026-11-22T21:31:47.733'
grep -v '"netns":4026532314,' $LINES >"$DIR/a"
grep -v '"netns":4026532245,' $LINES | sed 's/"host":"[^"]*"/"host":"other"/' >"$DIR/b"
check 'both ends' 0 "$one_way" '' correlate -j "$DIR/a" "$DIR/b"
check 'the other order' 0 "$one_way" '' correlate -j "$DIR/b" "$DIR/a"
check 'twice' 0 "$one_way" '' correlate -j "$DIR/b" "$DIR/a" "$DIR/a" "$DIR/b"
sort -R "$DIR/a" "$DIR/b" >"$DIR/shuffled"
check 'hosts interleaved, lines in any order' 0 "$one_way" '' correlate -j "$DIR/shuffled"
check 'a pipe' 0 "$one_way" '' correlate -j <(cat "$DIR/a") <(cat "$DIR/b")
result "$("$IDLEWATCH" correlate -j - "$DIR/b" <"$DIR/a" | grep -qE "$one_way"; echo $?)" 'standard input'
gzip -c "$DIR/a" >"$DIR/a.anything" && zstd -qc "$DIR/b" >"$DIR/b.anything"
check 'gzip and zstd, told by their magic' 0 "$one_way" '' correlate -j "$DIR/a.anything" "$DIR/b.anything"
{ gzip -c <(head -n 2 "$DIR/a") && gzip -c <(tail -n +3 "$DIR/a"); } >"$DIR/a.members"
check 'gzip, several behind each other' 0 "$one_way" '' correlate -j "$DIR/a.members" "$DIR/b"
head -c -30 "$DIR/a.anything" >"$DIR/a.cut"
check 'gzip, cut' 0 '' 'a.cut: at byte [0-9]+: the file ends in the middle of its compressed data' \
	correlate "$DIR/a.cut" "$DIR/b"
{ head -c 4 "$DIR/b.anything" && printf 'garbage garbage garbage garbage'; } >"$DIR/b.bad"
check 'zstd, damaged' 0 '' 'b.bad: at byte [0-9]+: the compressed data is damaged' correlate "$DIR/a" "$DIR/b.bad"
check 'one end alone' 0 '"verdict":"one-way".*"matched":"none"' '' correlate -j "$DIR/a"
check 'no sequence numbers' 0 '"matched":"addresses"' '' \
	correlate -j <(sed -E 's/"(snd_una|snd_nxt|rcv_nxt)":[0-9]+,//g' "$DIR/a") "$DIR/b"

head -c -100 "$DIR/a" >"$DIR/cut"
check 'a last line that is cut' 0 "$one_way" 'cut:[0-9]+: line skipped: cut off at the end of the file' \
	correlate -j "$DIR/cut" "$DIR/b"
{ head -n 1 "$DIR/a" && echo '{"schema":1,"ts' && tail -n +2 "$DIR/a"; } >"$DIR/torn"
check 'a line cut in the middle of the file' 0 "$one_way" 'torn:2: line skipped: not JSON' correlate -j "$DIR/torn" "$DIR/b"
grep -q 'torn: [0-9]* lines used, 1 skipped: 1 not JSON$' "$DIR/err"
result $? 'what was skipped is counted'
{ echo '{"schema":2,"event":"path-dead"}' && cat "$DIR/a"; } >"$DIR/schema"
check 'another schema' 0 "$one_way" 'schema:1: line skipped: of another schema than 1' correlate -j "$DIR/schema" "$DIR/b"
{ echo '{"level":"info","msg":"hello"}' && echo '[1,2]' && echo '"x"' && cat "$DIR/a"; } >"$DIR/foreign"
check 'lines of another program' 0 "$one_way" '3 skipped: 1 not JSON, 2 no line of idlewatch' correlate -j "$DIR/foreign" "$DIR/b"
{ head -n 1 "$DIR/a" | sed 's/"event":"start"/"event":"hint"/' && cat "$DIR/a"; } >"$DIR/newer"
check 'an event of a newer version' 0 "$one_way" '1 of an event that this version does not know' \
	correlate -j "$DIR/newer" "$DIR/b"
for bad in 's/"netns":/"netns":-/' 's/"conn":"/"conn":"x/' 's/"local_addr":"/"local_addr":"x/' \
	's/"ts":"2026/"ts":"20x6/' 's/"silence_ms":/"silence_ms":9999999999999/' 's/"pid":[0-9]*/"pid":"1"/'; do
	sed "$bad" "$DIR/a" >"$DIR/bad"
	check "a bad value ($bad)" 0 '' 'bad:[0-9]+: line skipped: with a bad value: [a-z_]+$' \
		correlate "$DIR/bad" "$DIR/b"
done
{ cat "$DIR/a" && head -c 1000000 /dev/zero | tr '\0' x && echo; } >"$DIR/long"
check 'a line of absurd length' 0 "$one_way" 'long:[0-9]+: line skipped: longer than 64 KiB' correlate -j "$DIR/long" "$DIR/b"
{ printf '%.0s[' $(seq 60000) && echo && cat "$DIR/a"; } >"$DIR/deep"
check 'a line of absurd depth' 0 "$one_way" 'deep:1: line skipped: not JSON' correlate -j "$DIR/deep" "$DIR/b"
head -c 100000 /dev/urandom >"$DIR/random"
check 'no lines at all' 1 '' 'random: there is no line of idlewatch in it' correlate "$DIR/random"
: >"$DIR/empty"
check 'an empty file' 1 '' 'empty: there is no line of idlewatch in it' correlate "$DIR/empty"
check 'a file that is not there: the other is used' 1 '"verdict":"one-way"' 'cannot read .*none: No such file' \
	correlate -j "$DIR/none" "$DIR/a"
check 'a directory' 1 '' 'cannot read .*: Is a directory' correlate "$DIR"
check 'no file' 2 '' 'which files' correlate
check 'bad option' 2 '' 'unrecognized option' correlate --nonsense "$DIR/a"
check '-h' 0 'A.jsonl B.jsonl' '' correlate -h

# Memory does not grow with the file: ten times the connections are refused and counted, and
# ten times the lines change nothing.
"$HERE/many.py" 20000 >"$DIR/many"
rss() { /usr/bin/python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"; }
once=$(rss "$IDLEWATCH" correlate "$DIR/many")
often=$(rss bash -c 'for i in 1 2 3 4 5 6 7 8; do cat "$1"; done | "$0" correlate -' "$IDLEWATCH" "$DIR/many")
[ "$often" -lt $((once + once / 10 + 1024)) ] && [ "$often" -lt 204800 ]
result $? "memory does not grow with the file ($once KB, $often KB)"
check 'too many connections' 0 '' 'no room for [0-9]+ lines of more than 65536 connections' \
	correlate <("$HERE/many.py" 66000)

(umask 0 && "$IDLEWATCH" --replay tests/replay/data.rec -o "$DIR/o" >/dev/null 2>&1)
[ "$(stat -c %a "$DIR/o")" = 600 ] && grep -q '"snd_nxt":' "$DIR/o"
result $? 'lines have sequence numbers, and their file is for its owner only'
"$IDLEWATCH" --replay tests/replay/data.rec -o "$DIR/o2" --no-seq >/dev/null 2>&1
[ -s "$DIR/o2" ] && ! grep -qE '"(snd_una|snd_nxt|rcv_nxt)":' "$DIR/o2"
result $? '--no-seq leaves them out'

# --- the flow graph of lines ---

check 'flow of both ends' 0 '^Verdict: one-way, likely: the path lost A.s packets to B' '' flow "$DIR/a" "$DIR/b"
grep -qE '\|-- keepalive -+X +\|$' "$DIR/out" && grep -qE '^.{15}\|<-+ keepalive --\|$' "$DIR/out"
result $? 'one direction dies in the middle, the other arrives'
check 'flow of one end' 0 'The other end is not among these lines' '' flow "$DIR/a"
check 'flow lists connections' 0 '^CONN .*VERDICT$' 'choose one with --conn' flow $LINES tests/replay/data.jsonl
check 'flow of one of several' 0 '^Verdict: path-dead' '' flow --conn 25dd $LINES tests/replay/data.jsonl
check 'flow of an unknown connection' 1 '' 'no connection 77 in these files' flow --conn 77 $LINES
check 'a bad id' 2 '' "--conn: 'xyz' is not" flow --conn xyz $LINES
check 'lines and captures' 2 '' 'not both' flow $LINES --pcap $HERE/story-client.pcap
check 'an SVG that cannot be written' 1 '' '--svg: cannot write /nonexistent/x.svg' \
	flow --svg /nonexistent/x.svg $LINES
(umask 0 && "$IDLEWATCH" flow --svg "$DIR/x.svg" <(sed 's/"comm":"[^"]*"/"comm":"<\&>\\u001b[2J"/;s/"host":"[^"]*"/"host":"<a\&b>\\ufffe"/' $LINES) >"$DIR/out")
[ "$(stat -c %a "$DIR/x.svg")" = 600 ]
result $? 'the SVG is for its owner only'
/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$DIR/x.svg"
result $? 'a hostile host name leaves the SVG well formed'
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037]')" "$DIR/out"
result $? 'and the terminal alone'

# --- captures ---

A=$HERE/story-client.pcap B=$HERE/story-server.pcap
dead='^Verdict: path-dead, certain: the path lost the packets of both directions'
check 'two captures' 0 "$dead" '' flow --pcap $A --pcap $B
check 'two captures, the other order' 0 "$dead" '' flow --pcap $B --pcap $A
check 'pcapng' 0 "$dead" '' flow --pcap $A --pcap $HERE/story-server.pcapng
check 'one capture' 0 '^Verdict: path-dead, likely: the path lost packets, or the other host was down' '' flow --pcap $A
$HERE/variants.py $A "$DIR"
for variant in big-endian nanoseconds big-nano snap64 raw vlan any backwards; do
	check "capture: $variant" 0 "$dead" '' flow --pcap "$DIR/$variant.pcap" --pcap $B
done
check 'a capture that starts mid-stream' 0 "$dead" '' flow --pcap "$DIR/middle.pcap" --pcap $B
check 'other protocols are counted' 0 "$dead" '2 packets not: 1 not IP, 1 not TCP' flow --pcap "$DIR/mixed.pcap" --pcap $B
gzip -c $A >"$DIR/story.gz"
check 'a compressed capture' 0 "$dead" '' flow --pcap "$DIR/story.gz" --pcap $B
check 'a snap length too short for TCP' 1 '' 'captured too short for a TCP header \(snap length\)' flow --pcap "$DIR/snap40.pcap"
check 'no TCP at all' 1 '' 'no-tcp.pcap: there is no TCP connection in it' flow --pcap "$DIR/no-tcp.pcap"
check 'a link type without TCP' 1 '' 'bluetooth.pcap: its link type, BLUETOOTH_HCI_H4 \(187\), is none of those' \
	flow --pcap "$DIR/bluetooth.pcap"
check 'and the other capture is used' 1 '^Verdict: path-dead' 'bluetooth.pcap' flow --pcap "$DIR/bluetooth.pcap" --pcap $B
check 'a capture cut in the middle of a packet' 1 '^Verdict: none: only a suspicion' \
	'cut.pcap: after packet [0-9]+, at byte [0-9]+: truncated dump file.*what came before is used' \
	flow --pcap "$DIR/cut.pcap"
check 'a capture without packets' 1 '' 'header-only.pcap: there is no TCP connection' flow --pcap "$DIR/header-only.pcap"
check 'half a header' 1 '' 'half-header.pcap: no capture that can be read: truncated dump file' flow --pcap "$DIR/half-header.pcap"
check 'no capture' 1 '' 'no capture that can be read: unknown file format' flow --pcap LICENSE
check 'a capture on standard input' 2 '' 'captures are read twice' flow --pcap -
check '--local' 0 'A: story-client.pcap 10.77.2.2:' '' flow --local 10.77.2.2 --pcap $A
check 'a bad --local' 2 '' "--local: 'here' is not an IPv4 or IPv6 address" flow --local here --pcap $A

echo "both: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
