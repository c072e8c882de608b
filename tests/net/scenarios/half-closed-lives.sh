#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# FIN_WAIT2 and CLOSE_WAIT with answered keepalives for long, and data against the FIN.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair "$PORT" keepalive=2,1,4 -- keepalive=2,1,4
exchange
tell client shutdown
await server eof
sleep 10 # several keepalives each way: that nothing is said is what is tested
tell server send 500
await client 'received 500'
end_watch
refuse "$C" suspect
refuse "$S" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
