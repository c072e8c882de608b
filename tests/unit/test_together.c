// SPDX-License-Identifier: BSD-2-Clause
/* Silences that begin together, and those that only happen to. */
#include "engine/together.h"

#include <netinet/in.h>

#include "check.h"
#include "engine/paths.h"

#define S(n) ((n)*NS_PER_S)

static struct path_key keys[256];

static const struct path_key *path(uint8_t last)
{
	keys[last] = (struct path_key){ .local = { 10, 2, 2, 2 },
					.peer = { 10, 1, 1, last },
					.netns = 1,
					.family = AF_INET,
					.prefix = 32 };
	return &keys[last];
}

static struct beginning of(uint8_t last, uint64_t since_ns, uint64_t gap_ns)
{
	return (struct beginning){ .path = path(last), .since_ns = since_ns, .gap_ns = gap_ns };
}

static bool note(struct together *t, struct beginning b)
{
	return together__note(t, &b);
}

static unsigned int others(const struct together *t, struct beginning b)
{
	return together__others(t, &b);
}

TEST(two_of_one_path_after_different_gaps_began_together)
{
	struct together *t = together__new();

	assert_false(note(t, of(1, S(100), S(4))));
	assert_int_equal(others(t, of(1, S(100), S(4))), 0);
	assert_true(note(t, of(1, S(103), S(60))));
	assert_int_equal(others(t, of(1, S(100), S(4))), 1);
	assert_int_equal(others(t, of(1, S(103), S(60))), 1);
	/* That is known by now. */
	assert_false(note(t, of(1, S(103), S(70))));
	assert_int_equal(others(t, of(1, S(103), S(70))), 2);
	together__free(t);
}

TEST(like_gaps_are_how_a_time_out_looks)
{
	struct together *t = together__new();

	for (unsigned int i = 0; i < 50; i++)
		assert_false(note(t, of(1, S(100), S(100) + i * S(10) / 50)));
	assert_int_equal(others(t, of(1, S(100), S(100))), 0);
	together__free(t);
}

TEST(ten_seconds_apart_is_not_together)
{
	struct together *t = together__new();

	note(t, of(1, S(100), S(4)));
	assert_false(note(t, of(1, S(110), S(60))));
	assert_int_equal(others(t, of(1, S(110), S(60))), 0);
	together__free(t);
}

TEST(of_several_paths_it_takes_three)
{
	struct together *t = together__new();

	note(t, of(1, S(100), S(4)));
	assert_false(note(t, of(2, S(100), S(60))));
	assert_int_equal(others(t, of(2, S(100), S(60))), 0);
	assert_true(note(t, of(3, S(101), S(20))));
	assert_int_equal(others(t, of(1, S(100), S(4))), 2);
	together__free(t);
}

TEST(other_namespaces_are_other_networks)
{
	struct together *t = together__new();
	struct beginning b = of(1, S(100), S(60));
	struct path_key elsewhere = *b.path;

	note(t, of(1, S(100), S(4)));
	note(t, of(2, S(100), S(4)));
	elsewhere.netns = 2;
	b.path = &elsewhere;
	assert_false(together__note(t, &b));
	assert_int_equal(together__others(t, &b), 0);
	together__free(t);
}

/* A busy host loses idle connections all the time: that two begin together is chance. */
TEST(where_silences_begin_all_the_time_few_are_no_outage)
{
	struct together *t = together__new();
	unsigned int news = 0;

	for (unsigned int i = 0; i < 200; i++)
		news += note(t, of(1, S(1000 + 2 * i), S(400 + 37 * (i % 11))));
	assert_true(news < 45); /* the first ones, and those of the minute after */
	assert_int_equal(others(t, of(1, S(1398), S(400 + 37 * (199 % 11)))), 0);
	/* Forty at once are an outage all the same. */
	for (unsigned int i = 0; i < 40; i++)
		note(t, of(1, S(1399), S(400 + 3 * i)));
	assert_true(others(t, of(1, S(1399), S(400))) >= 39);
	together__free(t);
}

/* What falls silent later in an outage does so because of it. */
TEST(the_minute_after_a_beginning_is_part_of_it)
{
	struct together *t = together__new();

	note(t, of(1, S(100), S(4)));
	note(t, of(1, S(101), S(60)));
	note(t, of(1, S(130), S(20)));
	assert_true(note(t, of(1, S(131), S(90))));
	together__free(t);
}

TEST(one_that_is_forgotten_does_not_count)
{
	struct together *t = together__new();
	struct beginning b = of(1, S(100), S(4));

	note(t, b);
	together__forget(t, &b);
	together__forget(t, &b); /* of those there are none left */
	assert_false(note(t, of(1, S(101), S(60))));
	assert_int_equal(others(t, of(1, S(101), S(60))), 0);
	together__free(t);
}

TEST(hundreds_of_thousands_stay_bounded)
{
	struct together *t = together__new();

	for (unsigned int i = 0; i < 300000; i++)
		note(t, of((uint8_t)i, S(i), S(4)));
	assert_false(note(t, of(1, S(5), S(60)))); /* long forgotten */
	note(t, of(1, S(400000), S(4)));
	assert_true(note(t, of(1, S(400001), S(60))));
	together__free(t);
}
