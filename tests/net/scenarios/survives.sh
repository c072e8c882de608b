#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4
# boxes: firewall outside
# A connection that idles through a path that forgets nothing, and then talks again:
# not a word about it.
. "$(dirname "$0")/../lib.sh"

build_network
watch
connect_pair 7002
exchange
sleep 9 # the idle time is what is tested
exchange
end_watch
refuse "$C" suspect
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
