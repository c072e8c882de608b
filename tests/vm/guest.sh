#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# In the guest: guest.sh supported|refused SCENARIO... runs the scenarios once with each
# way of seeing probes, or checks that an old kernel is refused with a sentence.
set -u
expected=$1
shift

export IDLEWATCH=$PWD/build/idlewatch TCPEND=$PWD/build/tcpend JOBS=3 FAMILIES=4 START_SECONDS=120
if [ "$expected" = refused ]; then
	"$IDLEWATCH" -d 1 >/tmp/out 2>&1
	status=$?
	if [ $status -eq 4 ]; then echo 'ok refused'; else echo "not ok refused (exit $status)"; fi
	sed 's/^/  /' /tmp/out
else
	for hook in fexit kprobe timer; do
		IW_ARGS="--hook $hook" bash tests/net/run.sh "$@" 2>&1 |
			sed -E "s/^(ok|not ok|skip) /&$hook /" | grep -E '^(ok|not ok|skip|  )'
	done
fi
echo 'guest: done'
