#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# boxes: outside
# outside families: 4 6
# A load balancer that closes idle connections by resetting both ends at its time-out. The
# first such reset may as well be a program's that aborted its connection; others after
# like gaps, at other moments, make it likely, and the path's. Last, a program that does
# just that.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
box forget 4 expire-reset
watch --state "$STATE"
pair first
expect_verdict "$C" reset-after-idle/idle 15 '"confidence":"suspect"' '"unasked":true'
expect_verdict "$S" reset-after-idle/idle 5 '"confidence":"suspect"'
await cfirst 'error 104'
path "$C" | grep -q idle_reset && fail "one is enough: $(path "$C")"
pair second
expect_verdict "$C" reset-after-idle/idle 15 '"confidence":"likely"' '"unasked":true'
gap=$(lines_about "$C" reset-after-idle '"likely"' | sed -E 's/.*"idle_ms":([0-9]+).*/\1/')
[ "$gap" -ge 3900 ] && [ "$gap" -le 4800 ] || fail "the gap is $gap ms"
lines_about "$C" reset-after-idle | grep -q '"certain"\|"forged":true' && fail "more is claimed than can be known"

box forget off
further "$C" 5
pair aborts
paused() { [ "$(quiet_ms aborts)" -ge 6000 ]; }
until_true 10 paused
tell caborts quit
expect "$S" reset-after-idle 5 '"confidence":"suspect"' '"unasked":true' '"idle_ms":6'
end_watch
reset=$(path_field "$C" idle_reset_min_ms)
[ "${reset:-0}" -ge 4000 ] && [ "$reset" -le 4900 ] || fail "reset at ${reset:-nothing}"
finish
