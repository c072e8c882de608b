#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# -p sees a connection that its process is sent by another, and not the one that the
# other keeps.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../owners.sh"

build_network
start_owner later 7101
start_owner forked 7102
receiver=$(sed -n 's/^listening //p' "$DIR/later")
start_end client "$C" connect "$S4" 7101
start_end other "$C" connect "$S4" 7102
await later 'held [0-9]'
await forked 'held [0-9]'
watch -p "$receiver"
tell later pass
await later "held $receiver"
path_down
keep_alive later
keep_alive forked
expect_verdict "$S" path-dead/idle 20 '"local_port":7101' "\"pids\":[$receiver]"
[ -z "$(lines_about "$S" suspect '"local_port":7102')" ] || fail "a line about another's connection"
end_watch
finish
