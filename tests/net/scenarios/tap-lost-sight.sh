#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# Keepalives are sent, and first seen leaving; then a program before the interface takes
# them without a trace. The kernel still says "sent", but the wire does not bear it out.
. "$(dirname "$0")/../lib.sh"

mates_needed
build_network
watch_in "$S" -i eth0 --all-events --probes 15 --tc clsact
connect_pair "$PORT" keepalive=100,10,9 -- keepalive=4,1,30
exchange
path_down
expect "$S" suspect 15
tell_again() { any_about "$S" probe-sent && [ "$(lines_about "$S" probe-sent | wc -l)" -ge 4 ]; }
until_true 10 tell_again || fail "no keepalives are told of"
in_ns "$S" tc filter add dev eth0 egress prio 1 bpf da obj "$MATES" sec tc_steal ||
	fail "cannot attach the thief"
expect_verdict "$S" path-dead/idle 40 '"confidence":"suspect"'
[ "$(field "$S" path-dead wire_out)" -ge 1 ] || fail "none was seen leaving"
[ "$(field "$S" path-dead wire_out_missed)" -ge 2 ] || fail "none was missed"
end_watch
finish
