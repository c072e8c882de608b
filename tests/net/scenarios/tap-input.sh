#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# Answers arrive at the interface and vanish before the socket without a trace: another
# program at tc takes them. Only the wire can tell this from a dead path.
. "$(dirname "$0")/../lib.sh"

mates_needed
build_network
watch_in "$C" -i eth0
connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
exchange
in_ns "$C" tc qdisc add dev eth0 clsact 2>/dev/null
in_ns "$C" tc filter add dev eth0 ingress prio 10 bpf da obj "$MATES" sec tc_steal ||
	fail "cannot attach the thief"
expect_verdict "$C" local-drop 20 '"wire_in_interface":"eth0"' '"local_drop":true'
[ "$(field "$C" local-drop wire_in)" -ge 1 ] || fail "no answer seen arriving"
check_field "$C" local-drop wire_in_ttl 63
check_field "$C" local-drop wire_in_rst false
check_field "$C" local-drop probes_failed 0
verdict_came_first client "$C" local-drop
allow_verdict "$S" one-way
end_watch
finish
