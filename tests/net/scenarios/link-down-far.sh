#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# The router's link to the server goes down for a while and comes back.
. "$(dirname "$0")/../lib.sh"

build_network
in_ns "$F" sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.sv.keep_addr_on_down=1
watch
connect_pair "$PORT"
exchange
ip -n "$F" link set sv down
tell client keepalive 4,2,30
expect_verdict "$C" unreachable 25
ip -n "$F" link set sv up
expect "$C" recovered 15
exchange
end_watch
finish
