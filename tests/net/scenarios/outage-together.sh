#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# boxes: firewall outside
# Three connections of one path pause for different times, and speak again within seconds
# of each other while everything is down: no time-out of the path does that. The first is
# judged before the others have begun; its gap is taken back. All end with the kernel's
# giving up.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
watch --state "$STATE"
pair long
paused() { [ "$(quiet_ms "$1")" -ge "$2" ]; }
until_true 20 paused long 9000 # the pauses are what is tested
pair middle
until_true 20 paused middle 5000
pair short
until_true 20 paused short 3200
path_down
tell cshort keepalive 1,1,12
expect_verdict "$C" path-dead/idle 10
tell cmiddle keepalive 1,1,24
tell clong keepalive 1,1,24
expect_verdict "$C" path-dead/outage 40 '"silent_together":2'
await cshort 'error 110' 20
await cmiddle 'error 110' 30
await clong 'error 110' 30
expect "$C" closed 10
end_watch
closed_as_outage() { lines_about "$C" closed '"cause":"outage"' | wc -l; }
[ "$(closed_as_outage)" -eq 3 ] || fail "closed as an outage: $(closed_as_outage)"
path "$C" | grep -q idle_died && fail "an outage was learnt: $(path "$C")"
finish
