#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: firewall outside
# The path is down just while the connection idles, and comes back: the gap that looked
# fatal was not, and is taken back.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
watch --state "$STATE"
pair 4 keepalive=4,1,30
path_down
expect_verdict "$C" path-dead/idle 20 '"idle_died_times":1'
path_up
expect "$C" recovered 10
end_watch
path "$C" | grep -q idle_died && fail "still fatal: $(path "$C")"
finish
