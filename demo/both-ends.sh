# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For demo.sh: what both ends saw, side by side: from idlewatch's lines of each, and from
# captures of the same session, which need no root to read. Uses demo.sh's DIR, IDLEWATCH,
# say, more, show, fail and until_true.

# One tcpdump beside each end, if there is one.
start_captures() {
	local end
	command -v tcpdump >/dev/null || return 0
	for end in client server; do
		ip netns exec $end tcpdump -i eth0 -n -U --immediate-mode -Z root -s 96 \
			-w "$DIR/$end.pcap" "tcp port $PORT" 2>"$DIR/$end.tcpdump" &
		until_true 10 grep -qs 'listening on' "$DIR/$end.tcpdump" || fail "tcpdump did not start on the $end."
	done
}

# The last packets, the resets of the kernels that give up, are in both files.
captures_complete() {
	local end
	for end in client server; do
		tcpdump -n -r "$DIR/$end.pcap" 'tcp[tcpflags] & tcp-rst != 0' 2>/dev/null | grep -q . || return 1
	done
}

# verdict_of ARGUMENTS...: the graph's last word.
verdict_of() { "$IDLEWATCH" flow "$@" 2>/dev/null | sed -n 's/^Verdict: //p'; }

both_ends() {
	local file verdict captured
	for file in client server; do
		until_true 5 grep -q '"event":"closed"' "$DIR/$file.json" || fail "no end on the $file."
	done
	say 'Both ends side by side: idlewatch correlate client.json server.json'
	"$IDLEWATCH" correlate "$DIR/client.json" "$DIR/server.json" >"$DIR/correlated" ||
		fail 'correlate failed.'
	show both <"$DIR/correlated"
	say 'And as a flow graph: idlewatch flow client.json server.json'
	"$IDLEWATCH" flow "$DIR/client.json" "$DIR/server.json" | show both
	verdict=$(verdict_of "$DIR/client.json" "$DIR/server.json")
	grep -qF "$verdict" "$DIR/correlated" && [[ $verdict == 'path-dead, '* ]] ||
		fail "correlate and flow do not agree: $verdict"
	if [ ! -e "$DIR/server.pcap" ]; then
		more 'There is no tcpdump here, so no captures to read as well.'
		return
	fi
	until_true 5 captures_complete || fail 'the captures have no end.'
	say 'The same from two captures, without root: idlewatch flow --pcap client.pcap --pcap server.pcap'
	"$IDLEWATCH" flow --pcap "$DIR/client.pcap" --pcap "$DIR/server.pcap" | tail -n 18 | show both
	captured=$(verdict_of --pcap "$DIR/client.pcap" --pcap "$DIR/server.pcap")
	[ "$captured" = "$verdict" ] || fail "the captures say otherwise: $captured"
	more 'It is the same verdict.'
}
