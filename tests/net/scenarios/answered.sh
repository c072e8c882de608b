#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# Keepalives that are answered are no news; with --all-events each is shown, and so
# is the peer's view of it.
. "$(dirname "$0")/../lib.sh"

build_network
watch --all-events
connect_pair 7003 keepalive=2,1,3
exchange
expect "$C" probe-answered 15
expect "$S" peer-probe 15
four_answers() { [ "$(grep -c probe-answered "$LINES_FILE")" -ge 4 ]; }
until_true 15 four_answers || fail "too few answers"
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
