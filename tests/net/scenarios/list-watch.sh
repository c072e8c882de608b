#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `idlewatch list --watch` on a terminal: refreshes in place, keeps to the terminal's size,
# ends at Ctrl-C; into a pipe that is closed, it ends too.
. "$(dirname "$0")/../lib.sh"

command -v tmux >/dev/null || skip 'no tmux here'
on_tmux() { tmux -f /dev/null -S "$DIR/tmux" "$@"; }
screen() { on_tmux capture-pane -p -t watch; }
shows() { screen | grep -qE -- "$1"; }
shows_not() { ! shows "$1"; }
trap 'on_tmux kill-server; cleanup' EXIT

build_network
start_end server "$S" listen "$S4" 7301 count=40
await server listening
start_end first "$C" connect "$S4" 7301 name=first
await first connected
on_tmux new-session -d -s watch -x 90 -y 12 bash --norc \; set-option status off
on_tmux send-keys -t watch "'$IDLEWATCH' list --watch 1s -D 7301 --assume 100s --sort idle; echo ended \$?" Enter
until_true 20 shows '^PID +COMM' || fail "no table: $(screen)"
shows '^[0-9]+ first +ESTAB +10\.77\.1\.1:[0-9]+ +10\.77\.2\.2:7301 .*no-keepalive +never' ||
	fail "not the connection: $(screen)"
[ "$(screen | grep -c '^PID')" -eq 1 ] || fail 'not in place'

start_end second "$C" connect "$S4" 7301 name=second keepalive=50,5,3
await second connected
until_true 10 shows '^[0-9]+ second .* ok +1m05s' || fail "no second connection: $(screen)"
[ "$(screen | grep -c '^PID')" -eq 1 ] || fail 'not in place any more'
tell first quit
until_true 10 shows_not '^[0-9]+ first' || fail "a connection that is gone: $(screen)"

start_end many "$C" connect "$S4" 7301 count=30 name=many
until_true 20 shows '^\.\.\. and [0-9]+ more$' || fail "more than fits: $(screen)"
[ "$(screen | grep -c many)" -eq 8 ] || fail "not as many as fit: $(screen)"
shows_not '.{91}' || fail "wider than the terminal: $(screen)"
on_tmux resize-window -t watch -x 60 -y 20
until_true 10 eval '[ "$(screen | grep -c many)" -eq 16 ]' || fail "the new size: $(screen)"
on_tmux send-keys -t watch C-c
until_true 10 shows 'ended 0$' || fail "Ctrl-C: $(screen)"

timeout 20 bash -c 'set -o pipefail; "$0" list --watch 1s -D 7301 | head -n 2 >/dev/null' "$IDLEWATCH" ||
	fail "into a pipe that is closed: exit $?"
finish
