#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# A stalled peer behind a path that then dies: the zero-window probes go unanswered.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
watch
connect_pair "$PORT" -- rcvbuf=4096
exchange
tell server read off
tell client send 1000000
window_closed() { in_ns "$C" ss -tinH | grep -qE 'backoff:[2-9]'; }
until_true 20 window_closed || fail "the window does not close"
path_down_at_once # what the window keeps back is never acknowledged
expect_verdict "$C" path-dead/outage 60 '"trigger":"zero-window-probe"'
verdict_came_first client "$C" path-dead 110 60
end_watch
finish
