#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# clsact: nothing stays at the end. After kill -9 filters stay; the next start removes them,
# and nobody else's. With tcx nothing stays even then.
. "$(dirname "$0")/../lib.sh"

ours() { in_ns "$C" tc filter show dev eth0 "$1" | grep -c 'iw_tap_'; }
others() { in_ns "$C" tc filter show dev eth0 ingress | grep -c 'tc_after\|mates'; }
has_qdisc() { in_ns "$C" tc qdisc show dev eth0 | grep -q clsact; }
expect_filters() { # INGRESS EGRESS WHEN
	[ "$(ours ingress)/$(ours egress)" = "$1/$2" ] ||
		fail "$3: $(ours ingress)/$(ours egress) filters, not $1/$2"
}
kill_watch() {
	kill -9 "$IW_PID"
	wait "$IW_PID" 2>/dev/null
	IW_PID=
}

mates_needed
build_network
watch_in "$C" -i eth0 --tc clsact
expect_filters 1 1 'while it runs'
end_watch
! has_qdisc || fail "its qdisc stays"

watch_in "$C" -i eth0 --tc clsact
kill_watch
expect_filters 1 1 'after kill -9'
in_ns "$C" tc filter add dev eth0 ingress prio 10 bpf da obj "$MATES" sec tc_after
watch_in "$C" -i eth0 --tc clsact
expect_filters 1 1 'after the next start'
nsenter --net="/run/netns/$C" "$IDLEWATCH" -j -i eth0 --tc clsact >"$DIR/second" 2>&1 &
ENDS["second"]=$!
wait_for "$DIR/second" start "${START_SECONDS:-30}" || fail "no second idlewatch"
expect_filters 2 2 'with a second one'
kill "${ENDS["second"]}"
wait "${ENDS["second"]}"
expect_filters 1 1 'when the second has ended'
end_watch
expect_filters 0 0 'at the end'
[ "$(others)" -eq 1 ] || fail "the filter of others is gone"
has_qdisc || fail "the qdisc that others use is gone"

in_ns "$C" tc qdisc del dev eth0 clsact
in_ns "$C" tc qdisc add dev eth0 clsact
watch_in "$C" -i eth0 --tc clsact
end_watch
has_qdisc || fail "a qdisc that was there before is gone"

in_ns "$C" tc qdisc del dev eth0 clsact
watch_in "$C" -i eth0
kill_watch
has_qdisc && expect_filters 1 1 'after kill -9 without tcx' || expect_filters 0 0 'after kill -9'
finish
