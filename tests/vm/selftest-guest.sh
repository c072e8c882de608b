#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What selftest.sh runs inside each guest: is there all that the tests lean on?
# Prints `ok` and `not ok` lines; exits with 3 to prove that statuses travel.
# shellcheck disable=SC2317 # functions are called through check
set -u

# check WORDS COMMAND...: one line of the result. The status is looked at only
# afterwards: within an `if`, a function's `set -e` would be without effect.
check() {
	local words=$1 said status

	shift
	said=$("$@" 2>&1)
	status=$?
	if [[ $status -eq 0 ]]; then
		echo "ok $words"
	else
		echo "not ok $words: ${said//$'\n'/ }"
	fi
}

# The "firewall" of the tests in small: stateful rules and loss by lot.
firewall() {
	set -e
	ip netns add near
	ip netns add far
	ip link add near0 netns near type veth peer name far0 netns far
	ip -n near addr add 192.0.2.1/24 dev near0
	ip -n far addr add 192.0.2.2/24 dev far0
	ip -n near link set near0 up
	ip -n far link set far0 up
	ip netns exec far nft -f - <<-EOF
		table inet t {
			counter fresh { }
			counter known { }
			counter lot { }
			chain input {
				type filter hook input priority 0; policy drop;
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
				numgen random mod 100 >= 0 counter name lot
				ct state established,related counter name known accept
				ct state new counter name fresh accept
			}
		}
	EOF
	ip netns exec far sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=5
	ip netns exec near busybox ping -q -c 3 -i 0.2 192.0.2.2
	counted fresh 1
	counted known 2
	counted lot 3
}

# counted COUNTER LEAST
counted() {
	local packets

	packets=$(ip netns exec far nft list counter inet t "$1" | awk '/packets/ { print $2 }')
	((packets >= $2)) || { echo "counter $1 is ${packets:-missing}"; return 1; }
}

# Rules and devices that bring modules of their own; a name that cannot be
# resolved to a module fails here and not halfway through a test.
rules() {
	nft -f - <<-EOF
		table ip m {
			chain forward {
				type filter hook forward priority 0;
				limit rate 5/second accept
				tcp dport 22 reject with tcp reset
				ip protocol udp reject
				tcp flags & (syn|ack|rst|fin) == syn accept
				tcp dport { 1, 2 } log prefix "x" drop
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname "nosuch" masquerade
				oifname "nosuch" snat to 192.0.2.9
			}
		}
	EOF
}

devices() {
	set -e
	ip link add d0 type dummy
	ip link add link d0 name d0.7 type vlan id 7
	ip link add i0 type ifb
	ip link add b0 type bridge
	ip link set d0 master b0
	tc qdisc add dev d0 clsact
	tc qdisc add dev i0 root netem delay 1ms
	tc filter add dev d0 ingress matchall action mirred egress redirect dev i0
}

# ss asks over netlink; without tcp_diag it falls back to /proc and shows less.
sockets() {
	ss -Htanie >/dev/null && lsmod | grep -q '^tcp_diag '
}

mounts() {
	local type

	for type in bpf cgroup2 tracefs debugfs devpts; do
		grep -q " $type " /proc/mounts || { echo "no $type"; return 1; }
	done
}

check "release" test "$(uname -r)" = "$(<release)"
check "btf is that of the package" cmp btf /sys/kernel/btf/vmlinux
check "namespaces, conntrack, numgen" firewall
# Linux 5.11 was the first to have it.
[[ $(<release) == 5.10.* ]] || check "btf of modules" test -s /sys/kernel/btf/nf_tables
check "rules of nft" rules
check "vlan, bridge, ifb, dummy, tc" devices
check "tcp_diag" sockets
check "file systems" mounts
check "bpftool" bpftool prog list
check "terminal on demand" script -qec "test -t 1" /dev/null
check "output is no terminal" test ! -t 1
check "payload to results" cp random /results/random
exit 3
