// SPDX-License-Identifier: BSD-2-Clause
/* How many unanswered packets a verdict takes, and until when. */
#include "facts.h"

/* --- how many it takes --- */

WORLD_TEST(probes_needed_are_those_asked_for)
{
	struct engine_config config = w->config;

	config.probes = 5;
	restart(w, &config);
	feed_probes(w, 4);
	assert_false(due_soon_after(w, probe_sent(w, 4)));
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
}

/* With one probe there is no second to make a suspicion: the look comes before the end. */
WORLD_TEST(single_keepalive_is_judged_before_the_kernel_gives_up)
{
	w->sock.keepalive_probes = 1;
	feed(w, probe_sent(w, 1));
	assert_said(w, "");
	assert_true(engine__deadline(w->engine) < at_s(w, 75));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last(w)->probes_sent, 1);
}

WORLD_TEST(user_timeout_is_judged_before_the_kernel_gives_up)
{
	w->sock.user_timeout_ms = 7210000;
	feed(w, probe_sent(w, 1));
	assert_true(engine__deadline(w->engine) < at_s(w, 75));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(user_timeout_cuts_retransmissions_short)
{
	w->sock.user_timeout_ms = 5000;
	feed_retransmits(w, 2);
	assert_true(engine__deadline(w->engine) < at_s(w, 5));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

WORLD_TEST(outage_takes_two_more_than_idleness)
{
	w->sock.survived_ns = 3 * HOUR_NS;
	feed_probes(w, 4);
	look_when_due(w);
	assert_said(w, "suspect");
	feed(w, probe_sent(w, 5));
	assert_true(due_soon_after(w, probe_sent(w, 5)));
	look_when_due(w);
	assert_said(w, "path-dead");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
}

WORLD_TEST(gap_barely_above_one_survived_is_not_blamed)
{
	w->sock.survived_ns = 2 * HOUR_NS - 10 * MINUTE_NS;
	feed_probes(w, 9);
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
}

WORLD_TEST(gap_well_above_one_survived_is_blamed)
{
	w->sock.survived_ns = 2 * HOUR_NS - 20 * MINUTE_NS;
	feed_probes(w, 3);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
}

WORLD_TEST(short_gap_is_an_outage)
{
	w->heard_ns = w->first_ns - 59 * NS_PER_S;
	feed_retransmits(w, 6);
	look_when_due(w);
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->idle_ns, 59 * NS_PER_S);
}

/* A third of all segments were sent again: (1/3)^7 is under one in a thousand. */
WORLD_TEST(lossy_history_raises_the_threshold)
{
	w->sock.total_retrans = 133;
	feed_probes(w, 6);
	assert_false(due_soon_after(w, probe_sent(w, 6)));
	feed(w, probe_sent(w, 7));
	assert_true(due_soon_after(w, probe_sent(w, 7)));
}

/* While there is traffic such silences are many: (1/3)^13 is under one in a million. */
WORLD_TEST(lossy_traffic_raises_the_threshold_more)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	w->sock.total_retrans = 133;
	feed_retransmits(w, 12);
	assert_false(due_soon_after(w, retransmit(w, 12)));
	feed(w, retransmit(w, 13));
	assert_true(due_soon_after(w, retransmit(w, 13)));
}

/* Two sent again are no lossy path yet: (1/3)^7 will do. */
WORLD_TEST(a_little_lost_before_is_no_lossy_path)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	w->sock.data_segs_out = 5;
	w->sock.total_retrans = 2;
	feed_retransmits(w, 7);
	assert_true(due_soon_after(w, retransmit(w, 7)));
}

/* What was sent again in an outage is no loss rate: the next one is said as soon. */
WORLD_TEST(an_outage_is_no_lossy_path)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	w->sock.data_segs_out = 20;
	feed_retransmits(w, 7);
	w->sock.total_retrans = 7;
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 40)));
	silence_from(w, at_s(w, 42));
	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 7);
	assert_true(due_soon_after(w, retransmit(w, 7)));
}

/* Traffic was flowing: seven retransmissions are enough, but only after 20 s. */
WORLD_TEST(outage_is_given_twenty_seconds)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 6);
	look_when_due(w);
	assert_said(w, "suspect");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_false(due_soon_after(w, retransmit(w, 6)));
	feed(w, retransmit(w, 7));
	assert_true(due_soon_after(w, retransmit(w, 7)));
}

WORLD_TEST(retransmissions_of_this_silence_are_no_history)
{
	w->sock.data_segs_out = 2;
	feed_retransmits(w, 5);
	assert_true(due_soon_after(w, retransmit(w, 5)));
}

