// SPDX-License-Identifier: BSD-2-Clause
/* The host sleeps and one of the clocks stands still. */
#include "facts.h"

static void gaps_count_the_time_asleep(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 1)); /* the engine learns the clocks */
	feed(w, slept(w, HOUR_NS, at_s(w, 1)));
	silence_from(w, w->first_ns + HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->idle_ns, 3 * HOUR_NS);
	assert_int_equal(last(w)->last_heard_ns, 3 * HOUR_NS + 75 * NS_PER_S);
}

static void probes_from_before_the_sleep_are_forgiven(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	feed(w, slept(w, HOUR_NS, at_s(w, 76) + HOUR_NS));
	silence_from(w, w->first_ns + HOUR_NS);
	feed(w, probe_sent(w, 3));
	assert_false(due_soon_after(w, probe_sent(w, 3)));
	feed(w, probe_sent(w, 4));
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
}

static void small_drift_of_the_clocks_is_no_sleep(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	feed(w, slept(w, 400 * NS_PER_MS, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	assert_true(due_soon_after(w, probe_sent(w, 3)));
}

static void many_sleeps_are_all_right(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	for (unsigned int n = 1; n <= 100; n++)
		feed(w, slept(w, NS_PER_S, at_s(w, 76 + 2 * n)));
	feed(w, look(w, at_s(w, 290)));
	assert_said(w, "suspect");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(gaps_count_the_time_asleep),
		world_test(probes_from_before_the_sleep_are_forgiven),
		world_test(small_drift_of_the_clocks_is_no_sleep),
		world_test(many_sleeps_are_all_right),
	};

	return cmocka_run_group_tests_name("engine_sleep", tests, NULL, NULL);
}
