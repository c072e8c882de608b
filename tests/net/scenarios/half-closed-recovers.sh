#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: firewall outside
# FIN_WAIT2 and CLOSE_WAIT, where segments are not shown to us: a path that comes back is
# noticed by the socket's counters.
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
tell client keepalive 3,1,30
tell server keepalive 3,1,30
expect_verdict "$C" path-dead 20
expect_verdict "$S" path-dead 20
path_up
expect "$C" recovered 10
expect "$S" recovered 10
end_watch
finish
