#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# IPv4 over IPv6 sockets on both ends: what is said has IPv4 addresses.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
start_end server "$S" listen :: "$PORT" v6only=0 keepalive=6,1,4
await server listening
start_end client "$C" connect "::ffff:$S4" "$PORT" keepalive=6,1,4
await client connected
await server connected
exchange
expect_verdict "$C" path-dead/idle 20 "\"local_addr\":\"$C4\"" "\"peer_addr\":\"$S4\""
expect_verdict "$S" path-dead/idle 20 "\"local_addr\":\"$S4\"" "\"peer_addr\":\"$C4\""
check_field "$C" path-dead family ipv4
check_field "$S" path-dead family ipv4
verdict_came_first client "$C" path-dead
verdict_came_first server "$S" path-dead
end_watch
finish
