#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# Three runs with one state: the first learns what is survived, the second what is
# fatal, the third knows both before anything happens, and a recording of it too.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 5
few_retries
watch --state "$STATE"
pair short keepalive=4,1,4
learnt() { path "$C" | grep -q idle_survived_max_ms; }
until_true 20 learnt || fail "the gap survived was not learnt, or not while running"
end_watch
our_lines | grep -q '"idle_' && fail "something was wrong in the first run"
# The file tells namespaces apart by what no other has until the next boot.
in_ns "$C" /usr/bin/python3 -c '
import os, socket, sqlite3, struct, sys
SO_NETNS_COOKIE = 71
s = socket.socket(socket.AF_UNIX)
cookie = struct.unpack("Q", s.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8))[0]
netns = cookie << 32 | int(sys.argv[2])
rows = sqlite3.connect(sys.argv[1]).execute("SELECT 1 FROM paths WHERE netns = ?", [netns])
sys.exit(not rows.fetchall())' "$STATE" "$(netns_inode "$C")" || fail "no row of the client's namespace"

watch --state "$STATE"
pair long keepalive=6,1,4
expect_verdict "$C" path-dead/idle 20 '"idle_survived_times":' '"idle_died_times":1'
expect "$C" closed 15 # what is fatal is kept when the kernel has given up
end_watch
check_bracket "$C" 5000 4000 6000

survived=$(path_field "$C" idle_survived_max_ms)
died=$(path_field "$C" idle_died_min_ms)
watch --state "$STATE"
pair third keepalive=7,1,4
expect_verdict "$C" path-dead/idle 20 '"keepalive_time_s":7,' "\"idle_died_min_ms\":$died,"
[ "$(field "$C" path-dead idle_survived_max_ms)" -ge "$survived" ] || fail "the third run knew less"
end_watch
[ "$(path_field "$C" idle_died_min_ms)" = "$died" ] || fail "the third run forgot"
[ "$(stat -c %a "$STATE")" = 600 ] || fail "the state may be read by others"
finish
