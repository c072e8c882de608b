#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -p sees a connection that its process has closed, with data still to be delivered; the
# one that nobody watches is not seen.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
start_end server "$S" listen "$S4" 7101 count=2
await server listening
start_end client "$C" connect "$S4" 7101
await client connected
start_end other "$C" connect "$S4" 7101
await other connected
watch -p "$(end_pid client)"
path_down
for name in client other; do
	tell "$name" send 100
	tell "$name" close
done
expect_verdict "$C" path-dead 30 '"trigger":"retransmission"' "\"pids\":[$(end_pid client)]"
check_field "$C" path-dead fin_seen false
! any_about "$C" suspect "\"pids\":[$(end_pid other)]" || fail "a line about another's connection"
end_watch
finish
