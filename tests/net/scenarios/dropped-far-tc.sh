#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The firewall's tc filter drops what comes in from the client. The packet still carries the
# client's socket there, but it has left the client: that is the path.
. "$(dirname "$0")/../lib.sh"

mates_needed
build_network
watch
connect_pair "$PORT"
exchange
in_ns "$F" tc qdisc add dev cl clsact
in_ns "$F" tc filter add dev cl ingress bpf da obj "$MATES" sec tc_shoot || fail "no filter"
tell client keepalive 4,1,4
expect_verdict "$C" path-dead/idle 20 "\"drop_seen\":\"netns $(netns_inode "$F"): TC_INGRESS\""
check_field "$C" path-dead local_drop false
! any_about "$C" path-dead '"drop_reason"' || fail "this host is said to have dropped something"
verdict_came_first client "$C" path-dead
expect_no_verdict "$S"
end_watch
finish
