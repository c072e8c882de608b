#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# Our end has no keepalive and only hears the peer's, of which the kernel's own stamps take
# no note; for longer than --idle and longer than the firewall's patience. Then data.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 5
watch
connect_pair "$PORT" -- keepalive=2,1,3
exchange
sleep 12 # being fed for so long is what is tested
exchange
end_watch
refuse "$C" suspect
refuse "$S" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
