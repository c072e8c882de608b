#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# Three hosts: the client's connection through the firewall dies, the one to the firewall
# itself lives. Clocks that are 90 s apart and drift are compared by probes; one host's
# idlewatch is started anew in the middle of the silence.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../both.sh"

# The server's own idlewatch, as if it was another host's.
server_watch() {
	"$IDLEWATCH" -j --all-events --idle 1s >"$DIR/server.$1" 2>"$DIR/server.$1.err" &
	ENDS["iw"]=$!
	wait_for "$DIR/server.$1" '"event":"start"' 30 || fail "no second idlewatch"
}
end_server_watch() {
	kill -TERM "${ENDS[iw]}"
	wait "${ENDS[iw]}"
	unset 'ENDS[iw]'
}

build_network
watch --all-events --idle 1s
server_watch 1
start_end third "$F" listen "${C4%.*}.254" 7100 keepalive=2,1,9
await third listening
start_end client3 "$C" connect "${C4%.*}.254" 7100 keepalive=3,1,9
await client3 connected
connect_pair "$PORT" keepalive=2,2,13 -- keepalive=9,2,13
exchange
# At uneven times, so that no other comparison of the clocks fits: regular probes look alike.
answered() { [ "$(lines_about "$C" probe-answered '"peer_port":7000' | wc -l)" -ge "$1" ]; }
n=0
for seconds in 5 3 6 2 4; do
	n=$((n + 1))
	until_true 30 answered "$n" || fail "keepalive $n was not answered"
	tell client keepalive "$seconds,2,13"
done
until_true 30 answered 6 || fail 'too few keepalives were answered'
lose "$F" forward 'meta l4proto tcp'
expect_verdict "$S" path-dead 60
end_server_watch
server_watch 2
expect_verdict "$C" path-dead 60
await server 'error 110' 30
await client 'error 110' 30
end_server_watch
end_watch

host_lines "$C" client >"$DIR/a.jsonl"
host_lines "$F" third 5 >"$DIR/f.jsonl"
LINES_FILE=$DIR/server.both
cat "$DIR/server.1" "$DIR/server.2" >"$LINES_FILE"
host_lines "$S" server 90 1000 >"$DIR/b.jsonl"
LINES_FILE=$DIR/lines
[ "$(grep -c '"event":"start"' "$DIR/b.jsonl")" = 2 ] || fail 'the server was not started anew'

"$IDLEWATCH" correlate -a -j "$DIR/b.jsonl" "$DIR/f.jsonl" "$DIR/a.jsonl" >"$DIR/correlated" ||
	fail 'correlate'
[ "$(wc -l <"$DIR/correlated")" = 2 ] || fail "not two connections: $(cat "$DIR/correlated")"
# In whatever order the files are given, the clocks are told of by the same host's.
"$IDLEWATCH" correlate -a -j "$DIR/a.jsonl" "$DIR/b.jsonl" "$DIR/f.jsonl" >"$DIR/reordered" ||
	fail 'correlate in another order'
offset_in() { grep -oE '"clock_offset_min_ms":-?[0-9]+' "$1" | head -n 1 | cut -d : -f 2; }
apart=$(($(offset_in "$DIR/correlated") - $(offset_in "$DIR/reordered")))
[ "${apart#-}" -le 1 ] || fail "the clocks depend on the order: $(cat "$DIR/reordered")"
check_told verdict path-dead
check_told lost_direction both
check_told a.host client
check_told b.host server
check_told clocks measured
# 90 s, and one per mille of what has passed since.
check_between clock_offset_min_ms 90000 90200
check_between clock_offset_max_ms 90000 90200
drift=$(told clock_drift_ppm)
[ "${drift%.*}" -gt 500 ] && [ "${drift%.*}" -lt 1500 ] || fail "the drift is not about 1000 ppm: $drift"
[ "$(told verdict 2)" = '' ] || fail 'a verdict on the connection that lives'
[ "$(told b.host 2)" = third ] || fail "the living connection's other end: $(told b.host 2)"
finish
