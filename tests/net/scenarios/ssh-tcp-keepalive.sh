#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# OpenSSH as it is configured by default: TCPKeepAlive on both ends, with the times of the
# host. Each end's process is named, before it is told.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ssh.sh"

build_network
for ns in "$C" "$S"; do
	in_ns "$ns" sysctl -qw net.ipv4.tcp_keepalive_time=8 net.ipv4.tcp_keepalive_intvl=1 \
		net.ipv4.tcp_keepalive_probes=4
done
forgetful_firewall 5
watch
start_sshd 'TCPKeepAlive yes'
start_ssh -o TCPKeepAlive=yes
expect_verdict "$C" path-dead/idle 25 '"trigger":"keepalive"'
expect_verdict "$S" path-dead/idle 25 '"trigger":"keepalive"'
check_field "$C" path-dead pid "$SSH"
check_field "$C" path-dead comm ssh
check_field "$S" path-dead pid "$SSHD"
ssh_was_told_later path-dead 'timed out|Broken pipe'
expect "$C" closed 10 '"errno":110'
expect "$S" closed 10 '"errno":110'
end_watch
finish
