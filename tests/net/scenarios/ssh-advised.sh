#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4 6
# OpenSSH loses its session to a firewall; with the ServerAliveInterval that the verdict
# advises, the next session lives through the same firewall.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ssh.sh"

build_network
in_ns "$C" sysctl -qw net.ipv4.tcp_keepalive_time=7 net.ipv4.tcp_keepalive_intvl=1 \
	net.ipv4.tcp_keepalive_probes=4
forgetful_firewall 5
watch
start_sshd 'TCPKeepAlive no'
start_ssh -o TCPKeepAlive=yes
sleep 4.3 # a gap that is survived
keyboard=$(readlink -f "$DIR/keyboard")
echo again >"$keyboard"
wait_for "$DIR/session" '^again' 5 || fail "the session did not live through 4.3 s"
expect_verdict "$C" path-dead/idle 25 '"comm":"ssh"'
interval=$(lines_about "$C" path-dead |
	sed -n 's/.*"advice":"[^"]* set ServerAliveInterval \([0-9]*\) in ssh_config.*/\1/p')
[ "${interval:-0}" -ge 1 ] || fail "no ServerAliveInterval in the advice"
[ "$interval" = "$(field "$C" path-dead advice_keepalive_s)" ] || fail "two different settings"
wait "$SSH" 2>/dev/null
unset 'ENDS[ssh]'
echo "$SCENARIO: the firewall forgets after 5 s, the advice is $interval s"

rm "$DIR/keyboard"
start_ssh -o TCPKeepAlive=no -o "ServerAliveInterval=$interval"
verdicts=$(lines_about "$C" path-dead | wc -l)
sleep 12 # more than twice the firewall's patience: that the session lives is what is tested
kill -0 "$SSH" || fail "the advised session ended: $(cat "$DIR/ssh.err")"
echo alive >"$DIR/keyboard"
wait_for "$DIR/session" '^alive' 5 || fail "the advised session does not answer"
end_watch
[ "$(lines_about "$C" path-dead | wc -l)" -eq "$verdicts" ] || fail "the advised session died"
finish
