#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The only keepalive was sent before idlewatch started, so that the end is the first thing it
# sees: the verdict knows both ends and passes -L all the same.
. "$(dirname "$0")/../lib.sh"

probed() { in_ns "$C" ss -tnoHO | grep -q 'timer:(keepalive,.*,1)'; }

build_network
connect_pair "$PORT"
path_down
tell client keepalive 1,8,1
until_true 10 probed || fail 'no keepalive'
local=$(sed -n 's/^connected //p' "$DIR/client")
watch -L "$local"
expect_verdict "$C" path-dead 20 "\"local_port\":$local,"
check_field "$C" path-dead local_addr "$(client_address)"
check_field "$C" path-dead peer_port "$PORT"
check_field "$C" path-dead pid "$(end_pid client)"
expect "$C" closed 5 "\"local_port\":$local," '"errno":110'
end_watch
finish
