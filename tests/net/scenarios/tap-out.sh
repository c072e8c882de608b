#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# -i: keepalives are seen leaving, and the path swallows them. --light sees as much here.
. "$(dirname "$0")/../lib.sh"

build_network
watch_in "$C" -i eth0
connect_pair "$PORT" keepalive=4,2,4 -- keepalive=100,10,9
exchange
path_down
expect_verdict "$C" path-dead/idle 20 '"wire_out_interface":"eth0"' '"local_drop":false'
[ "$(field "$C" path-dead wire_out)" -ge 1 ] || fail "not seen leaving"
check_field "$C" path-dead wire_out_missed 0
refuse_key wire_in
verdict_came_first client "$C" path-dead
[ "$(field "$C" closed wire_out)" -ge 2 ] || fail "not all were seen leaving"
end_watch
finish
