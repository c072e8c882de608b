#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The cable at the client's own host is pulled for a while: its next hop does not answer.
. "$(dirname "$0")/../lib.sh"

build_network
in_ns "$F" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.cl.keep_addr_on_down=1
watch
connect_pair "$PORT"
exchange
ip -n "$F" link set cl down
tell client keepalive 4,2,30
tell server keepalive 4,2,30
expect_verdict "$C" unreachable 25
expect_verdict "$S" unreachable 25
ip -n "$F" link set cl up
expect "$C" recovered 15
expect "$S" recovered 15
exchange
end_watch
finish
