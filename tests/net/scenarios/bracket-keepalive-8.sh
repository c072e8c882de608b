#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4 6
# A firewall that forgets after 8 s, and TCP keepalives after 6, 7, 9 s: the bracket is
# between the last two.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 8
watch --state "$STATE"
for time in 6 7 9; do
	pair "$time" keepalive="$time,1,4"
done
expect_verdict "$C" path-dead/idle 30
check_field "$C" path-dead keepalive_time_s 9
check_field "$C" path-dead idle_died_times 1
check_field "$C" path-dead idle_contradicts false
expect "$C" closed 15
end_watch
check_bracket "$C" 8000 7000 9000
[ "$(lines_about "$C" path-dead | wc -l)" -eq 1 ] || fail "more than one died"
finish
