// SPDX-License-Identifier: BSD-2-Clause
/* Brackets: of one path, of a group, of too many. */
#include "facts.h"
#include "engine/paths.h"

#define S(n) ((n)*NS_PER_S)

static struct path_key key4(uint8_t last)
{
	return (struct path_key){ .local = { 10, 2, 2, 2 },
				  .peer = { 10, 1, 1, last },
				  .netns = HOST_NETNS,
				  .family = AF_INET,
				  .prefix = 32 };
}

static struct paths *new_paths(unsigned int prefix4, size_t max)
{
	struct paths *p = NULL;

	assert_int_equal(paths__new(prefix4, 0, max, &p), 0);
	return p;
}

static struct bracket of(const struct paths *p, struct path_key key)
{
	struct bracket b;

	paths__find(p, &key, &b);
	return b;
}

static void note(struct paths *p, struct path_key key, enum gap_kind kind, uint64_t gap_ns,
		 int64_t when_ns)
{
	paths__note(p, &key, kind, gap_ns, when_ns);
}

struct listed {
	size_t n;
	struct path last;
};

static void list(const struct path *path, void *ctx)
{
	struct listed *l = ctx;

	l->n++;
	l->last = *path;
}

TEST(nothing_is_known_of_a_new_path)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(1);
	struct bracket b;

	assert_false(paths__find(p, &key, &b));
	assert_int_equal(bracket_fatal_ns(&b), 0);
	assert_false(bracket_contradicts(&b));
	assert_int_equal(paths__count(p), 0);
	paths__free(p);
}

TEST(longest_survived_and_shortest_fatal_are_kept)
{
	struct paths *p = new_paths(0, 8);
	struct bracket b;

	note(p, key4(1), GAP_SURVIVED, S(4), 1);
	note(p, key4(1), GAP_SURVIVED, S(6), 2);
	note(p, key4(1), GAP_SURVIVED, S(3), 3);
	note(p, key4(1), GAP_DIED, S(12), 4);
	note(p, key4(1), GAP_DIED, S(9), 5);
	note(p, key4(1), GAP_DIED, S(20), 6);
	note(p, key4(1), GAP_RESET, S(30), 7);
	b = of(p, key4(1));
	assert_int_equal(b.of[GAP_SURVIVED].gap_ns, S(6));
	assert_int_equal(b.of[GAP_SURVIVED].times, 1);
	assert_int_equal(b.of[GAP_SURVIVED].last_ns, 2);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(9));
	assert_int_equal(b.of[GAP_DIED].last_ns, 5);
	assert_int_equal(b.of[GAP_RESET].gap_ns, S(30));
	assert_int_equal(bracket_fatal_ns(&b), S(9));
	paths__free(p);
}

TEST(gaps_within_a_tenth_are_counted_together)
{
	struct paths *p = new_paths(0, 8);
	struct bracket b;

	note(p, key4(1), GAP_SURVIVED, S(100), 1);
	note(p, key4(1), GAP_SURVIVED, S(91), 5);
	note(p, key4(1), GAP_SURVIVED, S(89), 9);
	note(p, key4(1), GAP_SURVIVED, S(101), 3);
	note(p, key4(1), GAP_DIED, S(100), 1);
	note(p, key4(1), GAP_DIED, S(109), 7);
	note(p, key4(1), GAP_DIED, S(111), 9);
	b = of(p, key4(1));
	assert_int_equal(b.of[GAP_SURVIVED].gap_ns, S(101));
	assert_int_equal(b.of[GAP_SURVIVED].times, 3);
	assert_int_equal(b.of[GAP_SURVIVED].last_ns, 5);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(100));
	assert_int_equal(b.of[GAP_DIED].times, 2);
	assert_int_equal(b.of[GAP_DIED].last_ns, 7);
	paths__free(p);
}

