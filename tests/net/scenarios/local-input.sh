#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The client's own firewall drops the answers to its keepalives. The server hears it ask
# again and again: from there it is a path that works in one direction only.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
lose "$C" input "tcp sport $PORT"
tell client keepalive 4,1,4
expect_verdict "$C" local-drop 20 '"drop_reason":"NETFILTER_DROP"'
check_field "$C" local-drop probes_failed 0
verdict_came_first client "$C" local-drop
expect_verdict "$S" one-way 5
end_watch
finish
