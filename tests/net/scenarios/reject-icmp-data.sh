#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# A firewall answers data of a forgotten flow with ICMP host unreachable.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4 'reject with icmpx host-unreachable'
few_retries
watch
connect_pair "$PORT"
exchange
until_forgotten
tell client send 1000
expect_verdict "$C" unreachable 20 '"icmp_seen":true'
verdict_came_first client "$C" unreachable 113
expect_no_verdict "$S"
end_watch
finish
