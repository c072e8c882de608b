#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# families: 4 6
# boxes: firewall outside
# Resets that are how connections end. A server that has closed its side and forgotten the
# connection resets what its client sends seconds later; a program aborts a connection
# whose other side had been closed seconds before. Neither is a verdict.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

build_network
in_ns "$S" sysctl -qw net.ipv4.tcp_fin_timeout=1
watch
pair closes
pair aborts
tell scloses close
await ccloses eof
tell caborts shutdown
await saborts eof
settled
paused() { [ "$(quiet_ms closes)" -ge 5000 ]; }
until_true 10 paused # the gap is what is tested
tell ccloses send 7
await ccloses 'error (104|32)'
tell saborts quit
await caborts 'error 104'
end_watch
expect_no_verdict "$C"
expect_no_verdict "$S"
finish
