#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# OpenSSH with ServerAliveInterval and no TCP keepalive: what goes into the silence is data.
# The verdict comes before ssh's own patience ends; the server cannot know.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ssh.sh"

build_network
forgetful_firewall 4
watch
start_sshd 'TCPKeepAlive no'
start_ssh -o TCPKeepAlive=no -o ServerAliveInterval=6 -o ServerAliveCountMax=2
expect_verdict "$C" path-dead/idle 30 '"trigger":"retransmission"'
check_field "$C" path-dead pid "$SSH"
check_field "$C" path-dead keepalive false
ssh_was_told_later path-dead 'not responding'
expect_no_verdict "$S"
end_watch
finish
