// SPDX-License-Identifier: BSD-2-Clause
/* What would have kept a connection alive, in numbers and in words. */
#include "output/advice.h"
#include "events.h"
#include "output/path_tolerance.h"

static struct bracket bracket(uint64_t survived_ms, uint64_t died_ms)
{
	struct bracket b = {};

	if (survived_ms)
		b.of[GAP_SURVIVED] = (struct gaps){ .gap_ns = survived_ms * NS_PER_MS, .times = 1 };
	if (died_ms)
		b.of[GAP_DIED] = (struct gaps){ .gap_ns = died_ms * NS_PER_MS, .times = 1 };
	return b;
}

static uint32_t advised(uint64_t survived_ms, uint64_t died_ms)
{
	struct bracket b = bracket(survived_ms, died_ms);

	return advised_keepalive_s(&b);
}

TEST(a_setting_is_safe_by_what_survived)
{
	assert_int_equal(advised(4200, 8000), 3);
	assert_int_equal(advised(3482 * 1000, 7200 * 1000), 3095);
	assert_int_equal(advised(9000, 10000), 8);
	assert_int_equal(advised(90 * 1000, 100 * 1000), 80);
}

TEST(where_none_survived_it_is_below_half)
{
	assert_int_equal(advised(0, 8000), 3);
	assert_int_equal(advised(0, 7200 * 1000), 3200);
	/* The same where gaps contradict: a survived one is no promise any more. */
	assert_int_equal(advised(9000, 8000), 3);
}

TEST(where_nothing_was_fatal_or_nothing_fits_there_is_none)
{
	assert_int_equal(advised(0, 0), 0);
	assert_int_equal(advised(60000, 0), 0);
	assert_int_equal(advised(0, 3900), 0);
	assert_int_equal(advised(0, 4000), 1);
	assert_int_equal(advised(1500, 9000), 0);
}

TEST(it_is_one_that_the_kernel_takes)
{
	assert_int_equal(advised(400000ULL * 1000, 432001ULL * 1000), 32767);
}

/* However late the kernel's timer, by an eighth or by a second, the gap is one survived. */
TEST(a_late_timer_stays_within_the_margin)
{
	uint64_t seed = 7;

	for (int i = 0; i < 100000; i++) {
		uint64_t safe_ms = next_random(&seed) % 100000000;
		uint64_t s = advised(safe_ms, safe_ms + 1 + next_random(&seed) % 100000);

		if (!safe_ms)
			continue;
		assert_true(!s || s * 1000 + MAX(s * 125, 1000U) <= safe_ms);
		/* And no smaller than that demands. */
		s++;
		assert_true(s > 32767 || s * 1000 + MAX(s * 125, 1000U) > safe_ms - 1);
	}
}

/* A path-dead after eight seconds, on a path that let gaps of 4.2 s pass. */
static void sample_death(struct sample *s)
{
	sample_silence(s, EVENT_VERDICT);
	s->path = bracket(4200, 8050);
	s->ev.idle_ns = 8040 * NS_PER_MS;
	s->fact.survived_ns = 0;
	s->fact.keepalive_time_ms = 8000;
	set_comm(s, "nc");
}

static const char *advice(const struct sample *s)
{
	static char text[ADVICE_LEN];

	if (!advice_text(&s->ev, text, sizeof(text)))
		assert_string_equal(text, "");
	return text;
}

TEST(what_was_missing_is_named)
{
	struct sample s;

	sample_death(&s);
	assert_string_equal(
		advice(&s),
		"keepalive was on, after 8.0s, too late for this path; set SO_KEEPALIVE with "
		"TCP_KEEPIDLE 3, or on this host net.ipv4.tcp_keepalive_time=3, which helps only "
		"sockets that have SO_KEEPALIVE on; gaps of 4.2s are known to pass");
	s.fact.flags = 0;
	assert_int_equal(strncmp(advice(&s), "keepalive was off; set ", 23), 0);
	/* Turned down while the gap was there already. */
	s.fact.flags = IW_F_KEEPALIVE_ON;
	s.fact.keepalive_time_ms = 2000;
	assert_lacks(advice(&s), "too late");
}

