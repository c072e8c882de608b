// SPDX-License-Identifier: BSD-2-Clause
/* What the engine teaches of paths, and what their brackets tell of a silence. */
#include "facts.h"

#define S(n) ((n)*NS_PER_S)

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
	f.elsewhere = IW_ELSEWHERE_TO;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(settled(w).of[GAP_DIED].times, 1);
}

/* Another phone behind the same address, while this one may have lost its power. */
WORLD_TEST(traffic_that_came_from_the_address_settles_nothing)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = 10 * NS_PER_S;
	f.elsewhere = IW_ELSEWHERE_FROM;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	feed(w, closed(w, 0, at_s(w, 200)));
	assert_int_equal(settled(w).of[GAP_DIED].times, 0);
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
		f.elsewhere = IW_ELSEWHERE_TO;
		f.elsewhere = IW_ELSEWHERE_TO;
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
	assert_said(w, "");
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

WORLD_TEST(a_boxs_reset_is_learnt_the_peers_own_is_a_hint)
{
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(path_of(w).of[GAP_RESET].times, 0);
	assert_int_equal(path_of(w).of[GAP_DISOWNED].times, 1);
	restart(w, &w->config);
	feed(w, reset_at_once(w, 64, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(path_of(w).of[GAP_RESET].times, 1);
	assert_int_equal(path_of(w).of[GAP_DIED].times, 0);
	assert_int_equal(path_of(w).of[GAP_DISOWNED].times, 0);
}

WORLD_TEST(one_hop_is_no_evidence_of_a_box)
{
	struct bracket b;

	feed(w, reset_at_once(w, 61, at_s(w, 0)));
	b = path_of(w);
	assert_int_equal(b.of[GAP_RESET].times, 0);
	assert_int_equal(b.of[GAP_DISOWNED].times, 1);
	assert_int_equal(bracket_fatal_ns(&b), 0);
}

WORLD_TEST(resets_out_of_the_blue_are_learnt_from_the_second_like_one_on)
{
	feed(w, reset_unasked(w, 60, at_s(w, 0)));
	assert_int_equal(path_of(w).of[GAP_CUT].times, 1);
	assert_int_equal(path_of(w).of[GAP_RESET].times, 0);
	w->sock.cookie++;
	w->heard_ns = w->first_ns - HOUR_NS;
	feed(w, reset_unasked(w, 60, at_s(w, 3600)));
	assert_int_equal(path_of(w).of[GAP_CUT].times, 2);
	assert_int_equal(path_of(w).of[GAP_RESET].times, 1);
}

static struct iw_fact idle_end(struct world *w, uint64_t gap_ns, uint32_t times, uint64_t ts_ns)
{
	struct iw_fact f = fact_at(w, IW_FACT_IDLE_END, ts_ns);

	f.gap_ns = gap_ns;
	f.times = times;
	return f;
}

WORLD_TEST(fins_after_a_shared_gap_are_a_hint_without_a_word)
{
	struct bracket b;

	feed(w, idle_end(w, MINUTE_NS, 4, at_s(w, 0)));
	feed(w, idle_end(w, MINUTE_NS, 16, at_s(w, 600)));
	assert_said(w, "");
	assert_false(engine__knows(w->engine, COOKIE));
	b = path_of(w);
	assert_int_equal(b.of[GAP_CLOSED].gap_ns, MINUTE_NS);
	assert_int_equal(b.of[GAP_CLOSED].times, 16);
	assert_int_equal(bracket_fatal_ns(&b), 0);
	/* Of another gap there are fewer. */
	feed(w, idle_end(w, 2 * MINUTE_NS, 4, at_s(w, 700)));
	assert_int_equal(path_of(w).of[GAP_CLOSED].gap_ns, MINUTE_NS);
}
