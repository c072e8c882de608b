#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -p sees its process's connections, also later ones, and nobody else's; it ends when
# the process does.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
start_end server "$S" listen "$S4" 7007 keepalive=6,2,3
await server listening
watch -p "$(end_pid server)"
start_end client "$C" connect "$S4" 7007 keepalive=6,2,3
await client connected
exchange
expect_verdict "$S" path-dead/idle 20
expect "$S" closed 10
refuse "$C" suspect
expect_no_verdict "$C"
tell server quit
until_true 5 grep -q '"event":"summary"' "$LINES_FILE" || fail "did not end with its process"
wait "$IW_PID" || fail "ended with $?"
IW_PID=
finish
