#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# ServerAliveInterval shorter than the firewall's patience: the session lives, nothing is said.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ssh.sh"

build_network
forgetful_firewall 6
watch
start_sshd 'TCPKeepAlive no'
start_ssh -o TCPKeepAlive=no -o ServerAliveInterval=4
sleep 14 # more than twice the firewall's patience: that nothing is said is what is tested
kill -0 "$SSH" || fail "the session ended: $(cat "$DIR/ssh.err")"
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
