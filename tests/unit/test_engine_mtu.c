// SPDX-License-Identifier: BSD-2-Clause
/* Small packets pass and long ones vanish: what is told from a dead path, and how surely. */
#include "facts.h"

#define LONG 1448
#define TAIL 300

/* So far the connection had three short segments acknowledged, 200 bytes together. */
static void only_short_ones_passed(struct world *w)
{
	w->sock.bytes_acked = 200;
	w->sock.delivered = 3;
}

/* It had traffic a moment ago. */
static void busy(struct world *w)
{
	w->heard_ns = w->first_ns - NS_PER_S;
}

/* n long ones in flight, and behind them a short one, which is acknowledged or is not. */
static void add_tail(struct iw_fact *f, unsigned int n, bool sacked)
{
	f->packets_out = n + 1;
	f->snd_nxt = f->snd_una + n * LONG + TAIL;
	if (!sacked)
		return;
	f->sacked_out = 1;
	f->sacked_bytes = TAIL;
	f->delivered++;
}

/* Long ones into silence; enough of them for an outage, too. */
static void feed_long(struct world *w)
{
	for (unsigned int k = 1; k <= 7; k++)
		feed(w, retransmit_of(w, k, LONG));
}

static void feed_long_with_tail(struct world *w, unsigned int n, bool sacked)
{
	for (unsigned int k = 1; k <= 7; k++) {
		struct iw_fact f = retransmit_of(w, k, LONG);

		add_tail(&f, n, sacked);
		feed(w, f);
	}
}

/* The look when it is due, with the peer's address heard elsewhere since or not. */
static void judge(struct world *w, enum iw_elsewhere where)
{
	struct iw_fact f = look(w, engine__deadline(w->engine));

	f.elsewhere = where;
	f.elsewhere_ago_ns = where ? NS_PER_MS : 0;
	feed(w, f);
}

static void assert_judged(struct world *w, enum verdict verdict, enum confidence confidence,
			  enum verdict also)
{
	assert_int_equal(last(w)->verdict, verdict);
	assert_int_equal(last(w)->confidence, confidence);
	assert_int_equal(last(w)->also, also);
}

static void assert_nothing_learnt(const struct world *w)
{
	assert_int_equal(paths__count(engine__paths(w->engine)), 0);
}

/* --- by what was acknowledged behind it --- */

WORLD_TEST(a_short_tail_that_was_acknowledged_makes_it_likely)
{
	feed_long_with_tail(w, 2, true);
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_LIKELY, VERDICT_NONE);
	assert_int_equal(last(w)->cause, CAUSE_NONE);
	assert_int_equal(last(w)->flight->len, LONG);
	assert_int_equal(last(w)->flight->sacked_bytes, TAIL);
	assert_int_equal(last(w)->flight->mss, 1448);
	assert_int_equal(last(w)->flight->pmtu, 1500);
	assert_nothing_learnt(w);
}

WORLD_TEST(few_are_only_suspect_whatever_was_acknowledged)
{
	w->sock.user_timeout_ms = 5000;
	for (unsigned int k = 1; k <= 3; k++) {
		struct iw_fact f = retransmit_of(w, k, LONG);

		add_tail(&f, 2, true);
		feed(w, f);
	}
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_SUSPECT, VERDICT_NONE);
}

/* A path that dies under load leaves acknowledged ones behind a hole, too: as long as it. */
WORLD_TEST(one_as_long_that_was_acknowledged_acquits_the_length)
{
	for (unsigned int k = 1; k <= 5; k++) {
		struct iw_fact f = retransmit_of(w, k, LONG);

		add_tail(&f, 3, true);
		f.sacked_out = 2;
		f.sacked_bytes = LONG + TAIL;
		feed(w, f);
	}
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY, VERDICT_NONE);
}

WORLD_TEST(a_short_tail_that_is_missing_too_acquits_the_length)
{
	only_short_ones_passed(w);
	busy(w);
	feed_long_with_tail(w, 1, false);
	judge(w, IW_ELSEWHERE_SAME_PORT);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY, VERDICT_NONE);
}

/* --- by what passes later --- */

WORLD_TEST(several_long_ones_lost_while_acknowledgements_grow_make_it_certain)
{
	struct iw_fact f;

	feed_long_with_tail(w, 2, false);
	f = look(w, engine__deadline(w->engine));
	add_tail(&f, 2, true);
	feed(w, f);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_CERTAIN, VERDICT_NONE);
	assert_int_equal(last(w)->passed, 1);
}

