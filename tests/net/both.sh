# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For scenarios that read both ends side by side; sourced after lib.sh. One idlewatch sees
# all namespaces of the machine, so its lines are split by namespace, as if each end were a
# host of its own with an idlewatch of its own.

# host_lines NS HOST [SHIFT-S [PPM]]: that end's lines, as a host of this name whose clock is
# SHIFT-S ahead and runs PPM too fast. Another boot follows from another clock.
host_lines() {
	local inode
	inode=$(netns_inode "$1")
	/usr/bin/python3 - "$LINES_FILE" "$inode" "$2" "${3:-0}" "${4:-0}" <<-'END'
		import datetime, json, sys

		path, inode, host, shift, ppm = sys.argv[1:]
		first = None
		for text in open(path, encoding="utf-8"):
		    line = json.loads(text)
		    if line.get("netns", int(inode)) != int(inode):
		        continue
		    line["host"] = host
		    stamp, nanos = line["ts"][:-1].split(".")
		    at = datetime.datetime.fromisoformat(stamp + "+00:00")
		    ns = int(at.timestamp()) * 10**9 + int(nanos)
		    first = first or ns
		    ns += int(float(shift) * 1e9) + int((ns - first) * float(ppm) / 1e6)
		    at = datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc)
		    line["ts"] = at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9:09d}Z"
		    print(json.dumps(line, separators=(",", ":")))
	END
}

# start_capture NAME NS: tcpdump of that end to $DIR/NAME.pcap, from the first packet on.
start_capture() {
	local name=$1 ns=$2
	shift 2
	nsenter --net="/run/netns/$ns" tcpdump -i eth0 -U -n --immediate-mode -Z root -s "${SNAPLEN:-0}" "$@" \
		-w "$DIR/$name.pcap" tcp 2>"$DIR/$name.tcpdump" &
	ENDS["tcpdump_$name"]=$!
	wait_for "$DIR/$name.tcpdump" 'listening on' 10 || fail "tcpdump did not start on $name"
}

# stop_captures: ends them, their files complete.
stop_captures() {
	local end
	for end in "${!ENDS[@]}"; do
		case $end in tcpdump_*)
			kill -INT "${ENDS[$end]}"
			wait "${ENDS[$end]}"
			unset "ENDS[$end]"
			;;
		esac
	done
}

# correlate FILE...: into $DIR/correlated, one JSON object a line; and as text.
correlate() {
	"$IDLEWATCH" correlate -j "$@" >"$DIR/correlated" 2>"$DIR/correlate.err" ||
		fail "correlate ended with $?: $(cat "$DIR/correlate.err")"
	"$IDLEWATCH" correlate "$@" >"$DIR/correlated.txt" 2>/dev/null ||
		fail "correlate as text ended with $?"
}

# told KEY [LINE]: a value of the first, or that, correlated connection, "a.verdict" for nested.
told() {
	/usr/bin/python3 - "$DIR/correlated" "$1" "${2:-1}" <<-'END'
		import json, sys

		path, key, number = sys.argv[1:]
		value = json.loads(open(path, encoding="utf-8").read().splitlines()[int(number) - 1])
		for part in key.split("."):
		    value = value.get(part, "") if isinstance(value, dict) else ""
		print(str(value).lower() if isinstance(value, bool) else value)
	END
}

# check_told KEY VALUE
check_told() {
	local got
	got=$(told "$1")
	[ "$got" = "$2" ] || fail "$1 should be '$2', not '$got': $(cat "$DIR/correlated")"
}

# check_between KEY MIN MAX: a number, bounds included.
check_between() {
	local got
	got=$(told "$1")
	[ -n "$got" ] && [ "$got" -ge "$2" ] && [ "$got" -le "$3" ] ||
		fail "$1 should be in $2..$3, not '$got': $(cat "$DIR/correlated")"
}
