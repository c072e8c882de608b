#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `idlewatch list` against `ss -tinoe` on hundreds of connections in many states.
. "$(dirname "$0")/../lib.sh"

ip netns add "$C"
in_ns "$C" ip link set lo up
in_ns "$C" ip link add d0 type veth peer name d1
in_ns "$C" ip addr add 10.77.9.1/24 dev d0
in_ns "$C" ip link set d0 up
in_ns "$C" nft 'add table inet t; add chain inet t c { type filter hook output priority 0; }
	add rule inet t c ip daddr 10.77.9.9 drop'
in_ns "$C" timeout 60 /usr/bin/python3 tests/net/list.py "$IDLEWATCH" 400 "$LINES_FILE" >"$DIR/list" 2>&1 ||
	fail "$(tail -n 5 "$DIR/list")"
grep -qE '^compared [34][0-9][0-9] connections: 0 differences$' "$DIR/list" || fail "$(cat "$DIR/list")"
[ -z "${KEEP_LINES:-}" ] || cp "$LINES_FILE" "$KEEP_LINES/$SCENARIO.$FAMILY"
for state in ESTAB CLOSE-WAIT FIN-WAIT-1 FIN-WAIT-2 SYN-SENT; do
	grep -q "^states:.* $state" "$DIR/list" || fail "no connection in $state"
done
finish
