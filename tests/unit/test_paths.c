// SPDX-License-Identifier: BSD-2-Clause
/* Brackets: of one path, of a group, of too many; and what the engine teaches them. */
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

/* --- what the engine teaches --- */

static struct iw_fact survived(struct world *w, uint64_t gap_ns, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_SURVIVED, ts_ns);

	f.gap_ns = gap_ns;
	return f;
}

static struct bracket path_of(struct world *w)
{
	struct path_key key = path_key_of(&w->sock);
	struct bracket b;

	paths__find(engine__paths(w->engine), &key, &b);
	return b;
}

static void die_of_keepalives(struct world *w)
{
	feed_probes(w, 3);
	assert_true(look_when_due(w));
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(a_gap_survived_is_learnt_and_makes_no_connection)
{
	feed(w, survived(w, HOUR_NS, w->first_ns - HOUR_NS));
	assert_false(engine__knows(w->engine, COOKIE));
	assert_int_equal(path_of(w).of[GAP_SURVIVED].gap_ns, HOUR_NS);
	assert_said(w, "");
	assert_int_equal(engine__totals(w->engine)->lost_refused, 0);
}

WORLD_TEST(a_verdict_carries_both_sides)
{
	feed(w, survived(w, HOUR_NS, w->first_ns - 2 * HOUR_NS));
	die_of_keepalives(w);
	assert_non_null(last(w)->path);
	/* Two hours, a round trip and a jiffy: what the box may have seen, at most. */
	assert_int_equal(path_of(w).of[GAP_DIED].gap_ns,
			 2 * HOUR_NS + w->sock.srtt_us * NS_PER_US + 10 * NS_PER_MS);
	assert_int_equal(path_of(w).of[GAP_SURVIVED].gap_ns, HOUR_NS);
}

WORLD_TEST(recovery_takes_the_fatal_gap_back)
{
	die_of_keepalives(w);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 400)));
	assert_said(w, "recovered");
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
	engine__end(w->engine);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

/* What would be saved. */
static struct bracket settled(struct world *w)
{
	struct listed l = {};

	paths__each_changed(engine__paths(w->engine), list, &l);
	return l.last.bracket;
}

WORLD_TEST(a_fatal_gap_is_settled_when_the_kernel_gives_up)
{
	die_of_keepalives(w);
	assert_int_equal(settled(w).of[GAP_DIED].times, 0);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	feed(w, destroyed(w, at_s(w, 676)));
	engine__end(w->engine);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 1);
	assert_int_equal(settled(w).of[GAP_DIED].times, 1);
}

