// SPDX-License-Identifier: BSD-2-Clause
/* How many unanswered packets a verdict takes, and until when. */
#include "facts.h"

/* --- how many it takes --- */

static void probes_needed_are_those_asked_for(void **state)
{
	struct world *w = *state;
	struct engine_config config = w->config;

	config.probes = 5;
	world__restart(w, &config);
	feed_probes(w, 4);
	assert_false(due_soon_after(w, probe_sent(w, 4)));
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
}

/* With one probe there is no second to make a suspicion: the look comes before the end. */
static void single_keepalive_is_judged_before_the_kernel_gives_up(void **state)
{
	struct world *w = *state;

	w->sock.keepalive_probes = 1;
	feed(w, probe_sent(w, 1));
	assert_said(w, "");
	assert_true(engine__deadline(w->engine) < at_s(w, 75));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last(w)->probes_sent, 1);
}

static void user_timeout_is_judged_before_the_kernel_gives_up(void **state)
{
	struct world *w = *state;

	w->sock.user_timeout_ms = 7210000;
	feed(w, probe_sent(w, 1));
	assert_true(engine__deadline(w->engine) < at_s(w, 75));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

static void user_timeout_cuts_retransmissions_short(void **state)
{
	struct world *w = *state;

	w->sock.user_timeout_ms = 5000;
	feed_retransmits(w, 2);
	assert_true(engine__deadline(w->engine) < at_s(w, 5));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

static void outage_takes_two_more_than_idleness(void **state)
{
	struct world *w = *state;

	w->sock.survived_ns = 3 * HOUR_NS;
	feed_probes(w, 4);
	assert_false(due_soon_after(w, probe_sent(w, 4)));
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
}

static void gap_barely_above_one_survived_is_not_blamed(void **state)
{
	struct world *w = *state;

	w->sock.survived_ns = 2 * HOUR_NS - 10 * MINUTE_NS;
	feed(w, probe_sent(w, 2));
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
}

static void gap_well_above_one_survived_is_blamed(void **state)
{
	struct world *w = *state;

	w->sock.survived_ns = 2 * HOUR_NS - 20 * MINUTE_NS;
	feed(w, probe_sent(w, 2));
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
}

static void short_gap_is_an_outage(void **state)
{
	struct world *w = *state;

	w->heard_ns = w->first_ns - 59 * NS_PER_S;
	feed_retransmits(w, 2);
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->idle_ns, 59 * NS_PER_S);
}

/* A third of all segments were sent again: (1/3)^7 is under one in a thousand. */
static void lossy_history_raises_the_threshold(void **state)
{
	struct world *w = *state;

	w->sock.total_retrans = 133;
	feed_probes(w, 6);
	assert_false(due_soon_after(w, probe_sent(w, 6)));
	feed(w, probe_sent(w, 7));
	assert_true(due_soon_after(w, probe_sent(w, 7)));
}

/* Traffic was flowing: seven retransmissions are enough, but only after 20 s. */
static void outage_is_given_twenty_seconds(void **state)
{
	struct world *w = *state;

	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 6);
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_false(due_soon_after(w, retransmit(w, 6)));
	feed(w, retransmit(w, 7));
	assert_true(due_soon_after(w, retransmit(w, 7)));
}

static void retransmissions_of_this_silence_are_no_history(void **state)
{
	struct world *w = *state;

	w->sock.data_segs_out = 2;
	feed_retransmits(w, 5);
	assert_true(due_soon_after(w, retransmit(w, 5)));
}

static void silences_survived_raise_the_threshold(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	feed(w, heard(w, 0, at_s(w, 151)));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	said(w);
	feed_probes(w, 5);
	assert_false(due_soon_after(w, probe_sent(w, 5)));
	assert_said(w, "suspect");
}

static void lossy_history_cannot_outlast_the_kernel(void **state)
{
	struct world *w = *state;

	w->sock.total_retrans = 400;
	feed_probes(w, 9);
	assert_true(engine__deadline(w->engine) < at_s(w, 675));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

/* --- retransmissions --- */

static void retransmissions_into_silence_are_a_dead_path(void **state)
{
	struct world *w = *state;

	feed(w, retransmit(w, 1));
	assert_said(w, "");
	feed(w, retransmit(w, 2));
	assert_said(w, "suspect");
	for (unsigned int k = 3; k <= 5; k++)
		feed(w, retransmit(w, k));
	look_when_due(w);
	assert_said(w, "path-dead");
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(last(w)->retransmits, 5);
	assert_int_equal(last(w)->probes_sent, 0);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
}

static void retransmissions_before_the_first_fact_count(void **state)
{
	struct world *w = *state;

	feed(w, retransmit(w, 4));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->retransmits, 4);
	assert_int_equal(last(w)->silence_ns, 15 * rto_ns(w));
}

static void retransmissions_end_with_the_kernels_errno(void **state)
{
	struct world *w = *state;

	feed_retransmits(w, 5);
	look_when_due(w);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 925)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
}

/* --- what is kept of each try --- */

static void tries_are_listed_with_time_and_result(void **state)
{
	struct world *w = *state;

	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_sent(w, 2));
	assert_int_equal(last(w)->n_tries, 2);
	assert_int_equal(last(w)->tries[0].ts_ns, at_s(w, 0));
	assert_int_equal(last(w)->tries[0].result, -EPERM);
	assert_int_equal(last(w)->tries[1].ts_ns, at_s(w, 75));
	assert_int_equal(last(w)->tries[1].result, 0);
}

static void of_many_tries_the_first_and_the_last_are_kept(void **state)
{
	struct world *w = *state;

	w->sock.keepalive_probes = 40;
	feed_probes(w, 30);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 3000)));
	assert_int_equal(last(w)->n_tries, EVENT_TRIES_MAX);
	assert_int_equal(last(w)->tries[0].ts_ns, at_s(w, 75));
	assert_int_equal(last(w)->tries[EVENT_TRIES_MAX - 1].ts_ns, at_s(w, 29 * 75));
	assert_int_equal(last(w)->probes_sent, 30);
	assert_int_equal(last(w)->waited_ns, at_s(w, 3000) - at_s(w, 29 * 75));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(probes_needed_are_those_asked_for),
		world_test(single_keepalive_is_judged_before_the_kernel_gives_up),
		world_test(user_timeout_is_judged_before_the_kernel_gives_up),
		world_test(user_timeout_cuts_retransmissions_short),
		world_test(outage_takes_two_more_than_idleness),
		world_test(gap_barely_above_one_survived_is_not_blamed),
		world_test(gap_well_above_one_survived_is_blamed),
		world_test(short_gap_is_an_outage),
		world_test(lossy_history_raises_the_threshold),
		world_test(outage_is_given_twenty_seconds),
		world_test(retransmissions_of_this_silence_are_no_history),
		world_test(silences_survived_raise_the_threshold),
		world_test(lossy_history_cannot_outlast_the_kernel),
		world_test(retransmissions_into_silence_are_a_dead_path),
		world_test(retransmissions_before_the_first_fact_count),
		world_test(retransmissions_end_with_the_kernels_errno),
		world_test(tries_are_listed_with_time_and_result),
		world_test(of_many_tries_the_first_and_the_last_are_kept),
	};

	return cmocka_run_group_tests_name("engine_threshold", tests, NULL, NULL);
}
