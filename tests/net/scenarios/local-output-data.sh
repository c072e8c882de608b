#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# The client's own firewall drops the data that it sends.
. "$(dirname "$0")/../lib.sh"

build_network
few_retries
watch
connect_pair "$PORT"
exchange
lose "$C" output "tcp dport $PORT"
tell client send 1000
expect_verdict "$C" local-drop 25 '"drop_reason":"NETFILTER_DROP"'
expect_no_verdict "$S"
end_watch
finish
