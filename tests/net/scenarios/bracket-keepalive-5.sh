#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# A firewall that forgets after 5 s, and TCP keepalives after 4, 6 s: the bracket is
# between the last two.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 5
watch --state "$STATE"
for time in 4 6; do
	pair "$time" keepalive="$time,1,4"
done
expect_verdict "$C" path-dead/idle 30
check_field "$C" path-dead keepalive_time_s 6
check_field "$C" path-dead idle_died_times 1
check_field "$C" path-dead idle_contradicts false
expect "$C" closed 15
end_watch
check_bracket "$C" 5000 4000 6000
[ "$(lines_about "$C" path-dead | wc -l)" -eq 1 ] || fail "more than one died"
finish
