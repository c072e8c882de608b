#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4 6
# boxes: firewall outside
# A firewall that forgets after 8 s, and an application that talks again after some 6.8 s
# and after some 8.6 s, without any keepalive.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 8
few_retries
watch --state "$STATE"
pair asks
pair told
pair late
quiet_for() { [ "$(quiet_ms "$1")" -ge "$2" ]; }
until_true 12 quiet_for asks 6800 # these gaps are what is tested
survived=$(quiet_ms asks)
tell casks send 7 # the client speaks first
until_true 12 quiet_for told 6800
tell stold send 9 # the server does
await sasks 'received 7'
await ctold 'received 9'
until_true 12 quiet_for late 8600
died=$(quiet_ms late)
tell clate send 11
expect_verdict "$C" path-dead/idle 30 '"trigger":"retransmission"'
expect "$C" closed 20 # what is fatal is kept when the kernel has given up
end_watch
check_bracket "$C" 8000 "$survived" "$died"
[ "$(path_field "$S" idle_survived_max_ms)" -ge 6000 ] || fail "the server learnt nothing"
lines_about "$C" path-dead '"advice":"keepalive was off; set SO_KEEPALIVE with TCP_KEEPIDLE ' \
	'"advice_keepalive_s":' >/dev/null || fail "other advice: $(field "$C" path-dead advice)"
finish
