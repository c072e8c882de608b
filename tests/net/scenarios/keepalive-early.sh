#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# boxes: firewall outside
# Keepalives early enough for the firewall, and then the path goes down: it was not an
# idle time-out, and the advice says so. No fatal gap is learnt.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
forgetful_firewall 8
watch --state "$STATE"
pair 4 keepalive=4,4,20
learnt() { path "$C" | grep -q idle_survived_max_ms; }
until_true 20 learnt || fail "the gap survived was not learnt"
path_down
expect_verdict "$C" path-dead/outage 40
expect "$C" path-dead 1 '"advice":"not an idle time-out: keepalive was on, after 4.0s, and'
end_watch
path "$C" | grep -q idle_died && fail "a fatal gap was learnt: $(path "$C")"
[ -z "$(field "$C" path-dead advice_keepalive_s)" ] || fail "a setting was advised"
finish
