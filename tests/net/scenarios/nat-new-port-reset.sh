#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# A NAT outside of this kernel maps an idle flow anew, with another port: the server's own
# kernel resets what it does not know. The line says both: restarted, or forgotten on the
# path; and the gap is a hint, no more. A connection that the NAT has not touched lives on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
start_text
watch --state "$STATE"
pair remapped
pair kept
paused() { [ "$(quiet_ms remapped)" -ge 4000 ]; }
until_true 10 paused # the gap is what is tested
box remap port 7000
tell cremapped send 7
expect_verdict "$C" reset-after-idle/idle 10 '"forged":false' '"confidence":"likely"'
await cremapped 'error 104'
wait_for "$DIR/text" 'the peer was restarted or had given up, or a NAT or firewall on the path forgot' 10 ||
	fail "the text does not say both: $(grep reset-after "$DIR/text")"
talk kept
expect_no_verdict "$S"
end_watch
[ "$(path_field "$C" idle_disowned_times)" = 1 ] || fail "no hint is kept: $(path "$C")"
path "$C" | grep -qE 'idle_(reset|died)' && fail "it is taken for the path's: $(path "$C")"
finish