TEST(contradictions_are_kept)
{
	struct paths *p = new_paths(0, 8);
	struct bracket b;

	note(p, key4(1), GAP_SURVIVED, S(9), 1);
	note(p, key4(1), GAP_DIED, S(10), 2);
	b = of(p, key4(1));
	assert_false(bracket_contradicts(&b));
	note(p, key4(1), GAP_DIED, S(6), 3);
	b = of(p, key4(1));
	assert_true(bracket_contradicts(&b));
	assert_int_equal(b.of[GAP_SURVIVED].gap_ns, S(9));
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(6));
	paths__free(p);
}

TEST(a_death_taken_back_leaves_nothing)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(1);
	struct bracket b;

	note(p, key, GAP_DIED, S(20), 1);
	paths__note_death(p, &key, S(9), 2);
	paths__note_death(p, &key, S(7), 3);
	b = of(p, key);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(7));
	paths__take_back(p, &key, S(7), 3);
	paths__take_back(p, &key, S(7), 4); /* no such death */
	b = of(p, key);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(9));
	paths__take_back(p, &key, S(9), 2);
	b = of(p, key);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(20));
	assert_int_equal(b.of[GAP_DIED].times, 1);
	paths__free(p);
}

TEST(of_many_deaths_at_once_none_is_lost)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(1);
	struct bracket b;

	for (unsigned int i = 0; i < 100; i++)
		paths__note_death(p, &key, S(100 - i), i);
	b = of(p, key);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(1));
	for (unsigned int i = 50; i < 100; i++)
		paths__take_back(p, &key, S(100 - i), i);
	for (unsigned int i = 50; i-- > 0;) {
		paths__take_back(p, &key, S(100 - i), i);
		note(p, key, GAP_DIED, S(100 - i), i);
	}
	b = of(p, key);
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(51));
	assert_int_equal(b.of[GAP_DIED].times, 6); /* 51 to 56 s are within a tenth */
	paths__free(p);
}

/* --- what is contradicted, and what is old --- */

#define DAY_S 86400

TEST(a_fatal_gap_is_outvoted_by_longer_ones_survived_later)
{
	struct paths *p = new_paths(0, 8);

	note(p, key4(1), GAP_SURVIVED, S(8), S(10)); /* before it: may have changed since */
	note(p, key4(1), GAP_DIED, S(6), S(20));
	note(p, key4(1), GAP_RESET, S(30), S(20));
	note(p, key4(1), GAP_SURVIVED, S(5), S(30)); /* shorter: says nothing */
	note(p, key4(1), GAP_SURVIVED, S(8), S(40));
	note(p, key4(1), GAP_SURVIVED, S(8), S(50));
	assert_int_equal(of(p, key4(1)).of[GAP_DIED].gap_ns, S(6));
	note(p, key4(1), GAP_SURVIVED, S(8), S(60));
	assert_int_equal(of(p, key4(1)).of[GAP_DIED].times, 0);
	assert_int_equal(of(p, key4(1)).of[GAP_RESET].gap_ns, S(30));
	paths__free(p);
}

/* It is kept and shown, and stands again when it is seen again. */
TEST(what_was_outvoted_stands_again_when_seen_again)
{
	struct paths *p = new_paths(0, 8);
	struct listed l = {};
	struct bracket b;

	note(p, key4(1), GAP_DIED, S(6), S(20));
	for (unsigned int at = 30; at < 80; at += 10)
		note(p, key4(1), GAP_SURVIVED, S(8), (int64_t)S(at));
	paths__each(p, list, &l);
	assert_int_equal(l.last.bracket.of[GAP_DIED].times, 1);
	assert_int_equal(l.last.bracket.of[GAP_DIED].against, 5);
	assert_int_equal(bracket_fatal_ns(&l.last.bracket), 0);
	assert_false(bracket_contradicts(&l.last.bracket));
	note(p, key4(1), GAP_DIED, S(6), S(90));
	b = of(p, key4(1));
	assert_int_equal(b.of[GAP_DIED].times, 2);
	assert_int_equal(b.of[GAP_DIED].against, 0);
	assert_true(bracket_contradicts(&b));
	paths__free(p);
}

