#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# The path goes away for a while and comes back before anybody gives up.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
path_down
tell client keepalive 4,1,30
expect_verdict "$C" path-dead 20
path_up
expect "$C" recovered 10 '"verdict":"path-dead"'
[ "$(field "$C" recovered probes_answered)" -ge 1 ] || fail "the answer was not counted"
[ "$(field "$C" recovered silence_ms)" -ge 2000 ] || fail "the outage has no length"
exchange
end_watch
refuse "$C" closed
finish
