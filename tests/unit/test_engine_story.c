// SPDX-License-Identifier: BSD-2-Clause
/* A connection that the path forgot while it was idle, to its end; and ones that are well. */
#include "facts.h"

/* --- the story: idle, forgotten by the path, given up --- */

WORLD_TEST(suspect_comes_when_the_second_probes_answer_is_overdue)
{
	feed(w, probe_sent(w, 2));
	assert_said(w, "");
	assert_true(look_when_due(w));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last(w)->trigger, TRIGGER_KEEPALIVE);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
}

WORLD_TEST(suspect_carries_the_numbers_of_the_silence)
{
	feed(w, probe_sent(w, 2));
	look_when_due(w);
	assert_true(last(w)->in_silence);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last(w)->silence_ns, 75 * NS_PER_S + rto_ns(w));
	assert_int_equal(last(w)->last_heard_ns, 2 * HOUR_NS + 75 * NS_PER_S + rto_ns(w));
	assert_int_equal(last(w)->gives_up_in_ns, 8 * 75 * NS_PER_S - rto_ns(w));
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_failed, 0);
	assert_int_equal(last(w)->ts_ns, at_s(w, 75) + rto_ns(w));
}

WORLD_TEST(third_probe_says_nothing_before_its_answer_is_due)
{
	feed_probes(w, 3);
	assert_said(w, "suspect");
	feed(w, look(w, probe_sent(w, 3).ts_ns));
	assert_said(w, "");
}

WORLD_TEST(verdict_falls_on_the_look_after_the_deadline)
{
	feed_probes(w, 3);
	assert_true(due_soon_after(w, probe_sent(w, 3)));
	assert_true(look_when_due(w));
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last(w)->probes_sent, 3);
	assert_int_equal(last(w)->probes_answered, 0);
	assert_false(last(w)->rst_heard || last(w)->fin_heard || last(w)->icmp_heard);
}

WORLD_TEST(no_verdict_falls_on_a_look_that_failed)
{
	uint64_t when;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	feed(w, look_failed(w, when));
	assert_said(w, "suspect");
	/* It is looked at again, and then judged as ever. */
	assert_true(engine__deadline(w->engine) > when);
	assert_true(engine__deadline(w->engine) <= when + SOON_NS);
	assert_true(look_when_due(w));
	assert_said(w, "path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(a_failed_look_hides_no_later_answer)
{
	feed_probes(w, 3);
	feed(w, look_failed(w, engine__deadline(w->engine)));
	feed(w, heard(w, IW_HEARD_ANSWER, engine__deadline(w->engine) - 1));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

WORLD_TEST(verdict_is_given_once)
{
	feed_probes(w, 3);
	look_when_due(w);
	said(w);
	feed(w, probe_sent(w, 4));
	feed(w, look(w, at_s(w, 300)));
	feed(w, probe_sent(w, 5));
	assert_said(w, "");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

WORLD_TEST(end_carries_verdict_errno_and_counts)
{
	feed_probes(w, 3);
	look_when_due(w);
	for (unsigned int k = 4; k <= 9; k++)
		feed(w, probe_sent(w, k));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->error, ETIMEDOUT);
	assert_int_equal(last(w)->probes_sent, 9);
	assert_int_equal(last(w)->silence_ns, 675 * NS_PER_S);
}

WORLD_TEST(end_keeps_who_it_connected)
{
	struct iw_fact f = closed(w, ETIMEDOUT, at_s(w, 675));

	/* A program that disconnects its socket has both ends forgotten. */
	f.lport = f.pport = 0;
	memset(f.laddr, 0, sizeof(f.laddr));
	memset(f.paddr, 0, sizeof(f.paddr));
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, f);
	assert_int_equal(last(w)->fact->lport, 22);
	assert_int_equal(last(w)->fact->pport, 46560);
	assert_memory_equal(last(w)->fact->laddr, w->sock.laddr, IW_ADDR_LEN);
	assert_memory_equal(last(w)->fact->paddr, w->sock.paddr, IW_ADDR_LEN);
	assert_int_equal(last(w)->fact->family, AF_INET);
	assert_int_equal(last(w)->fact->state, STATE_CLOSE);
}

WORLD_TEST(an_end_that_is_the_first_news_knows_both_ends)
{
	struct iw_fact f = closed(w, ETIMEDOUT, at_s(w, 75));

	f.probes_out = 1;
	f.flags |= IW_F_NEWS;
	feed(w, f);
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->fact->lport, 22);
	assert_int_equal(last(w)->fact->pport, 46560);
}

WORLD_TEST(after_its_end_a_connection_is_unknown)
{
	feed_probes(w, 3);
	assert_true(engine__knows(w->engine, COOKIE));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	said(w);
	assert_false(engine__knows(w->engine, COOKIE));
	feed(w, destroyed(w, at_s(w, 676)));
	assert_said(w, "");
}

WORLD_TEST(destruction_alone_is_an_end_too)
{
	feed_probes(w, 3);
	feed(w, destroyed(w, at_s(w, 160)));
	assert_said(w, "suspect closed");
	assert_int_equal(last(w)->error, 0);
}

WORLD_TEST(kernel_giving_up_early_forces_the_verdict)
{
	feed(w, probe_sent(w, 2));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 150)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
}

WORLD_TEST(close_by_the_application_gives_no_verdict)
{
	feed_in_time(w, probe_sent(w, 2));
	feed_in_time(w, closed(w, 0, at_s(w, 80)));
	assert_said(w, "suspect closed");
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
}

WORLD_TEST(close_before_any_suspicion_is_silent)
{
	feed(w, retransmit(w, 1));
	feed(w, closed(w, 0, at_s(w, 1)));
	assert_said(w, "");
	assert_int_equal(engine__totals(w->engine)->closed, 0);
}

