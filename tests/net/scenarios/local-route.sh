#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The client's route goes away: its keepalives have nowhere to go.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
gives_up_with=110
if [ "$FAMILY" = 4 ]; then
	ip -n "$C" route del default
else
	ip -n "$C" -6 route del default
	gives_up_with=101 # IPv6 remembers ENETUNREACH (inet6_csk_xmit), IPv4 does not
fi
tell client keepalive 4,1,4
expect_verdict "$C" local-drop 20
check_field "$C" local-drop probes_sent 0
verdict_came_first client "$C" local-drop $gives_up_with
expect_no_verdict "$S"
end_watch
finish
