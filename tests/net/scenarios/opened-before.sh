#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A connection opened before idlewatch started: verdict, process and name all the same.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 5
connect_pair 7006 keepalive=8,2,3 name=old-client -- name=old-server
exchange
watch
[ "$(sed -nE 's/.*"event":"start".*"connections":([0-9]+).*/\1/p' "$LINES_FILE")" -ge 2 ] ||
	fail "the sockets that were there were not counted"
expect_verdict "$C" path-dead/idle 20
[ "$(field "$C" path-dead pid)" = "$(end_pid client)" ] || fail "wrong pid"
[ "$(field "$C" path-dead comm)" = old-client ] || fail "wrong name"
end_watch
finish
