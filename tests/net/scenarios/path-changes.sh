#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: firewall outside
# A firewall that is set from 12 s down to 8 s while idlewatch watches: a gap of 11 s was
# survived, another of 10 s, within a tenth of it, is fatal. Both are kept, and the
# contradiction is shown.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 12
watch --state "$STATE"
start_text
pair before keepalive=11,1,4
learnt() { path "$C" | grep -q idle_survived_max_ms; }
until_true 20 learnt || fail "the gap survived was not learnt"
tell cbefore close
await sbefore eof
tell sbefore close
forgetful_firewall 8
pair after keepalive=10,1,4
expect_verdict "$C" path-dead/idle 20 '"idle_contradicts":true'
expect "$C" path-dead 1 '"advice":"keepalive was on, after 10.0s, early enough: this path let gaps of'
wait_for "$DIR/text" 'path-dead .*survived 10\.[0-9]s \(1x, .*died at 10\.[0-9]s \(1x, .*these contradict' 10 ||
	fail "no contradiction in text: $(grep path-dead "$DIR/text")"
expect "$C" closed 15 # what is fatal is kept when the kernel has given up
end_watch
[ "$(path_field "$C" idle_survived_max_ms)" -ge 10600 ] || fail "forgot what was survived"
[ "$(path_field "$C" idle_died_min_ms)" -le 10600 ] || fail "did not learn what was fatal"
path "$C" | grep -q consistent_with && fail "a hint out of a contradiction"
finish
