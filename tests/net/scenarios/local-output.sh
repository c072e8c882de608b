#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The client's own firewall drops what it sends: keepalives are refused, nothing is lost
# on the path. The application will see the same ETIMEDOUT.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
lose "$C" output "tcp dport $PORT"
tell client keepalive 4,1,4
expect_verdict "$C" local-drop 20 '"drop_reason":"NETFILTER_DROP"'
check_field "$C" local-drop probes_sent 0
check_field "$C" local-drop send_errno 1
verdict_came_first client "$C" local-drop
expect_no_verdict "$S"
end_watch
finish
