#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# The peer's process is stopped as by a debugger: its kernel goes on answering keepalives
# and takes data.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT" keepalive=2,1,3
exchange
kill -STOP "$(end_pid server)"
sleep 10 # five times what makes a silence: that nothing is said is what is tested
tell client send 1000
acked() { in_ns "$C" ss -tinH | grep -q 'bytes_acked:11[0-9][0-9]'; }
until_true 5 acked || fail "the data was not acknowledged"
kill -CONT "$(end_pid server)"
await server 'received 1000'
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
