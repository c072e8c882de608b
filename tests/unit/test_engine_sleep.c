// SPDX-License-Identifier: BSD-2-Clause
/* The host sleeps and one of the clocks stands still. */
#include "facts.h"

WORLD_TEST(gaps_count_the_time_asleep)
{
	feed(w, probe_sent(w, 1)); /* the engine learns the clocks */
	feed(w, slept(w, HOUR_NS, at_s(w, 1)));
	silence_from(w, w->first_ns + HOUR_NS);
	feed(w, probe_sent(w, 2));
	look_when_due(w);
	assert_said(w, "suspect");
	assert_int_equal(last(w)->idle_ns, 3 * HOUR_NS);
	assert_int_equal(last(w)->last_heard_ns, 3 * HOUR_NS + 75 * NS_PER_S + rto_ns(w));
}

WORLD_TEST(probes_from_before_the_sleep_are_forgiven)
{
	feed_probes(w, 2);
	feed(w, slept(w, HOUR_NS, at_s(w, 76) + HOUR_NS));
	silence_from(w, w->first_ns + HOUR_NS);
	feed(w, probe_sent(w, 3));
	assert_false(due_soon_after(w, probe_sent(w, 3)));
	feed(w, probe_sent(w, 4));
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
}

WORLD_TEST(small_drift_of_the_clocks_is_no_sleep)
{
	feed_probes(w, 2);
	feed(w, slept(w, 400 * NS_PER_MS, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	assert_true(due_soon_after(w, probe_sent(w, 3)));
}

WORLD_TEST(many_sleeps_are_all_right)
{
	feed_probes(w, 2);
	look_when_due(w);
	for (unsigned int n = 1; n <= 100; n++)
		feed(w, slept(w, NS_PER_S, at_s(w, 76 + 2 * n)));
	feed(w, look(w, at_s(w, 290)));
	assert_said(w, "suspect");
}
