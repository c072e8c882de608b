#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# OpenSSH's privilege separation: a session of an ordinary user is held by two processes,
# the monitor and the user's own, and both are named.
export SSH_USER=backup
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ssh.sh"

build_network
in_ns "$S" sysctl -qw net.ipv4.tcp_keepalive_time=4 net.ipv4.tcp_keepalive_intvl=2 \
	net.ipv4.tcp_keepalive_probes=4
watch -v
start_sshd 'TCPKeepAlive yes'
start_ssh
monitor=$(awk '$1 == "PPid:" { print $2 }' "/proc/$SSHD/status")
[ "$(stat -c %U "/proc/$SSHD")" = backup ] || fail "the session's process is not the user's"
[ "$(stat -c %U "/proc/$monitor")" = root ] || fail "the monitor is not root's"
both=$(printf '%s\n' "$monitor" "$SSHD" | sort -n | paste -sd,)
path_down
expect_verdict "$S" path-dead/idle 20 "\"pids\":[$both]" '"cmdline":"sshd: backup'
end_watch
finish
