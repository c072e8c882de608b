#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# An XDP program on the client's interface drops the answers before the kernel has a packet to
# tell of: nobody saw this host drop anything, but it is not cleared of it either. With the
# program gone the host is cleared again.
. "$(dirname "$0")/../lib.sh"

mates_needed
swallowing() { ip -n "$C" link set dev eth0 xdp obj "$MATES" sec xdp; }

build_network
swallowing || skip "no XDP on veth"
ip -n "$C" link set dev eth0 xdp off
watch
"$IDLEWATCH" --report >"$DIR/text" 2>&1 &
adopt text $!
wait_for "$DIR/text" start "${START_SECONDS:-30}" || fail "no text"
connect_pair "$PORT"
exchange
swallowing
tell client keepalive 4,1,4
expect_verdict "$C" path-dead/idle 20 '"xdp_interface":"eth0"'
check_field "$C" path-dead local_drop false
verdict_came_first client "$C" path-dead
allow_verdict "$S" one-way
wait_for "$DIR/text" "path-dead .*$(client_address).*what XDP on eth0 drops cannot be seen" 5 ||
	fail "the line does not say what cannot be seen"
wait_for "$DIR/text" '^This host .* what the XDP program on eth0$' 5 || fail "nor does the report"

ip -n "$C" link set dev eth0 xdp off
start_end server2 "$S" listen "$(server_address)" 7001
await server2 listening
start_end client2 "$C" connect "$(server_address)" 7001
await client2 connected
tell client2 send 100
await server2 'received 100'
path_down
tell client2 keepalive 4,1,4
expect "$C" path-dead 20 '"peer_port":7001,'
! any_about "$C" path-dead '"peer_port":7001,' xdp_interface || fail "XDP that is not there"
end_watch
finish