WORLD_TEST(a_program_that_closes_first_settles_nothing)
{
	die_of_keepalives(w);
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
	assert_int_equal(settled(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(the_watchs_end_settles_nothing_but_shows_it)
{
	die_of_keepalives(w);
	engine__end(w->engine);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 1);
	assert_int_equal(settled(w).of[GAP_DIED].times, 0);
}

/* Two probes unanswered, the peer answers somebody else, and not the third probe. */
WORLD_TEST(other_traffic_beside_a_silence_settles_it)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = 10 * NS_PER_S;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(settled(w).of[GAP_DIED].times, 1);
}

/* The outage may have ended just then: nothing was asked after it. */
WORLD_TEST(other_traffic_after_the_last_probe_settles_nothing)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = 10 * NS_PER_MS;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(settled(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(a_verification_settles_it_too)
{
	struct engine_config config = w->config;

	config.verify_ns = 10 * NS_PER_S;
	restart(w, &config);
	feed_probes(w, 2);
	feed(w, verified(w, 0, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(settled(w).of[GAP_DIED].times, 1);
}

/* A reset, an ICMP error, a segment that shows that only our direction is lost. */
WORLD_TEST(what_contradicts_the_verdict_later_unsettles_it)
{
	for (unsigned int i = 0; i < 3; i++) {
		restart(w, &w->config);
		die_of_keepalives(w);
		feed(w, i == 0	 ? rst_in(w, at_s(w, 300))
			: i == 1 ? icmp(w, at_s(w, 300))
				 : peer_probe(w, 0, at_s(w, 300)));
		feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
		assert_int_equal(settled(w).of[GAP_DIED].times, 0);
	}
}

/* --- gaps that the path lets pass --- */

WORLD_TEST(a_gap_shorter_than_one_its_path_let_pass_is_an_outage)
{
	feed(w, survived(w, 3 * HOUR_NS, w->first_ns - 4 * HOUR_NS));
	feed_probes(w, 5);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_true(last(w)->path_tolerates);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(within_a_tenth_it_may_have_been_the_path)
{
	feed(w, survived(w, 2 * HOUR_NS + 10 * MINUTE_NS, w->first_ns - 4 * HOUR_NS));
	die_of_keepalives(w);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_false(last(w)->path_tolerates);
}

WORLD_TEST(a_longer_gap_survived_meanwhile_unsettles_it)
{
	struct iw_fact f;

	die_of_keepalives(w);
	f = survived(w, 3 * HOUR_NS, at_s(w, 400));
	f.cookie++;
	feed(w, f);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

/* The path carries others, and forgets what it once let pass: it has changed. */
WORLD_TEST(a_changed_path_is_believed_after_the_third_death)
{
	feed(w, survived(w, 3 * HOUR_NS, w->first_ns - 4 * HOUR_NS));
	for (unsigned int n = 0; n < 4; n++) {
		struct iw_fact f;

		w->sock.cookie++;
		feed_probes(w, 5);
		f = look(w, engine__deadline(w->engine));
		f.elsewhere_ago_ns = 10 * NS_PER_S;
		feed(w, f);
		assert_int_equal(last(w)->type, EVENT_VERDICT);
		assert_int_equal(last(w)->cause, n < 3 ? CAUSE_OUTAGE : CAUSE_IDLE);
		feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
		silence_from(w, w->first_ns + HOUR_NS);
		w->heard_ns = w->first_ns - 2 * HOUR_NS;
	}
	assert_int_equal(path_of(w).of[GAP_DIED].times, 1);
}

/* --- silences that begin together --- */

/* Another connection of the path, idle for so long, of which the first look judges. */
static void die_beside(struct world *w, uint64_t gap_ns, unsigned int probes)
{
	w->sock.cookie++;
	w->heard_ns = w->first_ns - gap_ns;
	feed_probes(w, probes);
	look_when_due(w);
}

WORLD_TEST(silences_after_different_gaps_that_begin_together_are_an_outage)
{
	die_of_keepalives(w);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 1);
	silence_from(w, w->first_ns + 2 * NS_PER_S);
	die_beside(w, HOUR_NS, 5);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->together, 1);
	/* The first one is seen with other eyes now. */
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	w->sock.cookie--;
	feed(w, closed(w, ETIMEDOUT, at_s(w, 677)));
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->together, 1);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(silences_after_the_same_gap_are_not)
{
	die_of_keepalives(w);
	die_beside(w, 2 * HOUR_NS + 5 * MINUTE_NS, 3);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 2);
}

WORLD_TEST(a_loss_that_was_made_good_is_no_outage)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 2);
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 1)));
	assert_said(w, "suspect recovered");
	die_beside(w, 2 * HOUR_NS, 3);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
}

WORLD_TEST(an_outage_is_no_fatal_gap)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 9);
	while (look_when_due(w))
		;
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(a_half_closed_connection_teaches_nothing)
{
	w->sock.state = STATE_CLOSE_WAIT;
	feed_probes(w, 3);
	while (look_when_due(w))
		;
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}

WORLD_TEST(a_boxs_reset_is_learnt_the_peers_own_is_not)
{
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(path_of(w).of[GAP_RESET].times, 0);
	restart(w, &w->config);
	feed(w, reset_at_once(w, 64, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(path_of(w).of[GAP_RESET].times, 1);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
}
