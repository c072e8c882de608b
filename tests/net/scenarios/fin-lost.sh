#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# The FIN itself is the first packet into the silence: FIN_WAIT1.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
few_retries
watch
connect_pair "$PORT"
exchange
until_forgotten
# The firewall would let a FIN of an unknown flow pass no more than anything else.
tell client shutdown
expect_verdict "$C" path-dead/idle 20 '"state":"FIN-WAIT-1"' '"trigger":"retransmission"'
verdict_came_first client "$C" path-dead
check_field "$C" path-dead fin_seen false
expect_no_verdict "$S"
end_watch
finish
