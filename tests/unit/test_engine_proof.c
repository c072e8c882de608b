// SPDX-License-Identifier: BSD-2-Clause
/* How it is known that the peer lives: heard elsewhere, or by a fresh connection. */
#include "facts.h"

static void restart_with_verify(struct world *w)
{
	struct engine_config config = w->config;

	config.verify_ns = 10 * NS_PER_S;
	world__restart(w, &config);
}

WORLD_TEST(peer_heard_elsewhere_makes_it_certain)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = 3 * NS_PER_S;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->elsewhere_ago_ns, 3 * NS_PER_S);
}

WORLD_TEST(peer_heard_elsewhere_before_the_silence_proves_nothing)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = HOUR_NS;
	feed(w, f);
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(verdict_waits_for_the_verification)
{
	struct engine_config config = w->config;

	config.verify_ns = 100 * NS_PER_S;
	world__restart(w, &config);
	feed_probes(w, 3);
	assert_int_equal(engine__deadline(w->engine), at_s(w, 175));
	feed(w, verified(w, 0, at_s(w, 152)));
	assert_true(due_soon_after(w, probe_sent(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->verify, VERIFY_ANSWERS);
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
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
	world__restart(w, &config);
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
	} cases[] = { { 0, VERIFY_ANSWERS, CONFIDENCE_CERTAIN },
		      { -ECONNREFUSED, VERIFY_REFUSED, CONFIDENCE_CERTAIN },
		      { -ETIMEDOUT, VERIFY_SILENT, CONFIDENCE_LIKELY },
		      { -EPERM, VERIFY_FAILED, CONFIDENCE_LIKELY } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		restart_with_verify(w);
		feed_probes(w, 2);
		feed(w, verified(w, cases[i].result, at_s(w, 80)));
		feed(w, probe_sent(w, 3));
		look_when_due(w);
		assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
		assert_int_equal(last(w)->verify, cases[i].verify);
		assert_int_equal(last(w)->confidence, cases[i].confidence);
	}
}
