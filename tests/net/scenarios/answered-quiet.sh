#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Answered keepalives without --all-events: no line at all between start and summary.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair 7004 keepalive=1,1,3 -- keepalive=1,1,3
exchange
# Answered probes move the kernel's counter of segments; wait for ten of them.
segments() { in_ns "$C" ss -tinH | grep -oE ' segs_in:[0-9]+' | cut -d: -f2; }
ten_more() { [ "$(segments)" -ge $((first + 10)) ]; }
first=$(segments)
until_true 20 ten_more || fail "no keepalives seen by ss"
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
