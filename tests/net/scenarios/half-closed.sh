#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# FIN_WAIT2 on the client and CLOSE_WAIT on the server when the path dies.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
tell client shutdown
await server eof
# The FIN's acknowledgement may come later than the server's program reads the end.
fin_acknowledged() { in_ns "$C" ss -Htn state fin-wait-2 "dport = :$PORT" | grep -q .; }
until_true 5 fin_acknowledged || fail "the FIN is not acknowledged"
path_down
tell client keepalive 5,1,4
tell server keepalive 5,1,4
expect_verdict "$C" path-dead/idle 20 '"state":"FIN-WAIT-2"'
expect_verdict "$S" path-dead/idle 20 '"state":"CLOSE-WAIT"'
check_field "$S" path-dead fin_seen true
verdict_came_first client "$C" path-dead
verdict_came_first server "$S" path-dead
end_watch
finish
