#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: firewall outside
# Two minutes of keepalives and small data both ways over a path that loses 10 % of all
# packets, and another that loses 20 %: they live, so nobody calls them dead. Those that
# lose 30 % and 60 % are silent for half a minute now and then: that may be said, of one way
# or both, as an outage and not for certain, and teaches nothing.
. "$(dirname "$0")/../lib.sh"

lossy_ends() { # PERCENT: ends named clientPERCENT and serverPERCENT, on port 70PERCENT
	start_end "server$1" "$S" listen "$S4" "70$1" keepalive=2,1,60
	await "server$1" listening
	start_end "client$1" "$C" connect "$S4" "70$1" keepalive=2,1,60
	await "client$1" connected
	await "server$1" connected
}

build_network
watch
for percent in 10 20 30 60; do
	lossy_ends $percent
done
lossy_path 7010 10 7020 20 7030 30 7060 60
for ((minute_part = 0; minute_part < 12; minute_part++)); do
	for end in client server; do
		for percent in 10 20 30 60; do
			tell $end$percent send 100
		done
		sleep 5 # time for a few keepalives: the two minutes are what is tested
	done
done
end_watch
nothing_fatal_learnt
of_bad='_port":70[36]0,'
may_be_said='"verdict":"(path-dead|one-way)","cause":"outage","confidence":"(likely|suspect)"'
our_lines | grep -E "$of_bad" | grep '"verdict":' >"$DIR/said"
! grep -vE "$may_be_said" "$DIR/said" ||
	fail 'more is said of the worst two than that nothing came for a while'
echo "$SCENARIO: lines with a verdict on those that lose 30 and 60 %: $(wc -l <"$DIR/said")"
sed -i -E "/$of_bad/d" "$LINES_FILE"
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
