#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A process whose name is a terminal escape, a quote, a newline and half a character.
. "$(dirname "$0")/../lib.sh"

build_network
forgetful_firewall 4
watch -o "$DIR/file"
start_text
connect_pair 7010 keepalive=6,1,3 name=$'\e[31m"\n\\\xc3'
exchange
expect_verdict "$C" path-dead/idle 20
wait_for "$DIR/text" ' path-dead .*10\.77\.1\.1:' 10 || fail "no verdict in text"
! LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f-\xff]' "$DIR/text" || fail "raw bytes in text"
grep -qF '\x1b[31m"\x0a\x5c\xc3' "$DIR/text" || fail "the name is not escaped: $(cat "$DIR/text")"
cmp -s <(iconv -f utf-8 -t utf-8 "$LINES_FILE") "$LINES_FILE" || fail "JSON is not UTF-8"
grep -qF '\u001B[31m\"\n\\�' "$LINES_FILE" || fail "the name is not in JSON"
end_watch
finish
