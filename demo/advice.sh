# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For demo.sh, after the story: what the path tolerates, what would have kept the session
# alive, and a session that does so. Uses demo.sh's and scene.sh's functions.

# The client's verdict in JSON: advised KEY
advised() { grep -m 1 '"event":"path-dead"' "$DIR/client.json" | sed -nE "s/.*\"$1\":\"?([^\"]*).*/\1/p"; }

# idlewatch ended with ssh; its summary ends with the path.
path_in_summary() { sed -n '/ Paths that forget/,$p' "$DIR/client.watch" | cut -d ' ' -f 2-; }

another_session() { # INTERVAL
	start_ssh -o TCPKeepAlive=no -o "ServerAliveInterval=$1"
	start_idlewatch second "$SSH"
	await 15 second.json '"event":"start"' 'idlewatch did not start'
	say "The session again, with ServerAliveInterval=$1. Nobody types for $((2 * FORGETS_S + 1)) s."
	sleep $((2 * FORGETS_S + 1)) # this is what is shown: more than twice the firewall's patience
	kill -0 "$SSH" 2>/dev/null || fail 'the session with the advised setting has ended.'
	type_line 'still here'
	say 'A line goes there and comes back: the firewall still knows the flow.'
	our_flow | show firewall
	! grep -q '"event":"path-dead"' "$DIR/second.json" || fail 'idlewatch called the living session dead.'
}

what_would_have_helped() {
	local interval
	interval=$(advised advice | sed -nE 's/.*ServerAliveInterval ([0-9]+).*/\1/p')
	await 10 client.watch ' Paths that forget' 'no word about the path on the client'
	say 'How long does the firewall wait? idlewatch has seen gaps that passed and one that did not:'
	path_in_summary | show client
	more "The truth is $FORGETS_S s. And what would have kept this session alive:"
	advised advice | show client
	[ "${interval:-0}" -ge 1 ] || fail 'there is no ServerAliveInterval in the advice.'
	[ "$interval" -lt "$FORGETS_S" ] || fail "ServerAliveInterval $interval would not help."
	another_session "$interval"
}
