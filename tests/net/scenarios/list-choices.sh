#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What `idlewatch list` shows and in which order: --at-risk, --assume, --idle, --sort, -v.
. "$(dirname "$0")/../lib.sh"

# shows PORTS ARGUMENTS...: exactly the clients' connections to these ports, in this order.
shows() {
	local expected=$1 got
	shift
	got=$("$IDLEWATCH" list -D 7401-7403 "$@" | sed -nE 's/.* 10\.77\.2\.2:(740[1-3]) .*/\1/p' | paste -sd' ')
	[ "$got" = "$expected" ] || fail "list $* shows '$got', not '$expected'"
}

build_network
port=7401
for keepalive in 100,10,5 300,10,5 none; do
	start_end "server_$port" "$S" listen "$S4" "$port"
	await "server_$port" listening
	if [ $keepalive = none ]; then set --; else set -- "keepalive=$keepalive"; fi
	start_end "client_$port" "$C" connect "$S4" "$port" "name=client$((7404 - port))" "$@"
	await "server_$port" connected
	port=$((port + 1))
done
until_true 15 eval '[ "$("$IDLEWATCH" list -D 7401-7403 --idle 5s | wc -l)" -eq 4 ]' || fail 'never idle for 5 s'
tell client_7402 send 10
await server_7402 'received 10'

shows '7401 7403' --idle 5s --sort peer
shows '7403 7402 7401' --sort risk
shows '7403 7402' --at-risk
shows '7403' --at-risk --assume 350s
shows '7403 7401 7402' --at-risk --assume 100s
shows '7401 7402 7403' --sort peer
shows '7403 7402 7401' --sort comm
shows '7403 7402 7401' --sort noticed
shows '7401 7402 7403' --sort pid
shows '7401 7403 7402' --sort idle
shows '' --idle 1h
"$IDLEWATCH" list -v -D 7401 2>/dev/null |
	grep -q "10.77.2.2:7401 held by process $(end_pid client_7401) client3, user root.*command .*tcpend connect" ||
	fail "-v: $("$IDLEWATCH" list -v -D 7401)"
finish
