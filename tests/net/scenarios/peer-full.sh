#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# A peer that takes nothing for long, but lives: stalled, never dead, and well again when
# it reads.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT" keepalive=2,1,3 -- rcvbuf=4096
exchange
tell server read off
tell client send 1000000
expect_verdict "$C" peer-stalled 40
check_field "$C" peer-stalled probes_unanswered 0
expect_no_verdict "$S"
tell server read on
expect "$C" recovered 20 '"verdict":"peer-stalled"'
end_watch
refuse "$C" path-dead
finish