TEST(programs_are_told_of_their_own_setting)
{
	struct sample s;

	sample_death(&s);
	set_comm(&s, "ssh");
	assert_contains(advice(&s), "set ServerAliveInterval 3 in ssh_config, or SO_KEEPALIVE");
	set_comm(&s, "sshd");
	assert_contains(advice(&s), "set ClientAliveInterval 3 in sshd_config, or ");
	set_comm(&s, "sshd-session");
	assert_contains(advice(&s), "set ClientAliveInterval 3 in sshd_config, or ");
	set_comm(&s, "postgres");
	assert_contains(advice(&s), "tcp_keepalives_idle = 3 in postgresql.conf");
	set_comm(&s, "sshfoo");
	assert_lacks(advice(&s), "AliveInterval");
	s.ev.n_owners = 0;
	assert_contains(advice(&s), "; set SO_KEEPALIVE");
}

TEST(how_sure_it_is_is_said)
{
	struct sample s;

	sample_death(&s);
	s.path = bracket(0, 8050);
	assert_contains(advice(&s), "no gap is known yet that the path let pass");
	s.path = bracket(4200, 80000);
	assert_contains(advice(&s), "a longer setting may do, below 1m20s");
	s.path = bracket(0, 3000);
	assert_contains(advice(&s), "gaps of 3.0s are fatal: no keepalive in whole seconds");
	s.path = bracket(6000, 5000);
	assert_contains(advice(&s), "longer ones were survived at other times");
}

TEST(an_outage_is_not_blamed_on_idleness)
{
	struct sample s;

	sample_death(&s);
	s.ev.cause = CAUSE_OUTAGE;
	s.ev.together = 0;
	s.ev.idle_ns = 4010 * NS_PER_MS;
	s.fact.keepalive_time_ms = 4000;
	s.fact.survived_ns = 3990 * NS_PER_MS;
	assert_string_equal(advice(&s),
			    "not an idle time-out: keepalive was on, after 4.0s, and this "
			    "connection had come back from gaps of 3.9s before, and died at 4.0s; "
			    "no keepalive setting would have helped");
	s.fact.flags = 0;
	s.fact.survived_ns = 0;
	s.ev.idle_ns = 200 * NS_PER_MS;
	assert_string_equal(advice(&s),
			    "not an idle time-out: the path went silent 200ms after the last "
			    "packet; no keepalive setting would have helped");
}

TEST(a_path_that_lets_longer_gaps_pass_is_acquitted)
{
	struct sample s;

	sample_death(&s);
	s.ev.cause = CAUSE_OUTAGE;
	s.ev.together = 0;
	s.ev.path_tolerates = true;
	s.path = bracket(8000, 0);
	s.ev.idle_ns = 4010 * NS_PER_MS;
	s.fact.flags = 0;
	s.fact.survived_ns = 0;
	assert_string_equal(advice(&s),
			    "not an idle time-out: this path let gaps of 8.0s pass, and this one "
			    "was 4.0s; no keepalive setting would have helped");
}

/* It may be a time-out all the same: nothing is said of keepalives. */
TEST(silences_that_began_together_are_told_of)
{
	struct sample s;

	sample_death(&s);
	s.ev.cause = CAUSE_OUTAGE;
	assert_string_equal(advice(&s),
			    "taken for an outage, not for an idle time-out: 2 other silences began "
			    "with this one, and not after the same gap");
	s.ev.together = 1;
	assert_contains(advice(&s), "1 other silence began");
}

TEST(what_was_outvoted_is_said)
{
	struct bracket b = bracket(9000, 6000);
	char text[TOLERANCE_LEN];

	tolerance_outvoted(&b, 0, text, sizeof(text));
	assert_string_equal(text, "");
	b.of[GAP_DIED].against = OUTVOTES;
	b.of[GAP_DIED].last_ns = -(int64_t)HOUR_NS;
	tolerance_outvoted(&b, 0, text, sizeof(text));
	assert_string_equal(text, "died at 6.0s (1x, last 1h00m00s ago), outvoted 3x since");
	tolerance_text(&b, 0, text, sizeof(text));
	assert_string_equal(text, "path let gaps of 9.0s pass");
}

