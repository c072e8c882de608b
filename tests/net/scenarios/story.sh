#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 4 6
# The story: a firewall forgets an idle flow, keepalives of both ends are lost, and
# both ends are told before their kernels give up.
. "$(dirname "$0")/../lib.sh"

check_end() { # NAME NS
	[ "$(field "$2" path-dead pid)" = "$(end_pid "$1")" ] || fail "wrong pid for $1"
	[ "$(field "$2" path-dead comm)" = tcpend ] || fail "wrong name for $1"
	[ "$(field "$2" path-dead trigger)" = keepalive ] || fail "wrong trigger for $1"
	[ "$(field "$2" path-dead probes_sent)" = 3 ] || fail "wrong count of probes for $1"
	[ "$(field "$2" path-dead probes_failed)" = 0 ] || fail "blames this host for $1"
	verdict_came_first "$1" "$2" path-dead
}

build_network
forgetful_firewall 5
watch
connect_pair 7001 keepalive=8,2,3 -- keepalive=8,2,3
exchange

expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" path-dead/idle 20
check_end client "$C"
check_end server "$S"
[ "$(field "$C" path-dead direction)" = outgoing ] || fail "wrong direction on the client"
[ "$(field "$S" path-dead direction)" = incoming ] || fail "wrong direction on the server"
end_watch
finish