WORLD_TEST(an_echo_that_moves_is_no_recovery_of_what_is_too_long)
{
	struct iw_fact f;

	only_short_ones_passed(w);
	feed_long_with_tail(w, 2, true);
	hear_untold(w, at_s(w, 29));
	f = look(w, engine__deadline(w->engine));
	add_tail(&f, 2, true);
	feed(w, f);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_CERTAIN, VERDICT_NONE);
}

/* The peer has our acknowledgements, or it would send its data again. */
WORLD_TEST(data_that_the_peer_does_not_send_again_shows_that_short_ones_pass)
{
	struct iw_fact f;

	for (unsigned int k = 1; k <= 7; k++) {
		f = retransmit_of(w, k, LONG);
		add_tail(&f, 2, true);
		feed(w, f);
		if (k < 3)
			continue;
		f = heard(w, IW_HEARD_DATA, f.ts_ns + 300 * NS_PER_MS);
		f.ts_echo = 7000; /* it lies beyond the hole, and does not count */
		w->sock.ts_echo = 7000;
		feed(w, f);
	}
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_CERTAIN, VERDICT_NONE);
	assert_true(last(w)->passed >= 1);
}

/* What stops a single segment may be its content: a box that inspects it. */
WORLD_TEST(a_single_long_one_is_never_certain)
{
	feed_long(w);
	hear_untold(w, at_s(w, 29));
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_LIKELY, VERDICT_NONE);
}

WORLD_TEST(a_short_one_that_is_overtaken_was_answered)
{
	feed_retransmits(w, 5);
	w->sock.sacked_out = 1;
	assert_true(look_when_due(w));
	assert_said(w, "");
	assert_false(engine__in_silence(w->engine));
}

/* Those before are no part of the silence that follows. */
WORLD_TEST(retransmissions_before_an_answer_do_not_count_again)
{
	feed_retransmits(w, 4);
	w->sock.sacked_out = 1;
	hear_untold(w, retransmit(w, 4).ts_ns + NS_PER_S);
	w->sock.retransmits = 4;
	feed(w, look(w, retransmit(w, 4).ts_ns + 2 * NS_PER_S));
	assert_false(engine__in_silence(w->engine));
	feed(w, retransmit(w, 5));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 20)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->retransmits, 1);
}

/* --- by the peer, which is heard --- */

static void feed_long_and_keepalives(struct world *w, uint16_t len)
{
	for (unsigned int k = 1; k <= 7; k++) {
		feed(w, retransmit_of(w, k, len));
		if (k >= 4)
			feed(w, peer_probe(w, 0, retransmit(w, k).ts_ns + NS_PER_S));
	}
}

WORLD_TEST(a_peer_that_is_heard_leaves_two_readings)
{
	only_short_ones_passed(w);
	feed_long_and_keepalives(w, LONG);
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_LIKELY, VERDICT_ONE_WAY);
	assert_true(last(w)->unreached >= 2);
	assert_nothing_learnt(w);
}

WORLD_TEST(where_long_ones_may_have_passed_it_is_suspect)
{
	feed_long_and_keepalives(w, LONG);
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_SUSPECT, VERDICT_ONE_WAY);
}

WORLD_TEST(where_long_ones_have_passed_it_is_one_way)
{
	w->sock.bytes_acked = 400 * 1400;
	feed_long_and_keepalives(w, LONG);
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_LIKELY, VERDICT_MTU_BLACK_HOLE);
}

WORLD_TEST(short_ones_that_vanish_are_one_way)
{
	only_short_ones_passed(w);
	feed_long_and_keepalives(w, 1000);
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_LIKELY, VERDICT_NONE);
}

/* Then our acknowledgements, short as they are, are lost too. */
WORLD_TEST(data_that_the_peer_sends_again_makes_one_way_certain)
{
	only_short_ones_passed(w);
	for (unsigned int k = 1; k <= 7; k++) {
		feed(w, retransmit_of(w, k, LONG));
		if (k >= 4)
			feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT,
				      retransmit(w, k).ts_ns + NS_PER_S));
	}
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_CERTAIN, VERDICT_NONE);
}

