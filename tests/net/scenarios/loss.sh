#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: firewall outside
# Two minutes of keepalives and small data both ways over a path that loses 10 % of all
# packets, and another that loses 20 %: they live, so nobody calls them dead. One that loses
# 60 % is silent for half a minute now and then: that may be said, but it is not certain.
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
for percent in 10 20 60; do
	lossy_ends $percent
done
lossy_path 7010 10 7020 20 7060 60
for ((minute_part = 0; minute_part < 12; minute_part++)); do
	for end in client server; do
		for percent in 10 20 60; do
			tell $end$percent send 100
		done
		sleep 5 # time for a few keepalives: the two minutes are what is tested
	done
done
end_watch
! grep '"confidence":"certain"' "$LINES_FILE" | grep -q '_port":7060' ||
	fail 'what 60 % of loss explains is said to be certain'
sed -i '/_port":7060/d' "$LINES_FILE"
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
