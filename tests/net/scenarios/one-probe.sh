#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# boxes: firewall outside
# One keepalive only before the kernel gives up: the verdict comes before the error.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch
connect_pair "$PORT" keepalive=6,2,1
exchange
expect_verdict "$C" path-dead/idle 20
check_field "$C" path-dead probes_sent 1
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
