// SPDX-License-Identifier: BSD-2-Clause
/* Clocks: what samples say together, and what silences and probes tell. */
#include "check.h"
#include "ends/clock_offset.h"

#define S ((int64_t)NS_PER_S)
#define MS ((int64_t)NS_PER_MS)

TEST(samples_are_intersected)
{
	const struct clock_offset_sample s[] = { { OFFSET_ESTIMATE, 10 * S, 89 * S, 91 * S },
						 { OFFSET_ESTIMATE, 20 * S, 90 * S, 92 * S } };
	struct clock_offset o = clock_offset_combine(s, 2);

	assert_int_equal(o.kind, OFFSET_ESTIMATE);
	assert_int_equal(o.lo_ns, 90 * S);
	assert_int_equal(o.hi_ns, 91 * S);
	assert_false(o.drifts);
	assert_int_equal(clock_offset_combine(s, 0).kind, OFFSET_UNKNOWN);
}

TEST(the_best_kind_counts)
{
	const struct clock_offset_sample s[] = { { OFFSET_BOUNDS, 10 * S, 0, 1 * S },
						 { OFFSET_MEASURED, 20 * S, 90 * S, 90 * S + MS },
						 { OFFSET_ESTIMATE, 20 * S, 50 * S, 52 * S } };
	struct clock_offset o = clock_offset_combine(s, 3);

	assert_int_equal(o.kind, OFFSET_MEASURED);
	assert_int_equal(o.samples, 1);
	assert_int_equal(o.lo_ns, 90 * S);
}

TEST(drift_is_a_line)
{
	/* 100 ppm: 0.36 s in an hour. */
	const struct clock_offset_sample s[] = {
		{ OFFSET_MEASURED, S, 90 * S, 90 * S + MS },
		{ OFFSET_MEASURED, 7201 * S, 90 * S + 720 * MS, 90 * S + 721 * MS },
		{ OFFSET_MEASURED, 3601 * S, 90 * S + 360 * MS, 90 * S + 361 * MS }
	};
	struct clock_offset o = clock_offset_combine(s, 3), back;

	assert_true(o.drifts);
	assert_false(o.contradictory);
	assert_true(o.drift_ppm > 99 && o.drift_ppm < 101);
	back = clock_offset_at(&o, S);
	assert_true(llabs(back.lo_ns - 90 * S) < MS);
	/* No moment is known: as it is. */
	assert_int_equal(clock_offset_at(&o, 0).lo_ns, o.lo_ns);
}

/* A slow round trip at the end: no line passes the middles, but many pass all three. */
TEST(a_wide_sample_bears_a_line)
{
	const struct clock_offset_sample s[] = {
		{ OFFSET_MEASURED, S, 90 * S, 90 * S + MS },
		{ OFFSET_MEASURED, 11 * S, 90 * S + 10 * MS, 90 * S + 11 * MS },
		{ OFFSET_MEASURED, 21 * S, 90 * S + 2 * MS, 90 * S + 22 * MS }
	};
	struct clock_offset o = clock_offset_combine(s, 3);

	assert_true(o.drifts);
	assert_false(o.contradictory);
	assert_true(o.drift_ppm > 900 && o.drift_ppm < 1100);
	assert_true(o.lo_ns >= 90 * S + 18 * MS && o.hi_ns <= 90 * S + 22 * MS);
}

TEST(a_step_is_contradictory)
{
	const struct clock_offset_sample s[] = { { OFFSET_ESTIMATE, 0, -1 * S, 1 * S },
						 { OFFSET_ESTIMATE, 100 * S, -1 * S, 1 * S },
						 { OFFSET_ESTIMATE, 200 * S, 59 * S, 61 * S } };
	struct clock_offset o = clock_offset_combine(s, 3);

	assert_true(o.contradictory);
	assert_int_equal(o.lo_ns, -1 * S);
	assert_int_equal(o.hi_ns, 61 * S);
}

static struct episode silence(enum verdict verdict, enum cause cause, int64_t heard_s,
			      int64_t since_s, int64_t end_s)
{
	struct episode ep = { .heard_ns = heard_s * S,
			      .since_ns = since_s * S,
			      .end_ns = end_s * S };

	ep.last.verdict = verdict;
	ep.last.cause = cause;
	ep.last.ts_ns = end_s * S;
	return ep;
}

TEST(two_idle_silences_share_an_exchange)
{
	struct episode a = silence(VERDICT_PATH_DEAD, CAUSE_IDLE, 100, 7300, 7500);
	struct episode b = silence(VERDICT_PATH_DEAD, CAUSE_IDLE, 190, 3790, 4000);
	struct clock_offset_sample s[2];

	assert_int_equal(clock_offset_of_silence(&a, &b, s), 1);
	assert_int_equal(s[0].kind, OFFSET_ESTIMATE);
	assert_true(s[0].lo_ns <= 90 * S && s[0].hi_ns >= 90 * S);
	assert_true(s[0].hi_ns - s[0].lo_ns <= 2 * S);
}

/* The truth is 90 s; what is known must hold it, and not claim more than it can. */
TEST(an_outage_gives_bounds_only)
{
	struct episode a = silence(VERDICT_PATH_DEAD, CAUSE_OUTAGE, 100, 101, 140);
	struct episode b = silence(VERDICT_PATH_DEAD, CAUSE_OUTAGE, 190, 195, 230);
	struct clock_offset_sample s[2];

	assert_int_equal(clock_offset_of_silence(&a, &b, s), 1);
	assert_int_equal(s[0].kind, OFFSET_BOUNDS);
	assert_true(s[0].lo_ns < 90 * S && s[0].hi_ns > 90 * S);
}

