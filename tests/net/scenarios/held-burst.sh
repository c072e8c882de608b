#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: outside
# outside families: 4 6
# takes minutes
# A path that holds packets for seconds and lets them go in one burst (live migration, a
# radio, a full buffer). The server asks its idle client again and again meanwhile, and
# sends data again: the client hears many repeats at once, and none of them proves that its
# answers are lost. Then only the client's answers are held.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT" -- keepalive=2,1,30
exchange
box hold
box await s2c held 7
box release
box await quiet 300
exchange
box hold
tell server send 200
box await s2c held 6 # the data, and what is sent again
box release
await client 'received 200'
settled
refuse "$C" suspect
box hold c2s
box await c2s held 8
box release
exchange
expect_no_verdict "$C"
expect_no_verdict "$S"
end_watch
finish
