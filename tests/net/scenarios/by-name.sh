#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# --comm and --cgroup choose connections by their owner, also one that gets its name or
# cgroup only later; a process in a container's cgroup is shown with the container.
. "$(dirname "$0")/../lib.sh"

ID=$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')
HIERARCHY=$(findmnt -rno TARGET -t cgroup2 | head -n 1)
[ -n "$HIERARCHY" ] && mkdir "$HIERARCHY/$PREFIX.service" 2>/dev/null || skip 'cgroups cannot be made here'
GROUP=$HIERARCHY/$PREFIX.service/docker-$ID.scope
mkdir "$GROUP"
trap 'cleanup; rmdir "$GROUP" "$HIERARCHY/$PREFIX.service"' EXIT

build_network
forgetful_firewall 4
watch --comm 'my "prog' --cgroup "$HIERARCHY/$PREFIX.service"
start_end named "$S" listen "$S4" 7101 keepalive=6,2,3 'name=my "prog'
start_end grouped "$S" listen "$S4" 7102 keepalive=6,2,3
start_end other "$S" listen "$S4" 7103 keepalive=6,2,3 'name=my'
port=7101
for name in named grouped other; do
	await "$name" listening
	start_end "client_$name" "$C" connect "$S4" "$port"
	await "$name" connected
	tell "client_$name" send 10
	await "$name" 'received 10'
	port=$((port + 1))
done
end_pid grouped >"$GROUP/cgroup.procs"
expect_verdict "$S" path-dead/idle 20 '"local_port":7101' '"comm":"my \"prog"'
expect "$S" path-dead 20 '"local_port":7102' "\"container\":\"$ID\"" '"container_runtime":"docker"' \
	"\"unit\":\"$PREFIX.service\"" "\"cgroup\":\"/$PREFIX.service/docker-$ID.scope\""
[ -z "$(lines_about "$S" suspect '"local_port":7103')" ] || fail "a line about another's connection"
end_watch
finish