TEST(one_way_gives_bounds_both_ways_round)
{
	struct episode a = silence(VERDICT_PATH_DEAD, CAUSE_IDLE, 100, 110, 130);
	struct episode b = silence(VERDICT_ONE_WAY, CAUSE_OUTAGE, 215, 200, 221);
	struct clock_offset_sample s[2];

	a.last.waited_ms = 5000;
	assert_int_equal(clock_offset_of_silence(&a, &b, s), 1);
	assert_true(s[0].lo_ns <= 90 * S && s[0].hi_ns >= 90 * S);
	assert_int_equal(clock_offset_of_silence(&b, &a, s), 1);
	assert_true(s[0].lo_ns <= -90 * S && s[0].hi_ns >= -90 * S);
}

TEST(what_was_reset_tells_nothing)
{
	struct episode a = silence(VERDICT_PATH_DEAD, CAUSE_IDLE, 100, 110, 130);
	struct episode b = silence(VERDICT_RESET_AFTER_IDLE, CAUSE_IDLE, 190, 200, 201);
	struct clock_offset_sample s[2];

	assert_int_equal(clock_offset_of_silence(&a, &b, s), 0);
}

/* --- probes --- */

static void mark(struct end *end, enum event_type event, int64_t ns)
{
	end->marks[end->n_marks++] = (struct mark){ .event = event, .ts_ns = ns };
}

/* a's probes at these times, each answered after 2 ms, heard by b whose clock is ahead. */
static void probe(struct end *a, struct end *b, int64_t at_ns, int64_t ahead_ns, bool heard)
{
	mark(a, EVENT_PROBE_SENT, at_ns);
	mark(a, EVENT_PROBE_ANSWERED, at_ns + 2 * MS);
	if (heard)
		mark(b, EVENT_PEER_PROBE, at_ns + MS + ahead_ns);
}

TEST(probes_measure_the_clocks)
{
	static const int64_t at[] = { 10, 85, 161, 300 };
	struct mark ma[32], mb[32];
	struct end a = { .marks = ma }, b = { .marks = mb };
	struct clock_offset unknown = {};
	struct clock_offset_sample s[4];
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(at); i++)
		probe(&a, &b, at[i] * S, 90 * S, true);
	n = clock_offset_of_marks(&a, &b, &unknown, s);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s[i].kind, OFFSET_MEASURED);
		assert_int_equal(s[i].lo_ns, 90 * S - MS);
		assert_int_equal(s[i].hi_ns, 90 * S + MS);
	}
	n = clock_offset_of_marks(&b, &a, &unknown, s);
	assert_int_equal(n, 2);
	assert_int_equal(s[0].lo_ns, -90 * S - MS);
}

/* b heard some only: regular probes then fit at several offsets, and none is claimed. */
TEST(regular_probes_are_ambiguous)
{
	struct mark ma[64], mb[64];
	struct end a = { .marks = ma }, b = { .marks = mb };
	struct clock_offset unknown = {},
			    about = { .kind = OFFSET_ESTIMATE, .lo_ns = 89 * S, .hi_ns = 91 * S };
	struct clock_offset_sample s[4];

	for (int i = 0; i < 12; i++)
		probe(&a, &b, (10 + 75 * i) * S, 90 * S, i >= 3 && i < 8);
	assert_int_equal(clock_offset_of_marks(&a, &b, &unknown, s), 0);
	/* Knowing about where to look, they tell. */
	assert_int_equal(clock_offset_of_marks(&a, &b, &about, s), 2);
	assert_int_equal(s[0].lo_ns, 90 * S - MS);
}

TEST(probes_bear_drift)
{
	struct mark ma[64], mb[64];
	struct end a = { .marks = ma }, b = { .marks = mb };
	struct clock_offset unknown = {}, o;
	struct clock_offset_sample s[4];

	for (int i = 0; i < 10; i++)
		probe(&a, &b, (10 + 75 * i + i * i) * S, 90 * S + (10 + 75 * i + i * i) * S / 10000,
		      true);
	assert_int_equal(clock_offset_of_marks(&a, &b, &unknown, s), 2);
	o = clock_offset_combine(s, 2);
	assert_true(o.drifts);
	assert_true(o.drift_ppm > 90 && o.drift_ppm < 110);
}

/* What each end's probes tell is told of the same moments, however far the clocks are apart. */
TEST(probes_of_both_ends_agree_about_the_drift)
{
	struct mark ma[64], mb[64];
	struct end a = { .marks = ma }, b = { .marks = mb };
	struct clock_offset unknown = {}, o;
	struct clock_offset_sample s[4];

	for (int i = 0; i < 5; i++) {
		int64_t at = (10 + 75 * i + i * i) * S, by = 90 * S + at / 1000;

		probe(&a, &b, at, by, true);
		at += 20 * S;
		by = 90 * S + at / 1000;
		probe(&b, &a, at + by, -by, true);
	}
	assert_int_equal(clock_offset_of_marks(&a, &b, &unknown, s), 4);
	o = clock_offset_combine(s, 4);
	assert_false(o.contradictory);
	assert_true(o.drifts);
	assert_true(o.drift_ppm > 950 && o.drift_ppm < 1050);
}
