#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# Many connections recover: none of them stays in the kernel side's tables. A second outage of
# the same ones is seen, and ends, as the first did.
. "$(dirname "$0")/../lib.sh"

N=20

# The id of one of our idlewatch's BPF maps: several may run on this machine.
map_id() { # NAME
	local id
	while read -r id; do
		bpftool -j map show id "$id" | grep -q "\"name\":\"$1\"" && echo "$id" && return
	done < <(sed -n 's/^map_id:[[:blank:]]*//p' "/proc/$IW_PID/fdinfo/"* | sort -u)
	fail "no map $1"
}

# How many entries of that map are about our connections, by their cookies, whose hexadecimal
# digits are on our lines.
entries() { # MAP
	local cookies
	cookies=$(lines_about "$C" suspect | sed -nE 's/.*"conn":"([0-9a-f]*)".*/\1/p' | sort -u)
	bpftool -j map dump id "$(map_id "$1")" |
		/usr/bin/python3 -c '
import json, sys
ours = {int(word, 16) for word in sys.argv[1].split()}
entries = [e["formatted"] for e in json.load(sys.stdin)]
cookies = [e["value"]["cookie"] if isinstance(e["key"], dict) else e["key"] for e in entries]
print(sum(cookie in ours for cookie in cookies))' "$cookies"
}

told() { lines_about "$C" "$1" | wc -l; }
all_told() { [ "$(told "$1")" -ge "$2" ]; }
none_left() { [ "$(entries tracked)$(entries flows)" = 00 ]; }

outage() { # HOW-MANY: lines of each kind there are after it
	path_down
	until_true 30 all_told path-dead "$1" || fail "$(told path-dead) path-dead, not $1"
	[ "$(entries tracked)" -eq "$N" ] || fail "$(entries tracked) of $N are followed"
	[ "$(entries flows)" -eq "$N" ] || fail "$(entries flows) of $N flows are known"
	path_up
	until_true 15 all_told recovered "$1" || fail "$(told recovered) recovered, not $1"
	until_true 5 none_left ||
		fail "left over: $(entries tracked) connections, $(entries flows) flows"
}

build_network
watch
start_end server "$S" listen "$(server_address)" "$PORT"
await server listening
start_end client "$C" connect "$(server_address)" "$PORT" keepalive=4,1,30 count=$N
all_connected() { [ "$(grep -c connected "$DIR/server")" -eq $N ]; }
until_true 20 all_connected || fail "not all connected"
allow_verdict "$C" path-dead
outage $N
outage $((2 * N))
end_watch
grep '"event":"summary"' "$LINES_FILE" | grep -q '"lost_events":0,' || fail "events lost"
finish
