#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# The path swallows long packets; the short end of the page arrives and is acknowledged behind
# the hole. Nothing is heard after that, so a path that died just then cannot be excluded.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT"
exchange
box swallow longer 1400
tell server send 3000
expect_verdict "$S" mtu-black-hole 40 '"confidence":"likely"' '"sacked_segments":1'
[ "$(field "$S" mtu-black-hole sacked_bytes)" -lt 1000 ] || fail "a long one was acknowledged"
nothing_fatal_learnt
[ -z "$(field "$S" mtu-black-hole passed)" ] || fail "a sign that there was not"
end_watch

"$IDLEWATCH" --report --replay "$DIR/record" >"$DIR/report"
for part in 'Verdict      mtu-black-hole, likely' 'Segments     1448 bytes sent again' 'Behind it    1 ' \
	'Lengths      MSS 1448, path MTU 1500' 'Advice       let ICMP'; do
	grep -q -- "$part" "$DIR/report" || fail "no '$part' in the ticket"
done
finish
