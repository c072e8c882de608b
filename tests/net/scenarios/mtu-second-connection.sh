#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# The first long segment of a connection vanishes, while another connection to the same port
# lives. That is the path's MTU, or a box that forgot just this flow: the line says both.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
start_end second "$C" connect "$(server_address)" "$PORT"
await second connected
exchange
box swallow longer 1400
tell client send 1400
expect "$C" suspect 20
tell second send 10
await server 'received 10'
expect_verdict "$C" mtu-black-hole 40 '"confidence":"likely"' '"also_fits":"path-dead"' \
	'"peer_heard_elsewhere":"to-same-port"'
check_field "$C" mtu-black-hole segment_bytes 1400
nothing_fatal_learnt
end_watch
finish
