#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# A firewall answers keepalives of a forgotten flow with ICMP host unreachable, of which
# the kernel takes no note: they quote a sequence number outside the window.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4 'reject with icmpx host-unreachable'
watch
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" unreachable 20 '"icmp_seen":true'
verdict_came_first client "$C" unreachable
expect_no_verdict "$S"
end_watch
finish
