#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The disk that the state is on fills up while idlewatch watches: it says so once, goes
# on, and writes all of it when there is room again.
[ "${1:-}" = own-mounts ] || exec unshare --mount --propagation private bash "$0" own-mounts
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

mkdir "$DIR/disk"
mount -t tmpfs -o size=256k none "$DIR/disk" || skip "cannot mount a small disk"
STATE=$DIR/disk/state.db
build_network
watch --state "$STATE"
dd if=/dev/zero of="$DIR/disk/fill" bs=4k 2>/dev/null
pair 4 keepalive=4,1,4
wait_for "$DIR/stderr" "cannot write $STATE: .*; watching goes on, writing is tried again" 25 ||
	fail "not a word about the disk: $(cat "$DIR/stderr")"
path "$C" | grep -q . && fail "it was written after all"
rm "$DIR/disk/fill"
wait_for "$DIR/stderr" "$STATE is written again, nothing of it is missing" 15 || fail "not written again"
[ "$(path_field "$C" idle_survived_max_ms)" -ge 3300 ] || fail "the gap was lost: $(path "$C")"
[ "$(grep -c 'cannot write' "$DIR/stderr")" -eq 1 ] || fail "said more than once"
end_watch
umount "$DIR/disk"
finish
