#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# A firewall answers with a reset, which arrives at the interface and never reaches the
# socket: this host is why the program waits.
. "$(dirname "$0")/../lib.sh"

mates_needed
build_network
forgetful_firewall 5 "reject with tcp reset"
watch_in "$C" -i eth0
connect_pair "$PORT" keepalive=9,1,5 -- keepalive=100,10,9
exchange
in_ns "$C" tc qdisc add dev eth0 clsact 2>/dev/null
in_ns "$C" tc filter add dev eth0 ingress prio 10 bpf da obj "$MATES" sec tc_steal ||
	fail "cannot attach the thief"
expect_verdict "$C" local-drop 30 '"wire_in_rst":true'
verdict_came_first client "$C" local-drop
end_watch
finish
