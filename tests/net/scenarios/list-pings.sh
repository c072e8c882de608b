#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# boxes: firewall outside
# `idlewatch list` of connections without keepalive: one whose program pings by itself, one
# that only hears its peer do so, one on which somebody types, and one that says nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
pair pings
pair types
pair silent
tell spings echo on

# What is tested are the times between: every 4 s, to the moment; and now and then.
speak() {
	local second start=${EPOCHREALTIME/./}
	for ((second = 0; ; second++)); do
		until [ $((${EPOCHREALTIME/./} - start)) -ge $((second * 1000000)) ]; do sleep 0.05; done
		[ $((second % 4)) -ne 0 ] || tell cpings send 9
		case $((second % 30)) in 1 | 2 | 9 | 12 | 26) tell ctypes send 5 ;; esac
	done
}
speak &
adopt speaker $!
await cpings 'received 9'
"$IDLEWATCH" list -j --observe 21s -D 7000-7002 --assume 60s >"$LINES_FILE" 2>"$DIR/stderr" ||
	fail "list: $(cat "$DIR/stderr")"
at_client() { lines_about "$C" connection "\"peer_port\":$1,"; }
value() { sed -nE "s/.*\"$1\":\"?([^\",}]*).*/\1/p"; }

[ "$(at_client 7000 | value risk)" = pinged ] || fail "one that pings: $(at_client 7000)"
every=$(at_client 7000 | value traffic_every_ms)
[ "${every:-0}" -ge 3800 ] && [ "$every" -le 4800 ] || fail "it pings every ${every:-nothing} ms"
[ "$(at_client 7000 | value traffic_ours)" = true ] || fail "who pings? $(at_client 7000)"
# The next ping is lost, and sent again for 924.6 s.
noticed=$(at_client 7000 | value noticed_after_ms)
[ "${noticed:-0}" -eq $((every + 924600)) ] || fail "noticed after ${noticed:-never}"
for port in 7001 7002; do
	[ "$(at_client $port | value risk)" = no-keepalive ] || fail "no ping: $(at_client $port)"
	[ -z "$(at_client $port | value noticed_after_ms)$(at_client $port | value traffic_every_ms)" ] ||
		fail "no ping, but: $(at_client $port)"
	[ "$(at_client $port | value observed_ms)" -ge 15000 ] || fail "not observed: $(at_client $port)"
done
"$IDLEWATCH" list --at-risk -D 7000-7002 --assume 60s | grep -q ' 10.77.2.2:7000 .*no-keepalive *never' ||
	fail "one look cannot know of pings"
finish
