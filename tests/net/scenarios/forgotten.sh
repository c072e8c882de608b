#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# More connections are closed than the kernel side remembers of who closed them: that is no
# event lost, but it is said.
. "$(dirname "$0")/../lib.sh"

CONNECTIONS=9000 REMEMBERED=16384 # each is closed at both ends

build_network
in_ns "$C" sysctl -qw net.ipv4.ip_local_port_range='1024 65000'
watch
in_ns "$C" /usr/bin/python3 -c '
import socket, sys
with socket.create_server(("127.0.0.1", 700)) as listener:
    for _ in range(int(sys.argv[1])):
        with socket.create_connection(("127.0.0.1", 700)):
            server, _ = listener.accept()
        server.close()
' $CONNECTIONS || fail "cannot make connections"
end_watch
forgotten=$(sed -nE 's/.*"event":"summary".*"note":"forgotten for want of room: .*who closed ([0-9]+) connections"}/\1/p' "$LINES_FILE")
[ "${forgotten:-0}" -ge $((2 * CONNECTIONS - REMEMBERED)) ] ||
	fail "'$forgotten' are said to be forgotten"
grep '"event":"summary"' "$LINES_FILE" | grep -q '"lost_events":0,' || fail "called lost"
finish
