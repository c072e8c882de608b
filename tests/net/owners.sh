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