WORLD_TEST(silences_survived_raise_the_threshold)
{
	feed_probes(w, 3);
	feed(w, heard(w, 0, at_s(w, 151)));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	said(w);
	feed_probes(w, 5);
	assert_false(due_soon_after(w, probe_sent(w, 5)));
	assert_said(w, "");
	feed_probes(w, 7);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(lossy_history_cannot_outlast_the_kernel)
{
	w->sock.total_retrans = 400;
	feed_probes(w, 9);
	assert_true(engine__deadline(w->engine) < at_s(w, 675));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}

/* --- what is said of a suspicion, and when --- */

static void assert_said_after(struct world *w, unsigned int k, bool retransmissions)
{
	for (unsigned int i = 1; i <= k; i++) {
		assert_said(w, "");
		feed_in_time(w, retransmissions ? retransmit(w, i) : probe_sent(w, i));
	}
	look_when_due(w);
	assert_contains(said(w), "suspect");
}

WORLD_TEST(suspicion_of_an_idle_connection_takes_two_keepalives)
{
	assert_said_after(w, 2, false);
}

/* Keepalives every few seconds are lost on any lossy path: such gaps had been survived. */
WORLD_TEST(suspicion_of_keepalives_after_usual_gaps_takes_four)
{
	w->sock.survived_ns = 3 * HOUR_NS;
	assert_said_after(w, 4, false);
}

WORLD_TEST(suspicion_takes_as_many_retransmissions_as_are_asked_for)
{
	struct engine_config config = w->config;

	config.retransmits = 7;
	restart(w, &config);
	w->heard_ns = w->first_ns - NS_PER_S;
	assert_said_after(w, 7, true);
}

/* Paths that carry traffic pause for seconds, as a radio does that roams. */
WORLD_TEST(suspicion_under_load_takes_ten_seconds)
{
	w->heard_ns = w->first_ns - NS_PER_S;
	feed_retransmits(w, 5);
	assert_false(due_soon_after(w, retransmit(w, 5)));
	feed(w, retransmit(w, 6));
	assert_true(retransmit(w, 5).ts_ns < at_s(w, 10) && retransmit(w, 6).ts_ns > at_s(w, 10));
	look_when_due(w);
	assert_said(w, "suspect");
}

/* One in fifty was sent again: chance has four in a row in less than a millionth. */
WORLD_TEST(suspicion_takes_what_losses_do_not_explain)
{
	struct engine_config config = w->config;

	config.probes = 9;
	restart(w, &config);
	w->sock.total_retrans = 8;
	assert_said_after(w, 4, false);
}

WORLD_TEST(suspicion_that_is_not_said_has_no_end)
{
	feed_probes(w, 2);
	assert_true(engine__in_silence(w->engine));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 75) + 20 * NS_PER_MS));
	assert_said(w, "");
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed_retransmits(w, 4);
	feed(w, closed(w, 0, retransmit(w, 4).ts_ns + NS_PER_S));
	assert_said(w, "");
	assert_int_equal(engine__totals(w->engine)->suspects, 0);
	assert_int_equal(engine__totals(w->engine)->recovered, 0);
	assert_int_equal(engine__totals(w->engine)->closed, 0);
}

/* Nobody is asked before it is said; and then the verdict waits for the answer. */
WORLD_TEST(verification_begins_when_it_is_said)
{
	struct engine_config config = w->config;

	config.verify_ns = 3 * NS_PER_S;
	restart(w, &config);
	feed_retransmits(w, 5);
	assert_said(w, "");
	look_when_due(w);
	assert_said(w, "suspect");
	assert_int_equal(engine__deadline(w->engine), last(w)->ts_ns + 3 * NS_PER_S);
	feed(w, verified(w, 0, last(w)->ts_ns + 20 * NS_PER_MS));
	look_when_due(w);
	assert_said(w, "path-dead");
	assert_int_equal(last(w)->verify, VERIFY_ANSWERS);
}

/* --- retransmissions --- */

WORLD_TEST(retransmissions_into_silence_are_a_dead_path)
{
	feed_retransmits(w, 5);
	assert_said(w, "");
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(last(w)->retransmits, 5);
	assert_int_equal(last(w)->probes_sent, 0);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
}

WORLD_TEST(retransmissions_before_the_first_fact_count)
{
	feed(w, retransmit(w, 5));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->retransmits, 5);
	assert_int_equal(last(w)->silence_ns, 32 * rto_ns(w));
}

WORLD_TEST(retransmissions_end_with_the_kernels_errno)
{
	feed_retransmits(w, 5);
	look_when_due(w);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 925)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
}

/* --- what is kept of each try --- */

WORLD_TEST(tries_are_listed_with_time_and_result)
{
	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_sent(w, 2));
	look_when_due(w);
	assert_int_equal(last(w)->n_tries, 2);
	assert_int_equal(last(w)->tries[0].ts_ns, at_s(w, 0));
	assert_int_equal(last(w)->tries[0].result, -EPERM);
	assert_int_equal(last(w)->tries[1].ts_ns, at_s(w, 75));
	assert_int_equal(last(w)->tries[1].result, 0);
}

WORLD_TEST(of_many_tries_the_first_and_the_last_are_kept)
{
	w->sock.keepalive_probes = 40;
	feed_probes(w, 30);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 3000)));
	assert_int_equal(last(w)->n_tries, EVENT_TRIES_MAX);
	assert_int_equal(last(w)->tries[0].ts_ns, at_s(w, 75));
	assert_int_equal(last(w)->tries[EVENT_TRIES_MAX - 1].ts_ns, at_s(w, 29 * 75));
	assert_int_equal(last(w)->probes_sent, 30);
	assert_int_equal(last(w)->waited_ns, at_s(w, 3000) - at_s(w, 29 * 75));
}
