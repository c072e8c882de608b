// SPDX-License-Identifier: BSD-2-Clause
/* What the peer's address shows elsewhere, or to a fresh connection, and what that proves. */
#include "facts.h"

static void restart_with_verify(struct world *w)
{
	struct engine_config config = w->config;

	config.verify_ns = 10 * NS_PER_S;
	restart(w, &config);
}

/* The look when it is due, and what it shows of the peer's address elsewhere. */
static void look_elsewhere(struct world *w, enum iw_elsewhere where, uint64_t ago_ns)
{
	struct iw_fact f = look(w, engine__deadline(w->engine));

	f.elsewhere_ago_ns = ago_ns;
	f.elsewhere = where;
	feed(w, f);
}

/* One that has so few probes that the kernel gives up before enough are unanswered. */
static void feed_too_few(struct world *w)
{
	w->sock.keepalive_probes = 2;
	feed_probes(w, 2);
	look_when_due(w); /* now it is said */
}

/* One address may be many hosts: nothing heard from it proves that this one lives. */
WORLD_TEST(an_address_that_answers_makes_nothing_certain)
{
	for (enum iw_elsewhere where = 0; where < IW_ELSEWHERE_MAX; where++) {
		restart(w, &w->config);
		feed_probes(w, 3);
		look_elsewhere(w, where, 3 * NS_PER_S);
		assert_said(w, "suspect path-dead");
		assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
		assert_int_equal(last(w)->elsewhere_ago_ns, 3 * NS_PER_S);
		assert_int_equal(last(w)->elsewhere, where);
	}
}

WORLD_TEST(too_few_are_only_suspect)
{
	feed_too_few(w);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

WORLD_TEST(an_address_that_answers_makes_few_likely)
{
	static const struct {
		enum iw_elsewhere where;
		enum confidence confidence;
	} cases[] = { { IW_ELSEWHERE_NOWHERE, CONFIDENCE_SUSPECT },
		      { IW_ELSEWHERE_FROM, CONFIDENCE_SUSPECT }, /* the other phone */
		      { IW_ELSEWHERE_TO, CONFIDENCE_LIKELY },
		      { IW_ELSEWHERE_SAME_PORT, CONFIDENCE_LIKELY } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		restart(w, &w->config);
		feed_too_few(w);
		look_elsewhere(w, cases[i].where, 3 * NS_PER_S);
		assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
		assert_int_equal(last(w)->confidence, cases[i].confidence);
	}
}

WORLD_TEST(an_address_heard_before_the_silence_proves_nothing)
{
	feed_too_few(w);
	look_elsewhere(w, IW_ELSEWHERE_SAME_PORT, HOUR_NS);
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

WORLD_TEST(one_lost_packet_is_chance_whatever_answers)
{
	w->sock.keepalive_probes = 1;
	feed(w, probe_sent(w, 1));
	look_elsewhere(w, IW_ELSEWHERE_SAME_PORT, 1);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

/* A third of all segments were sent again: chance has two in a row every ninth time. */
WORLD_TEST(on_a_lossy_path_few_are_chance_whatever_answers)
{
	w->sock.total_retrans = 133;
	feed_too_few(w);
	look_elsewhere(w, IW_ELSEWHERE_SAME_PORT, 3 * NS_PER_S);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

/* While there is traffic, all the more: (1/3)^7 is chance once in two thousand silences. */
WORLD_TEST(on_a_lossy_path_with_traffic_an_address_that_answers_does_not_lower_it)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	w->sock.total_retrans = 133;
	feed_retransmits(w, 8);
	look_elsewhere(w, IW_ELSEWHERE_SAME_PORT, 3 * NS_PER_S);
	assert_false(due_soon_after(w, retransmit(w, 8)));
}

WORLD_TEST(verdict_waits_for_the_verification)
{
	struct engine_config config = w->config;

	config.verify_ns = 100 * NS_PER_S;
	restart(w, &config);
	feed_probes(w, 3);
	assert_int_equal(engine__deadline(w->engine), last(w)->ts_ns + 100 * NS_PER_S);
	feed(w, verified(w, 0, at_s(w, 152)));
	assert_true(due_soon_after(w, probe_sent(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->verify, VERIFY_ANSWERS);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(verification_that_does_not_end_is_not_waited_for_long)
{
	restart_with_verify(w);
	feed_probes(w, 3);
	assert_true(due_soon_after(w, probe_sent(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->verify, VERIFY_NONE);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(verification_is_not_waited_for_past_the_kernels_end)
{
	struct engine_config config = w->config;

	config.verify_ns = 10 * HOUR_NS;
	restart(w, &config);
	feed_probes(w, 9);
	assert_true(engine__deadline(w->engine) < at_s(w, 675));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(outcomes_of_a_verification_are_told_apart)
{
	static const struct {
		int result;
		enum verify verify;
		enum confidence confidence;
	} cases[] = { { 0, VERIFY_ANSWERS, CONFIDENCE_LIKELY },
		      { -ECONNREFUSED, VERIFY_REFUSED, CONFIDENCE_LIKELY },
		      { -ETIMEDOUT, VERIFY_SILENT, CONFIDENCE_SUSPECT },
		      { -EPERM, VERIFY_FAILED, CONFIDENCE_SUSPECT } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		restart_with_verify(w);
		feed_too_few(w);
		feed(w, verified(w, cases[i].result, at_s(w, 80)));
		look_when_due(w);
		assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
		assert_int_equal(last(w)->verify, cases[i].verify);
		assert_int_equal(last(w)->confidence, cases[i].confidence);
	}
}
