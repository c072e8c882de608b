#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A bridge floods each frame to a third host, which throws its copies away: half of them its
# IP layer, as they are addressed to another machine, half of them a filter. They say
# nothing of a connection that is well, nor of one whose answers vanish on the way.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../bridged.sh"

filtered() { in_ns "$T" nft list table netdev copies | sed -nE 's/.*packets ([0-9]+).*/\1/p'; }
some_filtered() { [ "$(filtered)" -ge "$1" ]; }

mates_needed
build_bridged
nft_in "$T" "table netdev copies {
	chain c {
		type filter hook ingress device eth0 priority 0; policy accept;
		tcp dport $PORT numgen inc mod 2 0 counter drop
	}
}"
watch
connect_pair "$PORT"
exchange
tell client keepalive 3,1,4
until_true 20 some_filtered 4 || fail "the third host got no copies"
expect_no_verdict "$C"
before=$(filtered)
in_ns "$F" tc qdisc add dev sv clsact
in_ns "$F" tc filter add dev sv ingress bpf da obj "$MATES" sec tc_steal || fail "no thief"
expect_verdict "$C" path-dead 20
some_filtered $((before + 1)) || fail "no copies meanwhile"
check_field "$C" path-dead local_drop false
verdict_came_first client "$C" path-dead
allow_verdict "$S" one-way
! any_about "$C" path-dead '"drop_seen"' || fail "copies are said to have been dropped"
end_watch
finish
