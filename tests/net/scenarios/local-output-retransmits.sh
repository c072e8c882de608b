#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The client's own firewall begins to drop when data is under way already: what is refused
# is retransmissions.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
watch
connect_pair "$PORT"
exchange
path_down
tell client send 1000
in_flight() { in_ns "$C" ss -tinH | grep -q 'unacked:1'; }
until_true 5 in_flight || fail "no data under way"
lose "$C" output "tcp dport $PORT"
path_up
expect_verdict "$C" local-drop 25 '"drop_reason":"NETFILTER_DROP"'
verdict_came_first client "$C" local-drop
expect_no_verdict "$S"
end_watch
finish
