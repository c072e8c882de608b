#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# The same from the other end: the server speaks first after the gap.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
few_retries
watch
connect_pair "$PORT"
exchange
until_forgotten
tell server send 300
expect_verdict "$S" path-dead/idle 20 '"trigger":"retransmission"'
check_field "$S" path-dead unacked_bytes 300
check_field "$S" path-dead direction incoming
verdict_came_first server "$S" path-dead
expect_no_verdict "$C"
end_watch
finish
