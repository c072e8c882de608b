#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# Two phones behind one NAT, that is one address for the server. One loses its power, the
# other goes on: that the address is heard, or answers, proves nothing. And if the server's
# program closes the connection, its gap is not taken for what the path forgets.
. "$(dirname "$0")/../lib.sh"

PHONE=10.77.1.2

build_network
ip -n "$C" addr add "$PHONE/24" dev eth0
box masquerade 10.99.9.9
ip -n "$S" route replace 10.99.9.0/24 via 10.77.2.254
watch --verify --state "$DIR/paths.db"
start_end server "$S" listen "$S4" 7001
await server listening
start_end lives "$C" connect "$S4" 7001 keepalive=1,1,9
await lives connected
await server connected
start_end other "$S" listen "$S4" 7002
await other listening
start_end dies "$C" connect "$S4" 7002 "from=$PHONE,7099"
await dies connected
await other connected
tell dies send 10
await other 'received 10'
box await quiet 300
box swallow port 7099
tell other keepalive 4,1,9
expect_verdict "$S" path-dead/idle 20 '"local_port":7002' '"confidence":"likely"' \
	'"peer_heard_elsewhere":"from-address"'
tell other close
end_watch
"$IDLEWATCH" paths -j --state "$DIR/paths.db" >"$DIR/paths" || fail "the state cannot be read"
learnt=$(grep -F '"peer_addr":"10.99.9.9"' "$DIR/paths" | grep 'idle_died')
[ -z "$learnt" ] || fail "the dead phone's gap is learnt: $learnt"
finish
