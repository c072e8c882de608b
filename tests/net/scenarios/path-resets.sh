#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# boxes: firewall outside
# A firewall that forgets after 5 s and then answers with a reset, in the server's name:
# the bracket is of resets, apart from silent deaths.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
further "$S" 3 # so that the TTL tells whose reset it is
forgetful_firewall 5 'reject with tcp reset'
watch --state "$STATE"
pair 4 keepalive=4,1,4
pair 6 keepalive=6,1,4
expect_verdict "$C" reset-after-idle/idle 20 '"forged":true' '"advice_keepalive_s":'
check_field "$C" reset-after-idle idle_reset_times 1
end_watch
path "$C" | grep -q idle_died && fail "a silent death was learnt: $(path "$C")"
survived=$(path_field "$C" idle_survived_max_ms)
reset=$(path_field "$C" idle_reset_min_ms)
echo "$SCENARIO: true value 5000 ms, bracket ${survived:-none}..${reset:-none} ms"
[ "${survived:-0}" -ge 3300 ] && [ "$survived" -le 5000 ] || fail "survived ${survived:-nothing}"
[ "${reset:-0}" -ge 6000 ] && [ "$reset" -le 6800 ] || fail "reset at ${reset:-nothing}"
finish
