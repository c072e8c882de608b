# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# For scenarios: servers whose connection is held in odd ways (owner.py). After lib.sh.

# start_owner MODE PORT: in the server's namespace; its output goes to $DIR/MODE.
start_owner() {
	local fd
	mkfifo "$DIR/$1.in"
	nsenter --net="/run/netns/$S" /usr/bin/python3 tests/net/owner.py "$1" "$S4" "$2" \
		<"$DIR/$1.in" >"$DIR/$1" 2>&1 &
	adopt "$1" $!
	exec {fd}>"$DIR/$1.in"
	eval "FD_$1=$fd"
	await "$1" listening
}

# The PIDs that hold MODE's connection now, parted by commas.
held_by() {
	sed -n 's/^held //p' "$DIR/$1" | tail -n 1
}

# keep_alive MODE [TIME,INTVL,PROBES]: switches keepalive on for its connection, whoever holds
# it. After path_down: a keepalive that was answered before would be a gap survived.
keep_alive() {
	local pids
	pids=$(held_by "$1")
	/usr/bin/python3 - "${pids%%,*}" "${2:-3,2,4}" <<-'END' || fail "no keepalive for $1"
		import ctypes, os, socket, sys

		pid, times = int(sys.argv[1]), [int(n) for n in sys.argv[2].split(",")]
		process = os.pidfd_open(pid)
		for name in os.listdir(f"/proc/{pid}/fd"):
		    if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
		        continue
		    fd = ctypes.CDLL(None, use_errno=True).syscall(438, process, int(name), 0)  # pidfd_getfd
		    with socket.socket(fileno=fd) as conn:
		        if conn.type != socket.SOCK_STREAM or conn.family == socket.AF_UNIX:
		            continue
		        if conn.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
		            continue
		        options = socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT
		        for option, value in zip(options, times):
		            conn.setsockopt(socket.IPPROTO_TCP, option, value)
		        conn.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
		        sys.exit(0)
		sys.exit(1)
	END
}