TEST(one_outvoted_makes_room_for_a_longer_one)
{
	struct paths *p = new_paths(0, 8);
	struct bracket b;

	note(p, key4(1), GAP_DIED, S(6), S(20));
	for (unsigned int at = 30; at < 60; at += 10)
		note(p, key4(1), GAP_SURVIVED, S(8), (int64_t)S(at));
	note(p, key4(1), GAP_DIED, S(20), S(90));
	b = of(p, key4(1));
	assert_int_equal(bracket_fatal_ns(&b), S(20));
	assert_int_equal(b.of[GAP_DIED].times, 1);
	paths__free(p);
}

TEST(an_old_fatal_gap_is_outvoted_by_the_first)
{
	struct paths *p = new_paths(0, 8);

	note(p, key4(1), GAP_DIED, S(6), S(20));
	note(p, key4(1), GAP_SURVIVED, S(8), S(8 * DAY_S));
	assert_int_equal(of(p, key4(1)).of[GAP_DIED].times, 0);
	paths__free(p);
}

TEST(what_was_survived_is_outvoted_too)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(1);

	note(p, key, GAP_SURVIVED, S(60), S(100));
	paths__doubt(p, &key, S(70), S(200)); /* longer: no contradiction */
	for (unsigned int at = 200; at <= 300; at += 100)
		paths__doubt(p, &key, S(30), (int64_t)S(at));
	assert_int_equal(paths__tolerated_ns(p, &key, S(300)), S(60));
	paths__doubt(p, &key, S(30), S(400));
	assert_int_equal(paths__tolerated_ns(p, &key, S(400)), 0);
	assert_int_equal(of(p, key).of[GAP_SURVIVED].times, 0);
	note(p, key, GAP_SURVIVED, S(60), S(500));
	assert_int_equal(paths__tolerated_ns(p, &key, S(500)), S(60));
	paths__free(p);
}

TEST(what_was_survived_long_ago_is_no_measure)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(1);

	note(p, key, GAP_SURVIVED, S(60), S(100));
	assert_int_equal(paths__tolerated_ns(p, &key, S(6 * DAY_S)), S(60));
	assert_int_equal(paths__tolerated_ns(p, &key, S(8 * DAY_S)), 0);
	assert_int_equal(of(p, key).of[GAP_SURVIVED].gap_ns, S(60));
	paths__free(p);
}

TEST(votes_of_a_peer_count_in_its_group)
{
	struct paths *p = new_paths(24, 16);

	note(p, key4(1), GAP_DIED, S(6), S(20));
	for (uint8_t i = 2; i < 5; i++)
		note(p, key4(i), GAP_SURVIVED, S(8), S(20 + i));
	assert_int_equal(of(p, key4(1)).of[GAP_DIED].times, 0);
	paths__free(p);
}

TEST(paths_differ_by_each_part_of_their_key)
{
	struct path_key keys[4] = { key4(1), key4(1), key4(1), key4(1) };
	struct paths *p = new_paths(0, 8);

	keys[1].local[3]++;
	keys[2].peer[3]++;
	keys[3].netns++;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		note(p, keys[i], GAP_SURVIVED, S(i + 4), 1);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(of(p, keys[i]).of[GAP_SURVIVED].gap_ns, S(i + 4));
	paths__free(p);
}

TEST(peers_of_a_prefix_are_one_but_kept_apart)
{
	struct paths *p = new_paths(24, 16);
	struct path_key a = key4(1), b = key4(200), other = key4(1);
	struct listed shown = {}, kept = {};

	other.peer[2]++;
	note(p, a, GAP_SURVIVED, S(4), 1);
	paths__note_death(p, &b, S(9), 2);
	note(p, other, GAP_SURVIVED, S(50), 3);
	assert_int_equal(of(p, a).of[GAP_DIED].gap_ns, S(9));
	assert_int_equal(of(p, b).of[GAP_SURVIVED].gap_ns, S(4));
	assert_int_equal(of(p, other).of[GAP_DIED].times, 0);
	paths__each(p, list, &shown);
	assert_int_equal(shown.n, 2);
	assert_int_equal(paths__count(p), 2);
	assert_int_equal(shown.last.key.prefix, 24);
	assert_int_equal(shown.last.key.peer[3], 0);
	paths__each_changed(p, list, &kept);
	assert_int_equal(kept.n, 3);
	assert_int_equal(kept.last.key.prefix, 32);
	paths__take_back(p, &b, S(9), 2);
	assert_int_equal(of(p, a).of[GAP_DIED].times, 0);
	paths__free(p);
}