TEST(a_keepalive_early_enough_is_acquitted)
{
	struct sample s;

	sample_death(&s);
	s.path = bracket(13000, 4020);
	s.ev.idle_ns = 4010 * NS_PER_MS;
	s.fact.keepalive_time_ms = 4000;
	assert_contains(advice(&s), "keepalive was on, after 4.0s, early enough: this path let "
				    "gaps of 13.0s pass, and this one was 4.0s: not an idle "
				    "time-out, unless");
	s.fact.keepalive_time_ms = 7200000; /* it was data that met the silence */
	assert_lacks(advice(&s), "early enough");
	assert_contains(advice(&s), "not an idle time-out");
}

TEST(lengths_that_vanish_are_not_cured_by_keepalives)
{
	struct sample s;

	sample_death(&s);
	s.ev.verdict = VERDICT_MTU_BLACK_HOLE;
	assert_contains(advice(&s), "fragmentation needed");
	assert_contains(advice(&s), "clamp the MSS");
	assert_contains(advice(&s), "net.ipv4.tcp_mtu_probing=1");
	assert_lacks(advice(&s), "SO_KEEPALIVE");
}

TEST(other_lines_carry_none)
{
	struct sample s;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		sample_event(&s, t);
		if (t != EVENT_VERDICT)
			assert_string_equal(advice(&s), "");
	}
	for (enum verdict v = 0; v < VERDICT_MAX; v++) {
		sample_death(&s);
		s.ev.verdict = v;
		assert_int_equal(advice(&s)[0] != '\0', v == VERDICT_PATH_DEAD ||
								v == VERDICT_RESET_AFTER_IDLE ||
								v == VERDICT_MTU_BLACK_HOLE);
	}
	sample_death(&s);
	s.ev.path = NULL;
	assert_string_equal(advice(&s), "");
}

static const char *tolerance(struct bracket b)
{
	static char text[TOLERANCE_LEN];

	tolerance_text(&b, 0, text, sizeof(text));
	return text;
}

TEST(brackets_are_rounded_outwards)
{
	struct bracket b = bracket(4299, 8001);

	assert_string_equal(tolerance(b), "path forgets after 4.2s..8.1s");
	assert_string_equal(tolerance(bracket(0, 8001)), "path forgets after at most 8.1s");
	assert_string_equal(tolerance(bracket(4299, 0)), "path let gaps of 4.2s pass");
	assert_string_equal(tolerance(bracket(0, 0)), "");
	assert_string_equal(tolerance(bracket(0, 59950)), "path forgets after at most 1m00s");
	assert_string_equal(tolerance(bracket(0, 86400001)), "path forgets after at most 1d01h");
	b.of[GAP_DIED].gap_ns++;
	assert_int_equal(tolerance_ms(&b, GAP_DIED), 8002);
	b.of[GAP_SURVIVED].gap_ns++;
	assert_int_equal(tolerance_ms(&b, GAP_SURVIVED), 4299);
	b = bracket(4000, 9000);
	b.of[GAP_RESET] = (struct gaps){ .gap_ns = 6 * NS_PER_S, .times = 1 };
	assert_string_equal(tolerance(b), "path resets after 4.0s..6.0s");
}

TEST(contradictions_are_shown)
{
	struct bracket b = bracket(9000, 6000);

	b.of[GAP_SURVIVED].times = 3;
	b.of[GAP_SURVIVED].last_ns = -(int64_t)(90 * NS_PER_S);
	b.of[GAP_DIED].times = 2;
	assert_string_equal(tolerance(b),
			    "survived 9.0s (3x, last 1m30s ago), died at 6.0s (2x, last 0ms ago): "
			    "these contradict: the time-out has changed, or more than one path "
			    "leads there");
}
