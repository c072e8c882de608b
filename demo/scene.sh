# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For demo.sh: a client and a server with a forgetful firewall between them, and a real
# SSH session through it. Uses demo.sh's DIR, fail, await and stamp.

CLIENT=10.1.1.1 SERVER=10.2.2.2 PORT=2222
FORGETS_S=5                 # the firewall
TIME_S=8 INTVL_S=2 PROBES=3 # both ends' keepalives

# add_host NAME ADDRESS: keepalive times are set per namespace; its gateway is .254.
add_host() {
	printf '%s\n' 'link set eth0 up' "addr add $2/24 dev eth0" "route add default via ${2%.*}.254" |
		ip -n "$1" -batch - || fail "cannot set up the network of the $1."
	ip netns exec "$1" sysctl -qw net.ipv4.tcp_keepalive_{time=$TIME_S,intvl=$INTVL_S,probes=$PROBES} ||
		fail "cannot set the keepalive times of the $1."
}

# Each end reaches the other only through the firewall, which does what firewalls do:
# connections begin with a SYN, those known pass, the rest is dropped.
build_network() {
	printf 'netns add %s\n' client firewall server | ip -batch - || fail 'cannot add namespaces.'
	ip -n firewall -batch - <<-END || fail 'cannot build the network.'
		link add to-client up type veth peer name eth0 netns client
		link add to-server up type veth peer name eth0 netns server
		addr add 10.1.1.254/24 dev to-client
		addr add 10.2.2.254/24 dev to-server
	END
	add_host client $CLIENT
	add_host server $SERVER
	ip netns exec firewall nft -f - <<-'END' || fail "nft refused the firewall's rules."
		table inet fw {
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established,related accept
				ct state new tcp flags & (syn|ack|rst|fin) == syn accept
			}
		}
	END
	ip netns exec firewall sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_tcp_loose=0 \
		net.netfilter.nf_conntrack_tcp_timeout_established=$FORGETS_S ||
		fail 'cannot set up the firewall: has this kernel nf_conntrack?'
}

# What the firewall says it knows. /proc/net/nf_conntrack is not in every kernel.
flows() {
	if command -v conntrack >/dev/null; then
		ip netns exec firewall conntrack -L -p tcp 2>&1
	else
		ip netns exec firewall grep -h . /proc/net/nf_conntrack || echo 'It has no flows.'
	fi | sed 's/  */ /g'
}
our_flow() { flows | grep "dport=$PORT "; }
forgotten() { ! our_flow >/dev/null; }

# A real sshd that uses nothing of this host's configuration or keys. At its default
# log level it would not say a word about the end of the session.
start_sshd() {
	local key
	for key in host user; do
		ssh-keygen -q -t ed25519 -N '' -f "$DIR/$key" || fail 'ssh-keygen made no key.'
	done
	cp "$DIR/user.pub" "$DIR/authorized_keys"
	echo "[$SERVER]:$PORT $(<"$DIR/host.pub")" >"$DIR/known_hosts"
	printf '%s\n' "ListenAddress $SERVER:$PORT" "HostKey $DIR/host" 'PidFile none' 'UsePAM no' \
		"AuthorizedKeysFile $DIR/authorized_keys" 'PermitRootLogin prohibit-password' 'UseDNS no' \
		'LogLevel VERBOSE' 'LoginGraceTime 10' 'TCPKeepAlive yes' >"$DIR/sshd_config"
	ip netns exec server "$(command -v sshd)" -D -e -f "$DIR/sshd_config" 2> >(stamp server.log) &
	await 10 server.log 'Server listening' 'sshd did not listen'
}

# start_ssh SSH-OPTION...: sets SSH and SSHD; the far side tells which process serves it, then
# echoes what it is sent.
# shellcheck disable=SC2034 # demo.sh uses them
start_ssh() {
	rm -f "$DIR/keyboard" "$DIR/session"
	mkfifo "$DIR/keyboard" && exec {keyboard}<>"$DIR/keyboard"
	ip netns exec client ssh -F none -p $PORT -i "$DIR/user" -o IdentitiesOnly=yes -o IdentityAgent=none \
		-o UserKnownHostsFile="$DIR/known_hosts" -o StrictHostKeyChecking=yes -o BatchMode=yes \
		-o ConnectTimeout=5 "${@:--oTCPKeepAlive=yes}" root@$SERVER "echo session \$PPID; exec cat" \
		<&"$keyboard" >"$DIR/session" 2> >(stamp client.log) &
	SSH=$! # ip has become ssh
	await 10 session '^session [0-9]+$' 'ssh did not log in'
	SSHD=$(sed -n 's/^session //p' "$DIR/session")
	type_line 'hello through the firewall'
}

# type_line TEXT: it goes there and comes back.
type_line() {
	echo "$1" >"$DIR/keyboard"
	await 5 session "^$1" 'the session did not answer'
}
