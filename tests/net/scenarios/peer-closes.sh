#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# Ordinary ends of a connection give no verdict: a close after idleness, and a reset.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair 7005 keepalive=2,1,3
exchange
sleep 4 # idle beyond --idle is what is tested
tell server close
await client eof
tell client close
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
