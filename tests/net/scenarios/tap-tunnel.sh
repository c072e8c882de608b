#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An interface whose packets have no Ethernet header: a tunnel, IPv4 in IPv6.
. "$(dirname "$0")/../lib.sh"

tunnel() { # NS NAME LOCAL REMOTE ADDRESS
	ip -n "$1" link add "$2" type ip6tnl mode ipip6 local "$3" remote "$4" 2>/dev/null || return
	ip -n "$1" addr add "$5/24" dev "$2"
	ip -n "$1" link set "$2" up
}

build_network
tunnel "$C" raw0 "$C6" "$S6" 10.99.0.1 || skip "no tunnels"
tunnel "$S" raw0 "$S6" "$C6" 10.99.0.2
# shellcheck disable=SC2034 # the address that connect_pair takes
S4=10.99.0.2
watch_in "$C" -i raw0
connect_pair "$PORT" keepalive=4,1,5 -- keepalive=100,10,9
exchange
path_down
expect_verdict "$C" path-dead/idle 20 '"wire_out_interface":"raw0"'
end_watch
finish
