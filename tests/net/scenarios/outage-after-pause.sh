#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# boxes: firewall outside
# outside families: 4 6
# A path that is known to let gaps of 8 s pass. A connection pauses for 4 s, and then
# everything is down for a while: an outage, however the program ends it. The same where
# nothing is known of the path: then the pause may be blamed, but is not kept when the
# program closes first.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
few_retries
watch --state "$STATE"
pair unknown keepalive=4,1,30
path_down
expect_verdict "$C" path-dead/idle 20
tell cunknown quit
expect "$C" closed 10
path_up
saved_nothing() { ! path "$C" | grep -q idle_died; }
saved_nothing || fail "a gap that its program ended is kept: $(path "$C")"

pair knows keepalive=8,1,4
learnt() { path "$C" | grep -q idle_survived_max_ms; }
until_true 20 learnt || fail "the gap survived was not learnt"
tell cknows close
await sknows eof
tell sknows close
pair pauses
paused() { [ "$(quiet_ms pauses)" -ge 4000 ]; }
until_true 10 paused
path_down
tell cpauses send 7
expect_verdict "$C" path-dead/outage 40 '"trigger":"retransmission"'
lines_about "$C" path-dead '"cause":"outage"' |
	grep -qE '"advice":"not an idle time-out: this path let gaps of [78]\.[0-9]s pass' ||
	fail "other advice: $(lines_about "$C" path-dead '"cause":"outage"')"
await cpauses 'error 110' 20
path_up
end_watch
saved_nothing || fail "an outage was learnt: $(path "$C")"
finish
