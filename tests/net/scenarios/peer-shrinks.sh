#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# boxes: outside
# A peer that shrinks its window to nothing with data in flight: what is sent again asks for
# a window, and is answered. It lives, which nothing told of before: the kernel does not count
# such retransmissions.
. "$(dirname "$0")/../lib.sh"

in_flight() { in_ns "$C" ss -tinH | grep -q 'unacked:'; }

build_network
in_ns "$S" sysctl -qw net.ipv4.tcp_shrink_window=1 2>/dev/null || skip 'no tcp_shrink_window here'
box delay 40
watch
connect_pair "$PORT"
exchange
tell client send 30000
box await quiet 300
tell server read off
# Data is under way when the server's buffer becomes small, and has no room for it.
box hold s2c
tell client send 60000
until_true 10 in_flight || fail "the client did not send"
box await s2c held 5
tell server rcvbuf 2000
box release s2c
expect_verdict "$C" peer-stalled 40 '"trigger":"retransmission"'
refuse "$C" suspect
end_watch
finish
