// SPDX-License-Identifier: BSD-2-Clause
/* Suspend: when the host has slept, and by how much ages grow. */
#include "engine/suspend.h"

#include "check.h"

#define S(n) ((n)*NS_PER_S)

/* Both clocks; boot runs on while the host sleeps. */
static struct iw_fact at(uint64_t boot_ns, uint64_t mono_ns)
{
	return (struct iw_fact){ .ts_ns = boot_ns, .mono_ns = mono_ns };
}

static bool note(struct suspends *s, uint64_t boot_ns, uint64_t mono_ns)
{
	struct iw_fact f = at(boot_ns, mono_ns);

	return suspend__note(s, &f);
}

/* How old something is that the kernel calls that old. */
static uint64_t stretched(const struct suspends *s, uint64_t mono_ns, uint64_t ago_ns)
{
	struct iw_fact f = at(mono_ns, mono_ns);

	f.heard_ago_ns = ago_ns;
	return suspend__stretch(s, &f).heard_ago_ns;
}

/* All sleep from before the first fact is no news. */
TEST(the_first_fact_tells_of_no_sleep)
{
	struct suspends s = {};

	assert_false(note(&s, S(9000), S(1000)));
	assert_int_equal(s.n, 0);
	assert_false(note(&s, S(9010), S(1010)));
}

TEST(a_sleep_is_noticed_once)
{
	struct suspends s = {};

	note(&s, S(100), S(100));
	assert_true(note(&s, S(700), S(110)));
	assert_false(note(&s, S(701), S(111)));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last[0].slept_ns, S(590));
	assert_int_equal(s.last[0].mono_ns, S(110));
}

TEST(clocks_that_are_read_apart_are_no_sleep)
{
	struct suspends s = {};

	note(&s, S(100), S(100));
	assert_false(note(&s, S(200) + SLEPT_NS, S(200)));
	/* What has drifted so far is the new difference. */
	assert_false(note(&s, S(300) + 2 * SLEPT_NS, S(300)));
	assert_true(note(&s, S(400) + 3 * SLEPT_NS + 1, S(400)));
}

/* Facts of several CPUs come a little out of order. */
TEST(an_older_fact_takes_nothing_back)
{
	struct suspends s = {};

	note(&s, S(100), S(100));
	assert_true(note(&s, S(700), S(110)));
	assert_false(note(&s, S(109), S(109)));
	assert_false(note(&s, S(702), S(112)));
	assert_int_equal(s.n, 1);
}

/* A recording may hold anything. */
TEST(a_clock_that_is_ahead_of_boot_time_is_no_sleep)
{
	struct suspends s = {};

	assert_false(note(&s, S(100), S(200)));
	assert_false(note(&s, S(101), UINT64_MAX));
	assert_false(note(&s, 0, 0));
	assert_int_equal(s.offset_ns, 0);
}

TEST(only_ages_that_reach_back_to_the_sleep_grow)
{
	struct suspends s = {};

	note(&s, S(100), S(100));
	note(&s, S(700), S(110));
	assert_int_equal(stretched(&s, S(130), S(19)), S(19));
	assert_int_equal(stretched(&s, S(130), S(20)), S(20) + S(590));
	assert_int_equal(stretched(&s, S(130), S(25)), S(25) + S(590));
	note(&s, S(820), S(130));
	assert_int_equal(stretched(&s, S(140), S(10)), S(10) + S(100));
	assert_int_equal(stretched(&s, S(140), S(31)), S(31) + S(690));
}

TEST(every_age_grows)
{
	struct suspends s = {};
	struct iw_fact f = at(S(720), S(130)), awake;

	note(&s, S(100), S(100));
	note(&s, S(700), S(110));
	f.heard_ago_ns = S(21);
	f.flight_ago_ns = S(22);
	f.data_heard_ago_ns = S(23);
	f.data_sent_ago_ns = S(24);
	f.gap_ns = S(25);
	f.cookie = 7;
	awake = suspend__stretch(&s, &f);
	assert_int_equal(awake.heard_ago_ns, S(611));
	assert_int_equal(awake.flight_ago_ns, S(612));
	assert_int_equal(awake.data_heard_ago_ns, S(613));
	assert_int_equal(awake.data_sent_ago_ns, S(614));
	assert_int_equal(awake.gap_ns, S(615));
	assert_int_equal(awake.cookie, 7);
	assert_int_equal(awake.ts_ns, S(720));
}

/* Zero is no gap, however lately the host woke up. */
TEST(no_gap_stays_none)
{
	struct suspends s = {};
	struct iw_fact f = at(S(700), S(110));

	note(&s, S(100), S(100));
	suspend__note(&s, &f);
	assert_int_equal(suspend__stretch(&s, &f).gap_ns, 0);
}

TEST(of_many_sleeps_the_last_are_kept)
{
	struct suspends s = {};
	uint64_t boot_ns = S(1000);

	note(&s, boot_ns, S(1000));
	for (uint64_t i = 1; i <= SLEEPS_MAX + 3; i++) {
		boot_ns += S(10) + S(i);
		assert_true(note(&s, boot_ns, S(1000 + 10 * i)));
	}
	/* 1 + 2 + 3 are forgotten. */
	assert_int_equal(stretched(&s, S(2000), S(2000)),
			 S(2000) + S((SLEEPS_MAX + 3) * (SLEEPS_MAX + 4) / 2 - 6));
}
