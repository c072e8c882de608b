#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The server loses power and comes back with the same address: it knows nothing of the
# connection, and its reset is its own.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
ip -n "$F" link del sv # the power goes: no packet gets out any more
kill -KILL "$(end_pid server)"
wait "$(end_pid server)" 2>/dev/null
in_ns "$S" ss -Kta >/dev/null # nor is an orphan left that tries to send
ip netns del "$S"
add_host "$S" "$S4" "$S6" sv
tell client keepalive 5,1,4
expect_verdict "$C" reset-after-idle/idle 20 '"forged":false'
await client 'error 104'
expect_no_verdict "$S"
end_watch
finish
