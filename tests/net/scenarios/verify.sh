#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# --verify: a fresh connect shows whether the peer's address answers, be it by a refusal,
# which makes nothing certain; and --report makes a ticket of the verdict.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch --verify
connect_pair "$PORT" -- name=server
exchange
tell client keepalive 6,2,3
tell server keepalive 6,2,3
expect_verdict "$C" path-dead/idle 20 '"verify":"answered"' '"confidence":"likely"'
expect_verdict "$S" path-dead/idle 20 '"verify":"refused"' '"confidence":"likely"'
verdict_came_first client "$C" path-dead
verdict_came_first server "$S" path-dead
end_watch

"$IDLEWATCH" --report --replay "$DIR/record" >"$DIR/report"
for part in 'idlewatch evidence' "Connection   .*$PORT" 'Program      process [0-9]* server' \
	'Verdict      path-dead, likely, at 20.* UTC' 'Last heard   20' 'Idle for     ' \
	'Sent         20.* left this host, no answer' 'Not heard    no RST, no FIN' 'Not this host'; do
	grep -q -- "$part" "$DIR/report" || fail "no '$part' in the ticket"
done
finish
