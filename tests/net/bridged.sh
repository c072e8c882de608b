# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# Sourced after lib.sh by scenarios of one Ethernet: the firewall is a bridge between client,
# server and a third host, and learns no addresses, so that it floods every frame.

T=$PREFIX-t

cleanup_bridged() {
	[ ! -e "/run/netns/$T" ] || ip netns del "$T"
	cleanup
}
trap cleanup_bridged EXIT

add_port() { # NS DEVICE
	ip -n "$F" link add "$2" type veth peer name eth0 netns "$1"
	ip -n "$F" link set "$2" master br0 up
	ip -n "$F" link set "$2" type bridge_slave learning off
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 up
}

add_addresses() { # NS ADDRESS4 ADDRESS6
	ip -n "$1" addr add "$2/8" dev eth0
	ip -n "$1" addr add "$3/16" dev eth0 nodad
}

build_bridged() {
	local ns
	for ns in "$C" "$F" "$S" "$T"; do
		ip netns add "$ns"
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0
	done
	ip -n "$F" link add br0 type bridge || skip "no bridges"
	ip -n "$F" link set br0 up
	# br_netfilter takes a packet's socket away, and would hide half of what is tested.
	in_ns "$F" sysctl -qew net.bridge.bridge-nf-call-iptables=0 \
		net.bridge.bridge-nf-call-ip6tables=0
	# The port that is added first is served last: it gets the packet itself, the others
	# get copies.
	add_port "$T" third
	add_port "$S" sv
	add_port "$C" cl
	add_addresses "$C" "$C4" "$C6"
	add_addresses "$S" "$S4" "$S6"
}