WORLD_TEST(without_time_stamps_the_peer_is_heard_all_the_same)
{
	w->sock.ts_echo = 0;
	only_short_ones_passed(w);
	for (unsigned int k = 1; k <= 7; k++) {
		feed(w, retransmit_of(w, k, LONG));
		if (k >= 4)
			feed(w, heard(w, 0, retransmit(w, k).ts_ns + NS_PER_S));
	}
	judge(w, IW_ELSEWHERE_NOWHERE);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_LIKELY, VERDICT_ONE_WAY);
}

/* What the peer repeats while data of ours is missing proves nothing by its echo. */
WORLD_TEST(repeats_with_data_in_flight_are_not_certain)
{
	w->sock.packets_out = 1;
	for (unsigned int n = 0; n <= 5; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_LIKELY, VERDICT_NONE);
}

/* --- by the peer's address, or by nothing --- */

WORLD_TEST(the_first_long_one_lost_while_the_address_answers_is_likely)
{
	only_short_ones_passed(w);
	busy(w);
	feed_long(w);
	judge(w, IW_ELSEWHERE_SAME_PORT);
	assert_judged(w, VERDICT_MTU_BLACK_HOLE, CONFIDENCE_LIKELY, VERDICT_PATH_DEAD);
	assert_nothing_learnt(w);
}

/* Either explains it: nothing is blamed, and nothing learnt of idleness. */
WORLD_TEST(the_first_long_one_lost_into_silence_leaves_two_readings)
{
	static const struct {
		bool busy;
		enum iw_elsewhere where;
	} cases[] = { { true, IW_ELSEWHERE_NOWHERE },
		      { true, IW_ELSEWHERE_FROM },
		      { false, IW_ELSEWHERE_NOWHERE },
		      { false, IW_ELSEWHERE_SAME_PORT } };
	uint64_t heard_ns = w->heard_ns;

	only_short_ones_passed(w);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		restart(w, &w->config);
		w->heard_ns = heard_ns;
		if (cases[i].busy)
			busy(w);
		feed_long(w);
		judge(w, cases[i].where);
		assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_SUSPECT, VERDICT_MTU_BLACK_HOLE);
		assert_nothing_learnt(w);
	}
}

WORLD_TEST(a_long_one_of_many_into_silence_is_a_dead_path)
{
	w->sock.bytes_acked = 400 * 1400;
	feed_long(w);
	judge(w, IW_ELSEWHERE_SAME_PORT);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY, VERDICT_NONE);
}

/* The kernel has halved it: lengths are not what it is about. */
WORLD_TEST(the_shortest_that_was_sent_again_counts)
{
	only_short_ones_passed(w);
	busy(w);
	for (unsigned int k = 1; k <= 7; k++)
		feed(w, retransmit_of(w, k, k < 4 ? LONG : 900));
	judge(w, IW_ELSEWHERE_SAME_PORT);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY, VERDICT_NONE);
	assert_int_equal(last(w)->flight->len, 900);
}

/* A recording of before there were lengths. */
WORLD_TEST(without_lengths_nothing_is_said_of_them)
{
	w->sock.mss = 0;
	w->sock.bytes_acked = w->sock.delivered = 0;
	busy(w);
	for (unsigned int k = 1; k <= 7; k++)
		feed(w, retransmit_of(w, k, 0));
	judge(w, IW_ELSEWHERE_SAME_PORT);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY, VERDICT_NONE);
	assert_null(last(w)->flight);
}

/* --- its end --- */

WORLD_TEST(a_long_one_that_arrives_ends_it)
{
	feed_long_with_tail(w, 2, true);
	judge(w, IW_ELSEWHERE_NOWHERE);
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 40)));
	assert_said(w, "suspect mtu-black-hole recovered");
	assert_int_equal(last(w)->verdict, VERDICT_MTU_BLACK_HOLE);
}

WORLD_TEST(given_up_it_stays_what_it_is)
{
	feed_long_with_tail(w, 2, true);
	judge(w, IW_ELSEWHERE_NOWHERE);
	feed(w, retransmit_of(w, 8, LONG));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 925)));
	assert_said(w, "suspect mtu-black-hole closed");
	assert_int_equal(last(w)->cause, CAUSE_NONE);
	engine__end(w->engine);
	assert_nothing_learnt(w);
}
