# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# For scenarios about what a path tolerates. After lib.sh.

STATE=$DIR/state.db
declare -A TALKED=()

# pair NAME CLIENT-OPTION...: ends named cNAME and sNAME, on a port of their own, which
# have said something to each other.
pair() {
	local name=$1 port=$((PORT++))
	shift
	start_end "s$name" "$S" listen "$(server_address)" "$port"
	await "s$name" listening
	start_end "c$name" "$C" connect "$(server_address)" "$port" "$@"
	await "c$name" connected
	await "s$name" connected
	talk "$name"
}

# talk NAME: a little both ways, so that a round trip is known.
talk() {
	tell "c$1" send 100
	await "s$1" "received 100"
	tell "s$1" send 50
	await "c$1" "received 50"
	TALKED[$1]=${EPOCHREALTIME/./}
}

# quiet_ms NAME: since then; up to 0.2 s less than it is, as await() looks now and then.
quiet_ms() { echo $(((${EPOCHREALTIME/./} - TALKED[$1]) / 1000)); }

# path NS: the line of `idlewatch paths -j` about the paths of that namespace, as last saved.
path() { "$IDLEWATCH" paths -j --state "$STATE" 2>/dev/null | grep -F -- "\"netns\":$(netns_inode "$1"),"; }

path_field() { # NS KEY
	path "$1" | sed -nE "s/.*\"$2\":\"?([^\",}]*).*/\1/p"
}

# check_bracket NS TRUE-MS SURVIVED-STEP-MS FATAL-STEP-MS: both sides are where the
# traffic's steps put them, and the true value lies between. What was survived may be
# told up to 0.4 s too short (an ACK that may have been late, a jiffy; a tenth where a
# longer one came later); what was fatal, up to 0.8 s too long (a
# timer that was late on a busy machine). Steps are measured to 0.2 s; what was
# survived may be longer than its step for the same reason, but never than the truth.
check_bracket() {
	local survived died
	survived=$(path_field "$1" idle_survived_max_ms)
	died=$(path_field "$1" idle_died_min_ms)
	echo "$SCENARIO: true value $2 ms, bracket ${survived:-none}..${died:-none} ms"
	[ "${survived:-0}" -le "$2" ] && [ "${died:-0}" -ge "$2" ] ||
		fail "bracket ${survived:-none}..${died:-none} does not contain $2 ms"
	[ "${survived:-0}" -ge $(($3 * 9 / 10 - 400)) ] && [ "${survived:-0}" -le $(($3 + 800)) ] ||
		fail "survived ${survived:-nothing}, where gaps of $3 ms passed"
	[ "${died:-0}" -ge "$4" ] && [ "${died:-0}" -le $(($4 + 800)) ] ||
		fail "died at ${died:-nothing}, where gaps of $4 ms were fatal"
}

# bracket_by_keepalive TRUE-S SECONDS...: a firewall that forgets after TRUE-S, and keepalives
# after so many seconds, of which only the last is too late: the bracket is between the last
# two.
bracket_by_keepalive() {
	local true_s=$1 time passed
	shift
	passed=${*: -2:1}
	build_network
	forgetful_firewall "$true_s"
	watch --state "$STATE"
	for time; do
		pair "$time" keepalive="$time,1,4"
	done
	expect_verdict "$C" path-dead/idle 30
	check_field "$C" path-dead keepalive_time_s "$time"
	check_field "$C" path-dead idle_died_times 1
	check_field "$C" path-dead idle_contradicts false
	expect "$C" closed 15
	end_watch
	check_bracket "$C" $((true_s * 1000)) $((passed * 1000)) $((time * 1000))
	[ "$(lines_about "$C" path-dead | wc -l)" -eq 1 ] || fail "more than one died"
	finish
}
