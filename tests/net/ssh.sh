# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# For scenarios: a real OpenSSH session between client and server, in nobody's way. After
# lib.sh. The program's ends are $SSH and $SSHD (pids), its complaints are in $DIR/ssh.err.

command -v sshd >/dev/null && command -v ssh >/dev/null || skip "no OpenSSH here"

SSH_USER=${SSH_USER:-root}

# Without PAM, sshd wants a user whose password is not locked, and a shell that starts fast.
write_ssh_files() { # SSHD-OPTION...
	local key
	for key in host user; do
		ssh-keygen -q -t ed25519 -N '' -f "$DIR/$key" || fail "ssh-keygen made no key"
	done
	cp "$DIR/user.pub" "$DIR/authorized_keys"
	sed -E "s|^$SSH_USER:x:([0-9]+:[0-9]+):.*|$SSH_USER:x:\\1:test:$DIR:/bin/sh|" /etc/passwd \
		>"$DIR/passwd"
	echo "$SSH_USER:*:19000:0:99999:7:::" >"$DIR/shadow"
	chmod 755 "$DIR" # it is the user's home
	printf '%s\n' "HostKey $DIR/host" 'PidFile none' 'UsePAM no' 'UseDNS no' 'StrictModes no' \
		"AuthorizedKeysFile $DIR/authorized_keys" 'PermitRootLogin prohibit-password' "$@" \
		>"$DIR/sshd_config"
}

# start_sshd SSHD-OPTION...: in a mount namespace of its own.
start_sshd() {
	write_ssh_files "ListenAddress $(server_address)" "Port $PORT" "$@"
	nsenter --net="/run/netns/$S" unshare --mount --propagation private sh -c "
		mount -t tmpfs -o mode=755 run /run && mkdir /run/sshd &&
		mount --bind $DIR/passwd /etc/passwd && mount --bind $DIR/shadow /etc/shadow &&
		exec $(command -v sshd) -D -e -f $DIR/sshd_config" 2>"$DIR/sshd.err" &
	ENDS[sshd]=$!
	wait_for "$DIR/sshd.err" 'Server listening' 10 || fail "no sshd: $(cat "$DIR/sshd.err")"
}

# start_ssh SSH-OPTION...: a session in which a line went there and came back.
start_ssh() {
	local keyboard
	mkfifo "$DIR/keyboard"
	: >"$DIR/session" # of an earlier one
	exec {keyboard}<>"$DIR/keyboard"
	nsenter --net="/run/netns/$C" ssh -F none -p "$PORT" -i "$DIR/user" -o IdentitiesOnly=yes \
		-o IdentityAgent=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o BatchMode=yes "$@" "$SSH_USER@$(server_address)" "echo session \$PPID; exec cat" \
		<&"$keyboard" >"$DIR/session" 2>"$DIR/ssh.err" &
	SSH=$!
	ENDS[ssh]=$SSH
	wait_for "$DIR/session" '^session [0-9]+$' 15 || fail "no session: $(cat "$DIR/ssh.err")"
	SSHD=$(sed -n 's/^session //p' "$DIR/session")
	echo hello >&"$keyboard"
	wait_for "$DIR/session" '^hello' 5 || fail "the session does not answer"
}

# ssh_was_told_later VERDICT PATTERN: ssh complains, and does so after the verdict.
ssh_was_told_later() {
	local told
	wait_for "$DIR/ssh.err" "$2" 20 || fail "ssh did not complain of '$2': $(cat "$DIR/ssh.err")"
	told=$(stat -c %.9Y "$DIR/ssh.err")
	[ "$(date -d "$(field "$C" "$1" ts)" +%s%N)" -lt "${told/./}" ] || fail "ssh was told first"
}
