#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# outside families: 6
# A firewall answers a keepalive of a forgotten flow with a reset in the server's name: the
# TTL gives it away.
. "$(dirname "$0")/../lib.sh"

build_network
further "$S" 3 # one hop would be no evidence
forgetful_firewall 4 'reject with tcp reset'
watch
connect_pair "$PORT" keepalive=6,1,4
exchange
expect_verdict "$C" reset-after-idle/idle 20 '"forged":true' '"confidence":"likely"'
check_field "$C" reset-after-idle trigger keepalive
check_field "$C" reset-after-idle rst_ttl 64
check_field "$C" reset-after-idle usual_ttl 60
# It closes at once, maybe before anybody asks.
# With several that watch, a walk of theirs may hold the file when its owner closes it.
[ -n "${COMPARE_HOOKS:-}" ] || any_about "$C" reset-after-idle "\"pids\":[$(end_pid client)]" || fail "whose was it?"
await client 'error 104'
expect_no_verdict "$S"
end_watch
finish