TEST(odd_prefixes_cut_within_a_byte)
{
	struct paths *p = NULL;
	struct iw_fact f = { .family = AF_INET6, .paddr = { 0xfd, 0x77, 0xff, 0xff, 1 } };
	struct path_key key = path_key_of(&f);
	struct listed shown = {};

	assert_int_equal(paths__new(0, 19, 4, &p), 0);
	note(p, key, GAP_SURVIVED, S(4), 1);
	paths__each(p, list, &shown);
	assert_int_equal(shown.last.key.prefix, 19);
	assert_int_equal(shown.last.key.peer[1], 0x77);
	assert_int_equal(shown.last.key.peer[2], 0xe0);
	assert_int_equal(shown.last.key.peer[3], 0);
	paths__free(p);
}

TEST(the_one_learnt_of_longest_ago_is_forgotten)
{
	struct paths *p = new_paths(0, 3);

	for (uint8_t i = 1; i <= 3; i++)
		note(p, key4(i), GAP_SURVIVED, S(4), i);
	note(p, key4(1), GAP_SURVIVED, S(5), 4);
	note(p, key4(4), GAP_SURVIVED, S(4), 5);
	assert_int_equal(paths__count(p), 3);
	assert_int_equal(paths__forgotten(p), 1);
	assert_int_equal(of(p, key4(2)).of[GAP_SURVIVED].times, 0);
	assert_int_equal(of(p, key4(1)).of[GAP_SURVIVED].gap_ns, S(5));
	paths__free(p);
}

TEST(hundreds_of_thousands_of_peers_stay_bounded)
{
	struct paths *p = new_paths(0, PATHS_MAX);

	for (uint32_t i = 0; i < 300000; i++) {
		struct path_key key = key4(0);

		memcpy(key.peer, &i, sizeof(i));
		note(p, key, GAP_SURVIVED, S(4), i);
	}
	assert_int_equal(paths__count(p), PATHS_MAX);
	assert_int_equal(paths__forgotten(p), 300000 - PATHS_MAX);
	paths__free(p);
}

TEST(only_what_changed_is_saved)
{
	struct paths *p = new_paths(0, 8);
	struct path_key key = key4(2);
	struct listed l = {};

	note(p, key4(1), GAP_SURVIVED, S(4), 1);
	paths__saved(p);
	assert_false(paths__changed(p));
	note(p, key, GAP_SURVIVED, S(5), 2);
	paths__note_death(p, &key, S(9), 2);
	paths__each_changed(p, list, &l);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.last.bracket.of[GAP_SURVIVED].gap_ns, S(5));
	/* It may still be taken back. */
	assert_int_equal(l.last.bracket.of[GAP_DIED].times, 0);
	assert_int_equal(of(p, key).of[GAP_DIED].times, 1);
	paths__free(p);
}

TEST(what_cannot_be_is_not_sane)
{
	const struct path good = {
		.key = key4(1),
		.bracket.of[GAP_DIED] = { .gap_ns = S(9), .times = 1, .last_ns = -(int64_t)S(5) }
	};
	struct path bad = good;

	assert_true(path_is_sane(&good));
	bad.key.family = 7;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.key.prefix = 24;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.key.peer[4] = 1;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.bracket.of[GAP_DIED].gap_ns = UINT64_MAX;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.bracket.of[GAP_DIED].times = 0;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.bracket.of[GAP_SURVIVED].times = 1;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.bracket.of[GAP_RESET].against = 1;
	assert_false(path_is_sane(&bad));
	bad = good;
	bad.bracket.of[GAP_DIED].last_ns = INT64_MIN;
	assert_false(path_is_sane(&bad));
}
