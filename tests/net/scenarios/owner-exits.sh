#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An owner that ends between the suspicion and the verdict is named as exited, and one
# that lives comes first. The only owner of another connection is killed, and that of a
# third one before anything is suspected.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../owners.sh"

build_network
few_retries
watch -v --all-events # each suspicion is said at once
start_owner forked 7101
start_end client "$C" connect "$S4" 7101
await forked 'held [0-9]'
start_end killed "$S" listen "$S4" 7102
await killed listening
start_end other "$C" connect "$S4" 7102
await killed connected
start_end early "$S" listen "$S4" 7103 keepalive=3,2,4
await early listening
start_end third "$C" connect "$S4" 7103
await early connected
path_down
keep_alive forked
tell killed keepalive 3,2,4
kill -9 "$(end_pid early)"
wait "$(end_pid early)" 2>/dev/null
expect "$S" suspect 20 '"local_port":7101'
expect "$S" suspect 20 '"local_port":7102'
IFS=, read -r parent child second third <<<"$(held_by forked)"
kill -9 "$child"
kill -9 "$(end_pid killed)"
wait "$(end_pid killed)" 2>/dev/null
expect_verdict "$S" path-dead 40 '"local_port":7101'
any_about "$S" path-dead '"local_port":7101' "\"pids\":[$parent,$second,$third,$child],\"exited_pids\":[$child]" ||
	fail "forked: $(lines_about "$S" path-dead '"local_port":7101')"
# Its FIN was never acknowledged: the socket outlives the process.
expect "$S" path-dead 30 '"local_port":7102' "\"exited_pids\":[$(end_pid killed)]" '"comm":"tcpend"'
expect_verdict "$S" path-dead 40 '"local_port":7103' "\"exited_pids\":[$(end_pid early)]" '"comm":"tcpend"'
unset 'ENDS[killed]' 'ENDS[early]'
end_watch
finish
