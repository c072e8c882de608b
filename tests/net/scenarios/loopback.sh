#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A connection over loopback: nothing while it lives. When this host's own firewall drops
# its packets, both ends say that it is this host.
. "$(dirname "$0")/../lib.sh"

addr=127.0.0.1
[ "$FAMILY" = 4 ] || addr=::1
build_network
watch
start_end server "$C" listen "$addr" "$PORT" keepalive=3,1,4
await server listening
start_end client "$C" connect "$addr" "$PORT" keepalive=3,1,4
await client connected
await server connected
exchange
sleep 7 # two rounds of keepalives: that nothing is said is what is tested
expect_no_verdict "$C"
refuse "$C" suspect
lose "$C" input "iifname lo meta l4proto tcp"
expect_verdict "$C" local-drop 20 "\"local_port\":$PORT,"
expect_verdict "$C" local-drop 20 "\"peer_port\":$PORT,"
end_watch
finish
