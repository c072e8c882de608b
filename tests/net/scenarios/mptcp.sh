#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# MPTCP, opened before idlewatch starts: no file leads to a subflow, but its owner is that of
# its connection, also for -p. The client has two.
. "$(dirname "$0")/../lib.sh"

second=10.77.1.2
subflows() { in_ns "$1" ss -tniHO | grep -c 'tcp-ulp-mptcp'; }
has_both() { [ "$(subflows "$C")" -eq 2 ] && [ "$(subflows "$S")" -eq 2 ]; }

[ "$(cat /proc/sys/net/mptcp/enabled 2>/dev/null)" = 1 ] || skip 'this kernel has no MPTCP'
build_network
ip -n "$C" addr add $second/24 dev eth0
in_ns "$C" ip mptcp limits set subflow 2
in_ns "$S" ip mptcp limits set subflow 2
in_ns "$C" ip mptcp endpoint add $second dev eth0 subflow
connect_pair "$PORT" mptcp name=mpclient -- mptcp name=mpserver
exchange
until_true 10 has_both || fail 'there are not two subflows'
watch -p "$(end_pid server)" --comm mpclient
[ "$(sed -nE 's/.*"event":"start".*"connections":([0-9]+).*/\1/p' "$LINES_FILE")" -eq 4 ] ||
	fail 'the subflows were not found at the start'
[ "$("$IDLEWATCH" list -j -p "$(end_pid server)" | grep -c '"comm":"mpserver"')" -eq 2 ] || fail 'not listed'
path_down
tell client keepalive 4,1,4
tell server keepalive 4,1,4
for local in "$C4" $second; do
	expect_verdict "$C" path-dead/idle 20 '"comm":"mpclient"' "\"pids\":[$(end_pid client)]" \
		"\"local_addr\":\"$local\""
	expect_verdict "$S" path-dead/idle 20 '"comm":"mpserver"' "\"pids\":[$(end_pid server)]" \
		"\"peer_addr\":\"$local\""
done
end_watch
finish
