#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The story for a user with CAP_BPF and CAP_PERFMON alone, to whom the kernel shows no
# addresses: probes are seen all the same.
. "$(dirname "$0")/../lib.sh"

few=bpf,perfmon
chmod 777 "$DIR"
cp "$IDLEWATCH" "$DIR/idlewatch"
cat >"$DIR/few" <<-END
	#!/bin/bash
	exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+${few/,/,+} \\
		--ambient-caps=-all,+${few/,/,+} --bounding-set=-all,+${few/,/,+} "\$@"
END
chmod 755 "$DIR/few"
cat >"$DIR/iw" <<-END
	#!/bin/bash
	exec "$DIR/few" "$DIR/idlewatch" "\$@"
END
chmod 755 "$DIR/iw"
IDLEWATCH=$DIR/iw

! "$DIR/few" grep ' tcp_keepalive_timer$' /proc/kallsyms | grep -qv '^0* ' ||
	fail 'the kernel shows addresses'
build_network
forgetful_firewall 4
watch --hook timer
wait_for "$LINES_FILE" 'probes are seen by timer tracepoints' 1 || fail 'another flavour'
connect_pair "$PORT" keepalive=6,1,4 -- keepalive=6,1,4
exchange
expect_verdict "$C" path-dead/idle 20
expect_verdict "$S" path-dead/idle 20
check_field "$C" path-dead probes_sent 3
check_field "$S" path-dead probes_sent 3
check_field "$C" path-dead pid "$(end_pid client)"
verdict_came_first client "$C" path-dead
end_watch
finish
