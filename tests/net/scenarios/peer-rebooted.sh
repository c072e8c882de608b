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
ip -n "$S" link set eth0 down
kill -KILL "$(end_pid server)"
in_ns "$S" ss -Kta >/dev/null
ip netns del "$S"
sv_gone() { ! ip -n "$F" link show sv >/dev/null 2>&1; }
until_true 5 sv_gone || fail "the old server is still there"
add_host "$S" "$S4" "$S6" sv
tell client keepalive 5,1,4
expect_verdict "$C" reset-after-idle/idle 20 '"forged":false'
await client 'error 104'
expect_no_verdict "$S"
end_watch
finish
