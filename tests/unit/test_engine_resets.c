// SPDX-License-Identifier: BSD-2-Clause
/* A reset in place of an answer. */
#include "facts.h"

WORLD_TEST(reset_of_the_first_packet_after_a_gap_is_a_verdict)
{
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_said(w, "reset-after-idle closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last_but(w, 1)->cause, CAUSE_IDLE);
	assert_int_equal(last_but(w, 1)->idle_ns, 2 * HOUR_NS);
	assert_true(last_but(w, 1)->rst_heard);
	assert_int_equal(last(w)->error, ECONNRESET);
}

WORLD_TEST(reset_with_a_strange_ttl_is_forged)
{
	feed(w, reset_at_once(w, 63, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->rst_ttl, 63);
	assert_int_equal(last(w)->usual_ttl, 60);
}

WORLD_TEST(reset_of_data_after_a_gap_is_a_verdict)
{
	struct iw_fact f = reset_at_once(w, 60, at_s(w, 0) + 20 * NS_PER_MS);

	f.probes_out = 0;
	f.packets_out = 1;
	f.flight_ago_ns = 20 * NS_PER_MS;
	feed(w, f);
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->trigger, TRIGGER_DATA);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
}

WORLD_TEST(reset_in_busy_traffic_is_no_verdict)
{
	w->heard_ns = w->first_ns - 10 * NS_PER_S;
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_lacks(said(w), "reset-after-idle");
}

WORLD_TEST(reset_after_several_probes_is_an_end_only)
{
	struct iw_fact f;

	feed_probes(w, 2);
	f = reset_at_once(w, 60, at_s(w, 76));
	f.probes_out = 2;
	feed(w, f);
	feed(w, closed(w, ECONNRESET, at_s(w, 76)));
	assert_said(w, "suspect closed");
}