WORLD_TEST(other_states_are_no_end)
{
	struct iw_fact f = fact_at(w, IW_FACT_STATE, at_s(w, 80));

	f.state = STATE_CLOSE_WAIT;
	feed(w, probe_sent(w, 2));
	feed_in_time(w, f);
	assert_said(w, "suspect");
	assert_true(engine__knows(w->engine, COOKIE));
}

WORLD_TEST(fin_heard_before_is_told)
{
	w->sock.state = STATE_CLOSE_WAIT;
	w->sock.flags |= IW_F_FIN_HEARD;
	feed_probes(w, 3);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_true(last(w)->fin_heard);
}

/* On the way to CLOSE the kernel shuts down both sides. */
WORLD_TEST(closing_is_not_taken_for_a_fin)
{
	struct iw_fact f = closed(w, ETIMEDOUT, at_s(w, 675));

	f.flags |= IW_F_FIN_HEARD | IW_F_CLOSED_HERE;
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, f);
	assert_said(w, "suspect path-dead closed");
	assert_false(last(w)->fin_heard);
}

/* Older kernels report the error before the state changes, newer ones after it. */
WORLD_TEST(error_may_come_before_or_with_the_end)
{
	struct iw_fact f = reported(w, ETIMEDOUT, at_s(w, 675));

	feed_probes(w, 3);
	look_when_due(w);
	feed(w, f);
	assert_said(w, "suspect path-dead");
	f.state = STATE_CLOSE;
	feed(w, f);
	assert_said(w, "closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	feed(w, destroyed(w, at_s(w, 676)));
	assert_said(w, "");
}

WORLD_TEST(error_that_the_application_has_read_is_still_told)
{
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, reported(w, ETIMEDOUT, at_s(w, 675)));
	feed(w, destroyed(w, at_s(w, 676)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
}

WORLD_TEST(an_error_taken_before_it_was_seen_is_inferred)
{
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, closed_unseen(w, at_s(w, 675)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, 0);
	assert_int_equal(last(w)->taken_error, ETIMEDOUT);
}

WORLD_TEST(an_error_seen_before_it_was_taken_is_not_inferred_again)
{
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, reported(w, ETIMEDOUT, at_s(w, 675)));
	feed(w, closed_unseen(w, at_s(w, 675)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
	assert_int_equal(last(w)->taken_error, 0);
}

WORLD_TEST(an_end_with_its_error_taken_is_news)
{
	struct iw_fact f = closed_unseen(w, at_s(w, 75));

	f.probes_out = 1;
	f.flags |= IW_F_NEWS;
	feed(w, f);
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->taken_error, ETIMEDOUT);
}

WORLD_TEST(what_icmp_left_behind_is_the_error_that_was_taken)
{
	feed_retransmits(w, 2);
	feed(w, with_icmp(closed_unseen(w, at_s(w, 925)), EHOSTUNREACH));
	assert_said(w, "suspect unreachable closed");
	assert_int_equal(last(w)->taken_error, EHOSTUNREACH);
}

/* Closed, aborted, destroyed, reset: no error is to be seen, and none was taken. */
WORLD_TEST(an_end_without_error_is_no_verdict)
{
	struct iw_fact f = closed(w, 0, at_s(w, 75));

	f.probes_out = f.keepalive_probes;
	f.flags |= IW_F_NEWS;
	feed(w, f);
	assert_said(w, "");
}

WORLD_TEST(zero_window_probes_unanswered_are_a_dead_path)
{
	for (unsigned int k = 2; k <= 3; k++)
		feed(w, window_probe(w, k));
	assert_true(due_soon_after(w, window_probe(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->trigger, TRIGGER_ZERO_WINDOW_PROBE);
}

/* --- nothing wrong --- */

WORLD_TEST(healthy_keepalives_say_nothing)
{
	for (unsigned int n = 0; n < 20; n++) {
		feed(w, probe_sent(w, 1));
		feed(w, heard(w, IW_HEARD_ANSWER | IW_HEARD_AFTER_GAP, w->first_ns + NS_PER_MS));
		silence_from(w, w->heard_ns + 2 * HOUR_NS);
	}
	assert_said(w, "");
	assert_false(engine__knows(w->engine, COOKIE));
}

WORLD_TEST(answered_retransmissions_say_nothing)
{
	for (unsigned int n = 0; n < 20; n++) {
		feed(w, retransmit(w, 1));
		feed(w, heard(w, IW_HEARD_ANSWER, retransmit(w, 1).ts_ns + 20 * NS_PER_MS));
		silence_from(w, w->heard_ns + NS_PER_S);
	}
	assert_said(w, "");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

WORLD_TEST(answer_before_the_look_prevents_the_suspicion)
{
	w->sock.keepalive_probes = 1;
	feed(w, probe_sent(w, 1));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 1)));
	assert_false(look_when_due(w));
	feed(w, look(w, at_s(w, 80)));
	assert_said(w, "");
}

WORLD_TEST(facts_of_unknown_connections_are_ignored)
{
	feed(w, look(w, at_s(w, 0)));
	feed(w, look_missed(w, at_s(w, 1)));
	feed(w, heard(w, IW_HEARD_AFTER_GAP, at_s(w, 2)));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 3)));
	feed(w, rst_in(w, at_s(w, 4)));
	feed(w, reported(w, ETIMEDOUT, at_s(w, 5)));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 6)));
	feed(w, destroyed(w, at_s(w, 7)));
	assert_said(w, "");
	assert_false(engine__knows(w->engine, COOKIE));
}

WORLD_TEST(first_probe_is_not_followed)
{
	feed(w, probe_sent(w, 1));
	assert_false(engine__knows(w->engine, COOKIE));
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}
