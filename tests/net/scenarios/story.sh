#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The story: a firewall forgets an idle flow, keepalives of both ends are lost, and
# both ends are told before their kernels give up.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 5
watch
connect_pair 4 7001 keepalive=8,2,3 -- keepalive=8,2,3
exchange

for ns in "$C" "$S"; do
	expect "$ns" path-dead 20 '"cause":"idle"'
done
! grep -q error "$DIR/client" || fail "the client's program learnt of it first"
! grep -q error "$DIR/server" || fail "the server's program learnt of it first"

for end in client server; do
	ns=$C
	[ $end = client ] || ns=$S
	[ "$(field "$ns" path-dead pid)" = "$(end_pid $end)" ] || fail "wrong pid for $end"
	[ "$(field "$ns" path-dead comm)" = tcpend ] || fail "wrong name for $end"
	[ "$(field "$ns" path-dead trigger)" = keepalive ] || fail "wrong trigger for $end"
	[ "$(field "$ns" path-dead probes_sent)" = 3 ] || fail "wrong count of probes for $end"
	[ "$(field "$ns" path-dead probes_failed)" = 0 ] || fail "blames this host for $end"
	await $end 'error 110' 10
	expect "$ns" closed 5 '"errno":110'
done
[ "$(field "$C" path-dead direction)" = outgoing ] || fail "wrong direction on the client"
[ "$(field "$S" path-dead direction)" = incoming ] || fail "wrong direction on the server"
end_watch
finish
