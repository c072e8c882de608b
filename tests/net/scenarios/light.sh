#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# boxes: firewall outside
# --light: no hook on received segments. A path that dies and comes back is told all the
# same, before and after data is in flight; a connection that lives gets no verdict.
. "$(dirname "$0")/../lib.sh"

build_network
watch --light --all-events
grep -q -- '--light' "$LINES_FILE" || fail "the first line does not say so"
connect_pair "$PORT"
exchange
path_down
tell client keepalive 4,1,30
expect_verdict "$C" path-dead/idle 20 '"trigger":"keepalive"'
path_up
expect "$C" recovered 10 '"verdict":"path-dead"' '"trigger":"keepalive"'
exchange
path_down
tell client send 10
expect_verdict "$C" path-dead/outage 60 '"trigger":"retransmission"'
path_up
expect "$C" recovered 130 '"verdict":"path-dead"' '"trigger":"retransmission"'
tell client close

# The living one: its keepalives are all answered.
start_end quiet "$S" listen "$(server_address)" 7001
await quiet listening
start_end living "$C" connect "$(server_address)" 7001 keepalive=1,1,3
await living connected
probed() { [ "$(lines_about "$C" probe-sent '"peer_port":7001' | wc -l)" -ge 5 ]; }
until_true 20 probed || fail "its keepalives are not told of"
any_about "$C" suspect '"peer_port":7001' && fail "a living connection is suspected"
end_watch
finish
