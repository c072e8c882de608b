// SPDX-License-Identifier: BSD-2-Clause
/* A reset in place of an answer. */
#include "facts.h"

static void reset_of_the_first_packet_after_a_gap_is_a_verdict(void **state)
{
	struct world *w = *state;

	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_said(w, "reset-after-idle closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last_but(w, 1)->cause, CAUSE_IDLE);
	assert_int_equal(last_but(w, 1)->idle_ns, 2 * HOUR_NS);
	assert_true(last_but(w, 1)->rst_heard);
	assert_int_equal(last(w)->error, ECONNRESET);
}

static void reset_with_a_strange_ttl_is_forged(void **state)
{
	struct world *w = *state;

	feed(w, reset_at_once(w, 63, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->rst_ttl, 63);
	assert_int_equal(last(w)->usual_ttl, 60);
}

static void reset_of_data_after_a_gap_is_a_verdict(void **state)
{
	struct world *w = *state;
	struct iw_fact f = reset_at_once(w, 60, at_s(w, 0) + 20 * NS_PER_MS);

	f.probes_out = 0;
	f.packets_out = 1;
	f.flight_ago_ns = 20 * NS_PER_MS;
	feed(w, f);
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->trigger, TRIGGER_DATA);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
}

static void reset_in_busy_traffic_is_no_verdict(void **state)
{
	struct world *w = *state;

	w->heard_ns = w->first_ns - 10 * NS_PER_S;
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_lacks(said(w), "reset-after-idle");
}

static void reset_after_several_probes_is_an_end_only(void **state)
{
	struct world *w = *state;
	struct iw_fact f;

	feed_probes(w, 2);
	f = reset_at_once(w, 60, at_s(w, 76));
	f.probes_out = 2;
	feed(w, f);
	feed(w, closed(w, ECONNRESET, at_s(w, 76)));
	assert_said(w, "suspect closed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(reset_of_the_first_packet_after_a_gap_is_a_verdict),
		world_test(reset_with_a_strange_ttl_is_forged),
		world_test(reset_of_data_after_a_gap_is_a_verdict),
		world_test(reset_in_busy_traffic_is_no_verdict),
		world_test(reset_after_several_probes_is_an_end_only),
	};

	return cmocka_run_group_tests_name("engine_resets", tests, NULL, NULL);
}
