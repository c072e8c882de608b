#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: firewall outside
# Two minutes of keepalives and small data both ways over a path that loses 30 % of all
# packets, and another that loses 60 %: they live, so nobody calls them dead.
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
lossy_ends 30
lossy_ends 60
lossy_path 7030 30 7060 60
for ((minute_part = 0; minute_part < 12; minute_part++)); do
	tell client30 send 100
	tell client60 send 100
	sleep 5 # time for a few keepalives: the two minutes are what is tested
	tell server30 send 100
	tell server60 send 100
	sleep 5 # the same
done
expect_no_verdict "$C"
expect_no_verdict "$S"
end_watch
finish
