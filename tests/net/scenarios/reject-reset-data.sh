#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# The same when data is the first packet after the gap.
. "$(dirname "$0")/../lib.sh"

build_network
further "$S" 8
forgetful_firewall 4 'reject with tcp reset'
watch
connect_pair "$PORT"
exchange
until_forgotten
tell client send 1000
expect_verdict "$C" reset-after-idle/idle 20 '"forged":true' '"confidence":"certain"'
check_field "$C" reset-after-idle trigger data
expect_no_verdict "$S"
end_watch
finish
