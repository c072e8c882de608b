// SPDX-License-Identifier: BSD-2-Clause
#include "facts.h"

/* Longer than any grace, shorter than any wait for the kernel to give up. */
#define SOON_NS (4 * NS_PER_S)

static bool due_soon_after(const struct world *w, struct iw_fact f)
{
	uint64_t when = engine__deadline(w->engine);

	return when >= f.ts_ns && when - f.ts_ns <= SOON_NS;
}

static struct iw_fact of_cookie(struct iw_fact f, uint64_t cookie)
{
	f.cookie = cookie;
	return f;
}

/* --- the story: idle, forgotten by the path, given up --- */

static void suspect_comes_with_the_second_probe(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last(w)->trigger, TRIGGER_KEEPALIVE);
	assert_int_equal(last(w)->cause, CAUSE_IDLE);
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
}

static void suspect_carries_the_numbers_of_the_silence(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	assert_true(last(w)->in_silence);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last(w)->silence_ns, 75 * NS_PER_S);
	assert_int_equal(last(w)->last_heard_ns, 2 * HOUR_NS + 75 * NS_PER_S);
	assert_int_equal(last(w)->gives_up_in_ns, 8 * 75 * NS_PER_S);
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_failed, 0);
	assert_int_equal(last(w)->ts_ns, at_s(w, 75));
}

static void third_probe_says_nothing_before_its_answer_is_due(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	assert_said(w, "suspect");
	feed(w, look(w, probe_sent(w, 3).ts_ns));
	assert_said(w, "");
}

static void verdict_falls_on_the_look_after_the_deadline(void **state)
{
	struct world *w = *state;

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

static void no_verdict_falls_on_a_look_that_failed(void **state)
{
	struct world *w = *state;
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

static void a_failed_look_hides_no_later_answer(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	feed(w, look_failed(w, engine__deadline(w->engine)));
	feed(w, heard(w, IW_HEARD_ANSWER, engine__deadline(w->engine) - 1));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

static void verdict_is_given_once(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	look_when_due(w);
	said(w);
	feed(w, probe_sent(w, 4));
	feed(w, look(w, at_s(w, 300)));
	feed(w, probe_sent(w, 5));
	assert_said(w, "");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

static void end_carries_verdict_errno_and_counts(void **state)
{
	struct world *w = *state;

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

static void end_keeps_who_it_connected(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	look_when_due(w);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_int_equal(last(w)->fact->lport, 22);
	assert_int_equal(last(w)->fact->pport, 46560);
	assert_memory_equal(last(w)->fact->laddr, w->sock.laddr, IW_ADDR_LEN);
	assert_memory_equal(last(w)->fact->paddr, w->sock.paddr, IW_ADDR_LEN);
	assert_int_equal(last(w)->fact->family, AF_INET);
	assert_int_equal(last(w)->fact->state, STATE_CLOSE);
}

static void after_its_end_a_connection_is_unknown(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	assert_true(engine__knows(w->engine, COOKIE));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	said(w);
	assert_false(engine__knows(w->engine, COOKIE));
	feed(w, destroyed(w, at_s(w, 676)));
	assert_said(w, "");
}

static void destruction_alone_is_an_end_too(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	feed(w, destroyed(w, at_s(w, 160)));
	assert_said(w, "suspect closed");
	assert_int_equal(last(w)->error, 0);
}

static void kernel_giving_up_early_forces_the_verdict(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 150)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
}

static void close_by_the_application_gives_no_verdict(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, closed(w, 0, at_s(w, 80)));
	assert_said(w, "suspect closed");
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
}

static void close_before_any_suspicion_is_silent(void **state)
{
	struct world *w = *state;

	feed(w, retransmit(w, 1));
	feed(w, closed(w, 0, at_s(w, 1)));
	assert_said(w, "");
	assert_int_equal(engine__totals(w->engine)->closed, 0);
}

static void other_states_are_no_end(void **state)
{
	struct world *w = *state;
	struct iw_fact f = fact_at(w, IW_FACT_STATE, at_s(w, 80));

	f.state = STATE_CLOSE_WAIT;
	feed(w, probe_sent(w, 2));
	feed(w, f);
	assert_said(w, "suspect");
	assert_true(engine__knows(w->engine, COOKIE));
}

static void fin_heard_before_is_told(void **state)
{
	struct world *w = *state;

	w->sock.state = STATE_CLOSE_WAIT;
	w->sock.flags |= IW_F_FIN_HEARD;
	feed_probes(w, 3);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_true(last(w)->fin_heard);
}

/* On the way to CLOSE the kernel shuts down both sides. */
static void closing_is_not_taken_for_a_fin(void **state)
{
	struct world *w = *state;
	struct iw_fact f = closed(w, ETIMEDOUT, at_s(w, 675));

	f.flags |= IW_F_FIN_HEARD | IW_F_CLOSED_HERE;
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, f);
	assert_said(w, "suspect path-dead closed");
	assert_false(last(w)->fin_heard);
}

/* Older kernels report the error before the state changes, newer ones after it. */
static void error_may_come_before_or_with_the_end(void **state)
{
	struct world *w = *state;
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

static void error_that_the_application_has_read_is_still_told(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	look_when_due(w);
	feed(w, reported(w, ETIMEDOUT, at_s(w, 675)));
	feed(w, destroyed(w, at_s(w, 676)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last(w)->error, ETIMEDOUT);
}

static void zero_window_probes_unanswered_are_a_dead_path(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 2; k <= 3; k++)
		feed(w, window_probe(w, k));
	assert_true(due_soon_after(w, window_probe(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->trigger, TRIGGER_ZERO_WINDOW_PROBE);
}

/* --- nothing wrong --- */

static void healthy_keepalives_say_nothing(void **state)
{
	struct world *w = *state;

	for (unsigned int n = 0; n < 20; n++) {
		feed(w, probe_sent(w, 1));
		feed(w, heard(w, IW_HEARD_ANSWER | IW_HEARD_AFTER_GAP, w->first_ns + NS_PER_MS));
		silence_from(w, w->heard_ns + 2 * HOUR_NS);
	}
	assert_said(w, "");
	assert_false(engine__knows(w->engine, COOKIE));
}

static void answered_retransmissions_say_nothing(void **state)
{
	struct world *w = *state;

	for (unsigned int n = 0; n < 20; n++) {
		feed(w, retransmit(w, 1));
		feed(w, heard(w, IW_HEARD_ANSWER, retransmit(w, 1).ts_ns + 20 * NS_PER_MS));
		silence_from(w, w->heard_ns + NS_PER_S);
	}
	assert_said(w, "");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

static void answer_before_the_look_prevents_the_suspicion(void **state)
{
	struct world *w = *state;

	w->sock.keepalive_probes = 1;
	feed(w, probe_sent(w, 1));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 1)));
	assert_false(look_when_due(w));
	feed(w, look(w, at_s(w, 80)));
	assert_said(w, "");
}

static void facts_of_unknown_connections_are_ignored(void **state)
{
	struct world *w = *state;

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

static void first_probe_is_not_followed(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 1));
	assert_false(engine__knows(w->engine, COOKIE));
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

/* --- recovery --- */

static void answer_ends_a_suspicion(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	assert_said(w, "suspect recovered");
	assert_int_equal(last(w)->silence_ns, 151 * NS_PER_S);
	assert_int_equal(last(w)->probes_sent, 3);
	assert_int_equal(last(w)->probes_answered, 1);
	assert_int_equal(last(w)->last_heard_ns, 0);
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

static void answer_after_the_verdict_takes_it_back(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	look_when_due(w);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 226)));
	assert_said(w, "suspect path-dead recovered");
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	feed(w, closed(w, 0, at_s(w, 300)));
	assert_said(w, "");
}

static void the_peers_own_probe_is_life_when_it_echoes_news(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	w->sock.ts_echo++;
	feed(w, peer_probe(w, 0, at_s(w, 90)));
	assert_said(w, "suspect recovered");
	assert_int_equal(last(w)->probes_answered, 0);
}

static void the_peers_own_probe_is_no_answer_when_it_echoes_nothing_new(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	feed(w, peer_probe(w, 0, at_s(w, 90)));
	assert_said(w, "suspect");
}

static void data_sent_again_by_the_peer_is_no_answer(void **state)
{
	struct world *w = *state;

	feed_retransmits(w, 2);
	feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT, at_s(w, 1)));
	assert_said(w, "suspect");
	feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT | IW_HEARD_PROGRESS, at_s(w, 2)));
	assert_said(w, "recovered");
}

static void without_time_stamps_a_new_segment_is_an_answer(void **state)
{
	struct world *w = *state;

	w->sock.ts_echo = 0;
	feed_retransmits(w, 2);
	feed(w, peer_probe(w, 0, at_s(w, 1)));
	assert_said(w, "suspect");
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 2)));
	assert_said(w, "recovered");
}

static void look_sees_a_recovery_nobody_told_of(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_true(look_when_due(w));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

static void next_probe_sees_a_recovery_nobody_told_of(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	hear_untold(w, at_s(w, 76));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered suspect");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last(w)->silence_ns, 75 * NS_PER_S);
}

/* Then the kernel's count of unanswered probes tells: it began anew. */
static void next_probe_sees_a_recovery_without_time_stamps(void **state)
{
	struct world *w = *state;

	w->sock.ts_echo = 0;
	feed_probes(w, 2);
	hear_untold(w, at_s(w, 76));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered suspect");
}

static void look_sees_a_recovery_without_time_stamps(void **state)
{
	struct world *w = *state;

	w->sock.ts_echo = 0;
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_true(look_when_due(w));
	assert_said(w, "suspect recovered");
}

static void look_sees_retransmitted_data_acknowledged(void **state)
{
	struct world *w = *state;

	feed_retransmits(w, 5);
	w->sock.segs_in++;
	w->sock.snd_una += 36;
	assert_true(look_when_due(w));
	assert_said(w, "suspect recovered");
}

static void end_after_an_untold_recovery_is_no_end_of_a_suspicion(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	feed(w, closed(w, 0, at_s(w, 152)));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__totals(w->engine)->closed, 0);
}

static void count_of_segments_may_wrap(void **state)
{
	struct world *w = *state;

	w->sock.segs_in = UINT32_MAX;
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_int_equal(w->sock.segs_in, 0);
	look_when_due(w);
	assert_said(w, "suspect recovered");
}

static void dropped_segments_are_no_recovery(void **state)
{
	struct world *w = *state;
	struct iw_fact f = dropped(w, OTHER_NETNS, "NETFILTER_DROP", at_s(w, 151));

	f.segs_in++;
	feed_probes(w, 3);
	feed(w, f);
	assert_said(w, "suspect");
}

static void reset_is_neither_recovery_nor_a_dead_path(void **state)
{
	struct world *w = *state;

	feed_probes(w, 2);
	feed(w, rst_in(w, at_s(w, 76)));
	feed(w, closed(w, ECONNRESET, at_s(w, 76)));
	assert_int_equal(last(w)->type, EVENT_CLOSED);
	assert_int_equal(last(w)->error, ECONNRESET);
	assert_true(last(w)->rst_heard);
	said(w);
	assert_lacks(w->text, "recovered");
	assert_lacks(w->text, "path-dead");
}

static void new_silence_starts_its_counts_afresh(void **state)
{
	struct world *w = *state;

	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 75)));
	feed(w, with_icmp(probe_refused(w, 2, -EPERM), EHOSTUNREACH));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 76)));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered suspect");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_answered, 0);
	assert_int_equal(last(w)->probes_failed, 0);
	assert_int_equal(last(w)->send_errno, 0);
	assert_int_equal(last(w)->dropped_out + last(w)->dropped_in, 0);
	assert_int_equal(last(w)->n_tries, 1);
	assert_false(last(w)->icmp_heard);
	assert_null(last(w)->drop_name);
}

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

/* Nothing was seen to leave: a missing route of this host gives the same error. */
static void error_alone_is_no_icmp(void **state)
{
	struct world *w = *state;
	struct iw_fact f = closed(w, EHOSTUNREACH, at_s(w, 900));

	f.flags |= IW_F_NEWS;
	f.retransmits = 8;
	feed(w, f);
	assert_said(w, "suspect unreachable closed");
	assert_false(last(w)->icmp_heard);
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
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

/* --- this host, not the path --- */

static void refused_probes_are_a_local_drop(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 1; k <= 3; k++)
		feed(w, probe_refused(w, k, -EPERM));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->send_errno, EPERM);
	assert_int_equal(last(w)->probes_failed, 3);
	assert_int_equal(last(w)->probes_sent, 0);
}

static void probes_before_the_refused_one_count_as_sent(void **state)
{
	struct world *w = *state;

	feed(w, probe_refused(w, 3, -EHOSTUNREACH));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_failed, 1);
}

static void full_queue_here_is_a_refusal(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 1; k <= 3; k++)
		feed(w, probe_refused(w, k, 1));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->send_errno, ENOBUFS);
	assert_int_equal(last(w)->probes_failed, 3);
}

static void refusals_stay_local_until_the_end(void **state)
{
	struct world *w = *state;

	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_refused(w, 2, -EPERM));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 150)));
	assert_said(w, "suspect local-drop closed");
}

static void drop_in_the_sockets_namespace_is_local(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 75)));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 150)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_string_equal(last(w)->drop_name, "NETFILTER_DROP");
	assert_int_equal(last(w)->dropped_out, 2);
}

static void answers_dropped_here_are_local(void **state)
{
	struct world *w = *state;
	struct iw_fact f = dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 76));

	f.flags |= IW_F_DROP_INPUT;
	feed(w, probe_sent(w, 2));
	feed(w, f);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->dropped_in, 1);
}

static void one_refusal_among_many_does_not_acquit_the_path(void **state)
{
	struct world *w = *state;

	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_sent(w, 2));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->probes_failed, 1);
	assert_int_equal(last(w)->probes_sent, 2);
}

static void discarding_what_is_old_is_no_drop(void **state)
{
	static const char *const ordinary[] = { "", "TCP_OLD_ACK", "NOT_SPECIFIED", "NO_SOCKET" };
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	for (size_t i = 0; i < ARRAY_SIZE(ordinary); i++)
		feed(w, dropped(w, HOST_NETNS, ordinary[i], at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->dropped_out, 0);
	assert_null(last(w)->drop_name);
}

static void neighbour_that_does_not_answer_is_unreachable(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, HOST_NETNS, "NEIGH_FAILED", at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_true(last(w)->neighbour_lost);
}

static void dropped_retransmissions_are_a_silence_of_their_own(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 1; k <= 5; k++) {
		assert_said(w, k == 3 ? "suspect" : "");
		feed(w, retransmission_dropped(w, k, "NETFILTER_DROP"));
	}
	look_when_due(w);
	assert_contains(said(w), "local-drop");
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
	assert_int_equal(last(w)->dropped_out, 5);
}

static void refused_retransmissions_are_local(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 1; k <= 5; k++) {
		struct iw_fact f = retransmit(w, k);

		f.result = k % 2 ? -EPERM : 1;
		feed(w, f);
	}
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->send_errno, EPERM);
}

static void drop_in_another_namespace_is_the_path(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, OTHER_NETNS, "NETFILTER_DROP", at_s(w, 150)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->dropped_out, 0);
	assert_null(last(w)->drop_name);
	assert_string_equal(last(w)->drop_seen_name, "NETFILTER_DROP");
	assert_int_equal(last(w)->drop_seen_netns, OTHER_NETNS);
}

static void reason_without_an_end_is_cut(void **state)
{
	struct world *w = *state;
	struct iw_fact f = dropped(w, HOST_NETNS, "", at_s(w, 76));

	memset(f.drop_name, 'x', sizeof(f.drop_name));
	feed(w, probe_sent(w, 2));
	feed(w, f);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(strlen(last(w)->drop_name), IW_REASON_LEN - 1);
}

/* --- not silent: ICMP --- */

static void icmp_makes_it_unreachable(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 1; k <= 5; k++)
		feed(w, with_icmp(retransmit(w, k), EHOSTUNREACH));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_true(last(w)->icmp_heard);
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
}

static void icmp_seen_only_by_the_look_counts(void **state)
{
	struct world *w = *state;

	feed_probes(w, 3);
	feed(w, with_icmp(look(w, engine__deadline(w->engine)), EHOSTUNREACH));
	assert_said(w, "suspect unreachable");
}

static void icmp_seen_only_in_the_errno_counts(void **state)
{
	struct world *w = *state;

	feed_retransmits(w, 2);
	feed(w, closed(w, EHOSTUNREACH, at_s(w, 925)));
	assert_said(w, "suspect unreachable closed");
	assert_int_equal(last(w)->error, EHOSTUNREACH);
}

static void icmp_told_by_itself_counts(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, icmp(w, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_int_equal(last(w)->fact->lport, 22);
}

/* tcp_write_err() hands the soft error on, whichever it is: a REJECT rule's is ECONNREFUSED. */
static void any_icmp_error_that_ends_the_connection_counts(void **state)
{
	struct world *w = *state;

	feed_retransmits(w, 2);
	feed(w, with_icmp(closed(w, ECONNREFUSED, at_s(w, 925)), ECONNREFUSED));
	assert_said(w, "suspect unreachable closed");
}

static void reset_after_icmp_is_not_unreachable(void **state)
{
	struct world *w = *state;

	feed(w, with_icmp(retransmit(w, 1), EHOSTUNREACH));
	feed(w, with_icmp(retransmit(w, 2), EHOSTUNREACH));
	feed(w, rst_in(w, at_s(w, 2)));
	feed(w, closed(w, ECONNRESET, at_s(w, 2)));
	said(w);
	assert_lacks(w->text, "unreachable");
	assert_int_equal(last(w)->type, EVENT_CLOSED);
}

/* --- the peer asks and does not hear us --- */

static void peer_that_repeats_itself_does_not_hear_us(void **state)
{
	struct world *w = *state;

	feed(w, peer_probe(w, 0, at_s(w, 0)));
	for (unsigned int n = 1; n <= 4; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->trigger, TRIGGER_REPEAT);
	feed(w, peer_probe(w, 5, at_s(w, 375)));
	assert_said(w, "one-way");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->unreached, 5);
	assert_int_equal(last(w)->last_heard_ns, 0);
}

static void peer_that_gives_up_hearing_us_resets(void **state)
{
	struct world *w = *state;

	for (unsigned int n = 1; n <= 3; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, rst_in(w, at_s(w, 300)));
	feed(w, closed(w, ECONNRESET, at_s(w, 300)));
	assert_said(w, "suspect one-way closed");
	assert_true(last(w)->rst_heard);
	assert_int_equal(last(w)->verdict, VERDICT_ONE_WAY);
}

static void peer_that_asks_once_is_well(void **state)
{
	struct world *w = *state;

	for (unsigned int n = 0; n < 20; n++)
		feed(w, peer_probe(w, 0, at_s(w, 75 * n)));
	assert_said(w, "");
}

static void peer_that_hears_us_at_last_has_recovered(void **state)
{
	struct world *w = *state;

	for (unsigned int n = 1; n <= 5; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 400)));
	assert_said(w, "suspect one-way recovered");
}

static void probes_unanswered_while_the_peer_asks_are_one_way(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	feed(w, peer_probe(w, 0, at_s(w, 80)));
	feed(w, peer_probe(w, 1, at_s(w, 140)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect one-way");
	assert_int_equal(last(w)->unreached, 2);
	assert_int_equal(last(w)->trigger, TRIGGER_KEEPALIVE);
}

static void segments_heard_that_show_nothing_arrived_are_seen_by_the_look(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 2));
	w->sock.segs_in++;
	feed(w, probe_sent(w, 3));
	w->sock.segs_in++;
	w->sock.probes_out = 3;
	look_when_due(w);
	assert_said(w, "suspect one-way");
}

/* --- a reset in place of an answer --- */

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

/* --- a peer that lives and takes nothing --- */

static void window_closed_for_long_is_a_stalled_peer(void **state)
{
	struct world *w = *state;

	feed(w, stalled_probe(w, 5, at_s(w, 7)));
	assert_said(w, "");
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	assert_said(w, "peer-stalled");
	assert_int_equal(last(w)->probes_sent, 6);
	assert_int_equal(last(w)->probes_answered, 6);
	assert_int_equal(last(w)->silence_ns, 63 * rto_ns(w));
}

static void stalled_peer_is_told_once(void **state)
{
	struct world *w = *state;

	for (unsigned int k = 4; k <= 12; k++) {
		uint64_t when = at_s(w, 1U << k) / 4;

		feed(w, stalled_probe(w, k, when));
		feed(w, heard(w, IW_HEARD_ANSWER | IW_HEARD_ZERO_WINDOW, when + 20 * NS_PER_MS));
	}
	assert_said(w, "peer-stalled");
}

static void opened_window_ends_the_stall(void **state)
{
	struct world *w = *state;

	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 20)));
	assert_said(w, "peer-stalled recovered");
	assert_int_equal(last(w)->probes_answered, 6);
}

static void opened_window_is_seen_by_the_end_too(void **state)
{
	struct world *w = *state;

	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	hear_untold(w, at_s(w, 20));
	feed(w, closed(w, 0, at_s(w, 21)));
	assert_said(w, "peer-stalled recovered");
}

static void stall_may_last_to_the_end(void **state)
{
	struct world *w = *state;

	w->sock.snd_wnd = 0;
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	feed(w, closed(w, 0, at_s(w, 21)));
	assert_said(w, "peer-stalled closed");
}

static void stalled_peer_may_fall_silent(void **state)
{
	struct world *w = *state;

	w->sock.snd_wnd = 0;
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	hear_untold(w, at_s(w, 15));
	silence_from(w, at_s(w, 30));
	feed(w, window_probe(w, 2));
	assert_said(w, "peer-stalled suspect");
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
	assert_int_equal(last(w)->probes_answered, 0);
}

/* --- how it is known that the peer lives --- */

static void restart_with_verify(struct world *w)
{
	struct engine_config config = w->config;

	config.verify_ns = 10 * NS_PER_S;
	world__restart(w, &config);
}

static void peer_heard_elsewhere_makes_it_certain(void **state)
{
	struct world *w = *state;
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = 3 * NS_PER_S;
	feed(w, f);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->elsewhere_ago_ns, 3 * NS_PER_S);
}

static void peer_heard_elsewhere_before_the_silence_proves_nothing(void **state)
{
	struct world *w = *state;
	struct iw_fact f;

	feed_probes(w, 3);
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = HOUR_NS;
	feed(w, f);
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

static void verdict_waits_for_the_verification(void **state)
{
	struct world *w = *state;
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

static void verification_that_does_not_end_is_not_waited_for_long(void **state)
{
	struct world *w = *state;

	restart_with_verify(w);
	feed_probes(w, 3);
	assert_true(due_soon_after(w, probe_sent(w, 3)));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->verify, VERIFY_NONE);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

static void verification_is_not_waited_for_past_the_kernels_end(void **state)
{
	struct world *w = *state;
	struct engine_config config = w->config;

	config.verify_ns = 10 * HOUR_NS;
	world__restart(w, &config);
	feed_probes(w, 9);
	assert_true(engine__deadline(w->engine) < at_s(w, 675));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

static void outcomes_of_a_verification_are_told_apart(void **state)
{
	static const struct {
		int result;
		enum verify verify;
		enum confidence confidence;
	} cases[] = { { 0, VERIFY_ANSWERS, CONFIDENCE_CERTAIN },
		      { -ECONNREFUSED, VERIFY_REFUSED, CONFIDENCE_CERTAIN },
		      { -ETIMEDOUT, VERIFY_SILENT, CONFIDENCE_LIKELY },
		      { -EPERM, VERIFY_FAILED, CONFIDENCE_LIKELY } };
	struct world *w = *state;

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

/* --- the host sleeps --- */

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

/* --- looks --- */

static void look_before_the_deadline_changes_nothing(void **state)
{
	struct world *w = *state;
	uint64_t when;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	feed(w, look(w, when - 1));
	assert_said(w, "suspect");
	assert_int_equal(engine__deadline(w->engine), when);
}

static void missed_look_gives_the_verdict_from_what_is_known(void **state)
{
	struct world *w = *state;
	uint64_t when;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	feed(w, look_missed(w, when));
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->fact->lport, 22);
	assert_int_equal(last(w)->ts_ns, when);
	assert_int_equal(last(w)->last_heard_ns, when - w->heard_ns);
}

static void connection_stays_due_until_it_is_given_a_look(void **state)
{
	struct world *w = *state;
	uint64_t when, cookie = 0;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	assert_int_equal(engine__due(w->engine, when - 1, &cookie, 1), 0);
	assert_int_equal(engine__due(w->engine, when, &cookie, 1), 1);
	assert_int_equal(engine__due(w->engine, when + HOUR_NS, &cookie, 1), 1);
	assert_int_equal(cookie, COOKIE);
	feed(w, look(w, when));
	assert_int_equal(engine__due(w->engine, when + HOUR_NS, &cookie, 1), 0);
}

static void no_more_are_due_than_there_is_room_for(void **state)
{
	struct world *w = *state;
	uint64_t cookies[2] = { 0 };

	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 3), c));
	assert_int_equal(engine__due(w->engine, at_s(w, 300), cookies, 2), 2);
	assert_int_not_equal(cookies[0], cookies[1]);
	assert_int_equal(engine__due(w->engine, at_s(w, 300), cookies, 0), 0);
}

static void deadline_is_the_earliest_of_all(void **state)
{
	struct world *w = *state;
	uint64_t first, cookie = 0;

	feed(w, of_cookie(probe_sent(w, 3), 1));
	first = engine__deadline(w->engine);
	silence_from(w, w->first_ns + NS_PER_S);
	feed(w, of_cookie(probe_sent(w, 3), 2));
	assert_int_equal(engine__deadline(w->engine), first);
	assert_int_equal(engine__due(w->engine, first, &cookie, 1), 1);
	assert_int_equal(cookie, 1);
}

/* --- asking the engine --- */

static struct iw_flow flow_of(const struct world *w)
{
	struct iw_flow flow = { .source_port = w->sock.lport, .dest_port = w->sock.pport };

	memcpy(flow.source, w->sock.laddr, sizeof(flow.source));
	memcpy(flow.dest, w->sock.paddr, sizeof(flow.dest));
	return flow;
}

static uint64_t find_flow(const struct world *w, struct iw_flow flow, uint32_t seq)
{
	return engine__find_flow(w->engine, HOST_NETNS, AF_INET, &flow, seq);
}

static void socket_is_known_as_last_seen(void **state)
{
	struct world *w = *state;

	assert_null(engine__fact(w->engine, COOKIE));
	feed_probes(w, 3);
	assert_int_equal(engine__fact(w->engine, COOKIE)->ts_ns, at_s(w, 150));
	assert_null(engine__fact(w->engine, COOKIE + 1));
}

static void silent_connection_is_found_by_its_flow(void **state)
{
	struct world *w = *state;
	struct iw_flow flow = flow_of(w), other = flow;

	other.dest_port++;
	assert_int_equal(find_flow(w, flow, 999), 0);
	feed_probes(w, 2);
	assert_int_equal(find_flow(w, flow, 999), COOKIE);
	assert_int_equal(find_flow(w, other, 999), 0);
	assert_int_equal(engine__find_flow(w->engine, OTHER_NETNS, AF_INET, &flow, 999), 0);
	assert_int_equal(engine__find_flow(w->engine, HOST_NETNS, AF_INET6, &flow, 999), 0);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 76)));
	assert_int_equal(find_flow(w, flow, 999), 0);
}

/* An ICMP message with a guessed sequence number is a forger's. */
static void flow_is_not_found_by_a_sequence_number_never_sent(void **state)
{
	struct world *w = *state;
	struct iw_flow flow = flow_of(w);

	w->sock.snd_una = UINT32_MAX - 10;
	w->sock.snd_nxt = 20;
	feed_probes(w, 2);
	assert_int_equal(find_flow(w, flow, UINT32_MAX - 11), COOKIE);
	assert_int_equal(find_flow(w, flow, 20), COOKIE);
	assert_int_equal(find_flow(w, flow, UINT32_MAX - 12), 0);
	assert_int_equal(find_flow(w, flow, 21), 0);
}

static void engine_knows_whether_anything_is_silent(void **state)
{
	struct world *w = *state;

	assert_false(engine__in_silence(w->engine));
	feed_probes(w, 2);
	assert_true(engine__in_silence(w->engine));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 76)));
	assert_false(engine__in_silence(w->engine));
}

/* --- bounds --- */

static void restart_with_room_for(struct world *w, size_t n)
{
	struct engine_config config = w->config;

	config.max_connections = n;
	world__restart(w, &config);
}

static void connection_beyond_the_bound_is_refused_and_counted(void **state)
{
	struct world *w = *state;

	restart_with_room_for(w, 2);
	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 2), c));
	assert_said(w, "suspect suspect");
	assert_true(engine__knows(w->engine, 1) && engine__knows(w->engine, 2));
	assert_false(engine__knows(w->engine, 3));
	assert_int_equal(engine__totals(w->engine)->lost_refused, 1);
}

static void oldest_that_is_well_again_makes_room(void **state)
{
	struct world *w = *state;

	restart_with_room_for(w, 3);
	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 2), c));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 76)), 3));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 77)), 2));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, of_cookie(probe_sent(w, 2), 4));
	assert_true(engine__knows(w->engine, 1));
	assert_false(engine__knows(w->engine, 2));
	assert_true(engine__knows(w->engine, 3));
	assert_true(engine__knows(w->engine, 4));
	assert_int_equal(engine__totals(w->engine)->lost_refused, 0);
}

static void totals_count_what_was_said(void **state)
{
	struct world *w = *state;
	const struct totals *t = engine__totals(w->engine);

	feed(w, of_cookie(probe_sent(w, 3), 1));
	feed(w, of_cookie(probe_sent(w, 3), 2));
	feed(w, of_cookie(look(w, engine__deadline(w->engine)), 1));
	feed(w, of_cookie(closed(w, ETIMEDOUT, at_s(w, 675)), 1));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 676)), 2));
	assert_int_equal(t->suspects, 2);
	assert_int_equal(t->verdicts[VERDICT_PATH_DEAD], 1);
	assert_int_equal(t->closed, 1);
	assert_int_equal(t->recovered, 1);
}

static void freeing_nothing_is_allowed(void **state UNUSED)
{
	engine__free(NULL);
}

/* --- owners --- */

static void owners_come_by_rising_pid(void **state)
{
	struct world *w = *state;
	struct iw_owner owners[] = { owner(900, "sshd"), owner(31, "systemd"), owner(77, "bash") };

	feed_owned(w, probe_sent(w, 2), owners, 3);
	assert_int_equal(last(w)->n_owners, 3);
	assert_int_equal(last(w)->owners[0].pid, 31);
	assert_int_equal(last(w)->owners[1].pid, 77);
	assert_int_equal(last(w)->owners[2].pid, 900);
	assert_string_equal(last(w)->owners[2].comm, "sshd");
}

static void owners_replace_those_before(void **state)
{
	struct world *w = *state;
	struct iw_owner before[] = { owner(10, "sshd"), owner(11, "sshd") };
	struct iw_owner now = owner(12, "scp");

	feed_owned(w, probe_sent(w, 2), before, 2);
	feed_owned(w, probe_sent(w, 3), &now, 1);
	look_when_due(w);
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 12);
}

static void owners_stay_when_nobody_is_found_any_more(void **state)
{
	struct world *w = *state;
	struct iw_owner o = owner(10, "sshd");

	feed_owned(w, probe_sent(w, 2), &o, 1);
	feed_owned(w, probe_sent(w, 3), &o, 0);
	feed(w, look_missed(w, engine__deadline(w->engine)));
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 10);
}

static void owners_that_exited_come_last(void **state)
{
	struct world *w = *state;
	struct iw_owner owners[] = { owner(31, "gone"), owner(900, "sshd"), owner(77, "bash") };

	owners[0].flags = IW_OWNER_EXITED;
	feed_owned(w, probe_sent(w, 2), owners, 3);
	assert_int_equal(last(w)->owners[0].pid, 77);
	assert_int_equal(last(w)->owners[1].pid, 900);
	assert_int_equal(last(w)->owners[2].pid, 31);
}

static void owners_beyond_the_bound_are_left_out(void **state)
{
	struct world *w = *state;
	struct iw_owner owners[ENGINE_OWNERS_MAX + 4];

	for (uint32_t i = 0; i < ARRAY_SIZE(owners); i++)
		owners[i] = owner(100 + i, "worker");
	feed_owned(w, probe_sent(w, 2), owners, ARRAY_SIZE(owners));
	assert_int_equal(last(w)->n_owners, ENGINE_OWNERS_MAX);
	assert_int_equal(last(w)->owners[0].pid, 100);
}

static void owners_name_without_an_end_is_cut(void **state)
{
	struct world *w = *state;
	struct iw_owner o = owner(10, "");

	memset(o.comm, 'x', sizeof(o.comm));
	feed_owned(w, probe_sent(w, 2), &o, 1);
	assert_int_equal(strnlen(last(w)->owners[0].comm, IW_COMM_LEN), IW_COMM_LEN - 1);
}

/* --- with all events --- */

static void restart_with_all_events(struct world *w)
{
	struct engine_config config = w->config;

	config.all_events = true;
	world__restart(w, &config);
}

static void all_events_has_a_line_for_each_healthy_probe_and_answer(void **state)
{
	struct world *w = *state;

	restart_with_all_events(w);
	feed(w, probe_sent(w, 1));
	feed(w, heard(w, IW_HEARD_ANSWER | IW_HEARD_AFTER_GAP, at_s(w, 1)));
	assert_said(w, "probe-sent probe-answered");
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS + NS_PER_S);
	assert_int_equal(last(w)->last_heard_ns, 0);
	assert_false(last(w)->in_silence);
	assert_false(engine__knows(w->engine, COOKIE));
	assert_int_equal(engine__totals(w->engine)->suspects, 0);
}

static void all_events_tells_the_kinds_of_segment_apart(void **state)
{
	struct world *w = *state;

	restart_with_all_events(w);
	feed(w, heard(w, IW_HEARD_PEER_PROBE | IW_HEARD_AFTER_GAP, at_s(w, 1)));
	feed(w, heard(w, IW_HEARD_AFTER_GAP, at_s(w, 100)));
	assert_said(w, "peer-probe idle-end");
	assert_int_equal(last(w)->idle_ns, 99 * NS_PER_S);
}

static void all_events_come_before_what_follows_from_them(void **state)
{
	struct world *w = *state;

	restart_with_all_events(w);
	feed_retransmits(w, 2);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 2)));
	assert_said(w, "retransmit retransmit suspect probe-answered recovered");
	assert_int_equal(last_but(w, 1)->verdict, VERDICT_NONE);
	assert_false(last_but(w, 1)->in_silence);
}

static void all_events_name_the_owner_once_known(void **state)
{
	struct world *w = *state;
	struct iw_owner o = owner(10, "sshd");

	restart_with_all_events(w);
	feed_owned(w, probe_sent(w, 2), &o, 1);
	feed(w, probe_sent(w, 3));
	assert_said(w, "probe-sent suspect probe-sent");
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 10);
}

static void without_all_events_there_are_no_such_lines(void **state)
{
	struct world *w = *state;

	feed(w, probe_sent(w, 1));
	feed_probes(w, 3);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	feed(w, heard(w, IW_HEARD_PEER_PROBE, at_s(w, 400)));
	assert_said(w, "suspect recovered");
}

/* --- any facts in any order --- */

#define RANDOM_COOKIES 6
#define RANDOM_FACTS 20000

/* What may follow on a connection, from the events alone. */
struct grammar {
	bool suspected[RANDOM_COOKIES];
	enum verdict judged[RANDOM_COOKIES];
	struct totals totals;
};

/* These come out of the blue; the others ripen from a suspicion. */
static bool needs_no_suspicion(enum verdict verdict)
{
	return verdict == VERDICT_RESET_AFTER_IDLE || verdict == VERDICT_PEER_STALLED;
}

/* A stalled peer may fall silent, be well again, or be reset, without a line for the stall. */
static bool is_free(const struct grammar *g, uint64_t c)
{
	return !g->suspected[c] && (!g->judged[c] || g->judged[c] == VERDICT_PEER_STALLED);
}

static void grammar__check(struct grammar *g, const struct event *ev)
{
	uint64_t c = ev->fact->cookie;

	assert_true(c < RANDOM_COOKIES);
	if (ev->type == EVENT_SUSPECT) {
		assert_true(is_free(g, c));
		g->suspected[c] = true;
		g->judged[c] = VERDICT_NONE;
		g->totals.suspects++;
	} else if (ev->type == EVENT_VERDICT) {
		assert_true(needs_no_suspicion(ev->verdict) ? is_free(g, c)
							    : g->suspected[c] && !g->judged[c]);
		g->judged[c] = ev->verdict;
		g->totals.verdicts[ev->verdict]++;
	} else if (ev->type == EVENT_RECOVERED || ev->type == EVENT_CLOSED) {
		assert_true(g->suspected[c] || g->judged[c]);
		assert_int_equal(ev->verdict, g->judged[c]);
		g->suspected[c] = false;
		g->judged[c] = VERDICT_NONE;
		g->totals.recovered += ev->type == EVENT_RECOVERED;
		g->totals.closed += ev->type == EVENT_CLOSED;
	}
}

static void check_all_said(const struct world *w)
{
	const struct totals *t = engine__totals(w->engine);
	struct grammar g = { 0 };

	for (size_t i = 0; i < w->n_seen; i++)
		grammar__check(&g, &w->seen[i]->ev);
	assert_true(g.totals.suspects > 0);
	assert_true(g.totals.recovered > 0);
	assert_true(g.totals.closed > 0);
	assert_int_equal(t->suspects, g.totals.suspects);
	assert_int_equal(t->recovered, g.totals.recovered);
	assert_int_equal(t->closed, g.totals.closed);
	assert_memory_equal(t->verdicts, g.totals.verdicts, sizeof(t->verdicts));
}

static unsigned int pick(uint64_t *seed, unsigned int n)
{
	return (unsigned int)(next_random(seed) >> 33) % n;
}

/* A fact that a kernel might tell, at w->first_ns. */
static struct iw_fact plausible_fact(struct world *w, uint64_t *seed)
{
	static const int errnos[] = { 0, ETIMEDOUT, ECONNRESET, EHOSTUNREACH };
	uint64_t now = w->first_ns;
	unsigned int k = 1 + pick(seed, 9);
	struct iw_fact f;

	switch (pick(seed, 24)) {
	case 16:
		return peer_probe(w, pick(seed, 7), now);
	case 17:
		return reset_at_once(w, 60 + pick(seed, 2), now);
	case 18:
		return stalled_probe(w, k, now);
	case 19:
		return icmp(w, now);
	case 20:
		return verified(w, -errnos[pick(seed, 4)], now);
	case 21:
		return pick(seed, 20) ? look(w, now) : slept(w, NS_PER_S, now);
	case 22:
		return retransmission_dropped(w, k, "NETFILTER_DROP");
	case 0:
		return heard(w, pick(seed, 8), now);
	case 1:
		return rst_in(w, now);
	case 2:
		return closed(w, errnos[pick(seed, 4)], now);
	case 3:
		return dropped(w, pick(seed, 2) ? HOST_NETNS : OTHER_NETNS, "X", now);
	case 4:
		return reported(w, errnos[pick(seed, 4)], now);
	case 5:
		return destroyed(w, now);
	case 6:
	case 7:
		return look_missed(w, now);
	case 8:
	case 9:
		return look(w, now);
	case 10:
		f = probe_refused(w, k, pick(seed, 2) ? 1 : -EPERM);
		break;
	case 11:
		f = window_probe(w, k);
		break;
	case 12:
	case 13:
		f = retransmit(w, k);
		break;
	default:
		f = probe_sent(w, k);
		break;
	}
	f.ts_ns = now;
	f.mono_ns = now - w->slept_ns;
	return pick(seed, 8) ? f : with_icmp(f, EHOSTUNREACH);
}

static void plausible_facts_in_any_order_keep_the_grammar(void **state)
{
	struct world *w = *state;
	uint64_t seed = 20240229;

	restart_with_room_for(w, RANDOM_COOKIES - 2);
	for (unsigned int n = 0; n < RANDOM_FACTS; n++) {
		w->sock.cookie = pick(&seed, RANDOM_COOKIES);
		silence_from(w, w->first_ns + next_random(&seed) % (20 * NS_PER_S));
		feed(w, plausible_fact(w, &seed));
	}
	check_all_said(w);
	assert_true(engine__totals(w->engine)->lost_refused > 0);
	for (unsigned int v = VERDICT_NONE + 1; v < VERDICT_MAX; v++)
		assert_true(engine__totals(w->engine)->verdicts[v] > 0);
}

/* All bytes at random: what a damaged recording may hold. */
static struct iw_fact wild_fact(uint64_t *seed)
{
	uint64_t words[sizeof(struct iw_fact) / sizeof(uint64_t)];
	struct iw_fact f;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = pick(seed, 8) ? next_random(seed) : pick(seed, 2) ? 0 : UINT64_MAX;
	memcpy(&f, words, sizeof(f));
	f.cookie = pick(seed, RANDOM_COOKIES);
	f.type = (uint8_t)pick(seed, IW_FACT_MAX + 1);
	/* Not all of it, lest every silence end at once and for the same reason. */
	if (pick(seed, 4))
		f.segs_in = 1;
	if (pick(seed, 4))
		f.result = f.sk_err_soft = 0;
	if (f.type == IW_FACT_STATE && pick(seed, 2))
		f.state = STATE_CLOSE;
	if (!pick(seed, 16))
		f.result = INT32_MIN;
	return f;
}

static void wild_facts_keep_the_grammar(void **state)
{
	struct world *w = *state;
	uint64_t seed = 7, cookies[2];

	for (unsigned int n = 0; n < RANDOM_FACTS; n++) {
		feed(w, wild_fact(&seed));
		assert_true(engine__due(w->engine, next_random(&seed), cookies, 2) <= 2);
	}
	check_all_said(w);
}

static void same_facts_give_the_same_events(void **state)
{
	struct world *w = *state;
	size_t half = 0;

	for (unsigned int round = 0; round < 2; round++) {
		uint64_t seed = 99;

		for (unsigned int n = 0; n < 500; n++)
			feed(w, wild_fact(&seed));
		if (!round) {
			half = w->n_seen;
			assert_true(half > 0);
			world__restart(w, &w->config);
		}
	}
	assert_int_equal(w->n_seen, 2 * half);
	for (size_t i = 0; i < half; i++) {
		assert_int_equal(w->seen[i]->ev.type, w->seen[half + i]->ev.type);
		assert_int_equal(w->seen[i]->ev.ts_ns, w->seen[half + i]->ev.ts_ns);
		assert_memory_equal(&w->seen[i]->fact, &w->seen[half + i]->fact,
				    sizeof(struct iw_fact));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(suspect_comes_with_the_second_probe),
		world_test(suspect_carries_the_numbers_of_the_silence),
		world_test(third_probe_says_nothing_before_its_answer_is_due),
		world_test(verdict_falls_on_the_look_after_the_deadline),
		world_test(no_verdict_falls_on_a_look_that_failed),
		world_test(a_failed_look_hides_no_later_answer),
		world_test(verdict_is_given_once),
		world_test(end_carries_verdict_errno_and_counts),
		world_test(end_keeps_who_it_connected),
		world_test(after_its_end_a_connection_is_unknown),
		world_test(destruction_alone_is_an_end_too),
		world_test(kernel_giving_up_early_forces_the_verdict),
		world_test(close_by_the_application_gives_no_verdict),
		world_test(close_before_any_suspicion_is_silent),
		world_test(other_states_are_no_end),
		world_test(fin_heard_before_is_told),
		world_test(closing_is_not_taken_for_a_fin),
		world_test(error_may_come_before_or_with_the_end),
		world_test(error_that_the_application_has_read_is_still_told),
		world_test(zero_window_probes_unanswered_are_a_dead_path),
		world_test(healthy_keepalives_say_nothing),
		world_test(answered_retransmissions_say_nothing),
		world_test(answer_before_the_look_prevents_the_suspicion),
		world_test(facts_of_unknown_connections_are_ignored),
		world_test(first_probe_is_not_followed),
		world_test(answer_ends_a_suspicion),
		world_test(answer_after_the_verdict_takes_it_back),
		world_test(the_peers_own_probe_is_life_when_it_echoes_news),
		world_test(the_peers_own_probe_is_no_answer_when_it_echoes_nothing_new),
		world_test(data_sent_again_by_the_peer_is_no_answer),
		world_test(without_time_stamps_a_new_segment_is_an_answer),
		world_test(look_sees_a_recovery_nobody_told_of),
		world_test(next_probe_sees_a_recovery_nobody_told_of),
		world_test(next_probe_sees_a_recovery_without_time_stamps),
		world_test(look_sees_a_recovery_without_time_stamps),
		world_test(look_sees_retransmitted_data_acknowledged),
		world_test(end_after_an_untold_recovery_is_no_end_of_a_suspicion),
		world_test(count_of_segments_may_wrap),
		world_test(dropped_segments_are_no_recovery),
		world_test(reset_is_neither_recovery_nor_a_dead_path),
		world_test(new_silence_starts_its_counts_afresh),
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
		world_test(error_alone_is_no_icmp),
		world_test(retransmissions_of_this_silence_are_no_history),
		world_test(silences_survived_raise_the_threshold),
		world_test(lossy_history_cannot_outlast_the_kernel),
		world_test(retransmissions_into_silence_are_a_dead_path),
		world_test(retransmissions_before_the_first_fact_count),
		world_test(retransmissions_end_with_the_kernels_errno),
		world_test(refused_probes_are_a_local_drop),
		world_test(probes_before_the_refused_one_count_as_sent),
		world_test(full_queue_here_is_a_refusal),
		world_test(refusals_stay_local_until_the_end),
		world_test(drop_in_the_sockets_namespace_is_local),
		world_test(answers_dropped_here_are_local),
		world_test(one_refusal_among_many_does_not_acquit_the_path),
		world_test(discarding_what_is_old_is_no_drop),
		world_test(neighbour_that_does_not_answer_is_unreachable),
		world_test(dropped_retransmissions_are_a_silence_of_their_own),
		world_test(refused_retransmissions_are_local),
		world_test(drop_in_another_namespace_is_the_path),
		world_test(reason_without_an_end_is_cut),
		world_test(icmp_makes_it_unreachable),
		world_test(icmp_seen_only_by_the_look_counts),
		world_test(icmp_seen_only_in_the_errno_counts),
		world_test(icmp_told_by_itself_counts),
		world_test(any_icmp_error_that_ends_the_connection_counts),
		world_test(reset_after_icmp_is_not_unreachable),
		world_test(peer_that_repeats_itself_does_not_hear_us),
		world_test(peer_that_gives_up_hearing_us_resets),
		world_test(peer_that_asks_once_is_well),
		world_test(peer_that_hears_us_at_last_has_recovered),
		world_test(probes_unanswered_while_the_peer_asks_are_one_way),
		world_test(segments_heard_that_show_nothing_arrived_are_seen_by_the_look),
		world_test(reset_of_the_first_packet_after_a_gap_is_a_verdict),
		world_test(reset_with_a_strange_ttl_is_forged),
		world_test(reset_of_data_after_a_gap_is_a_verdict),
		world_test(reset_in_busy_traffic_is_no_verdict),
		world_test(reset_after_several_probes_is_an_end_only),
		world_test(window_closed_for_long_is_a_stalled_peer),
		world_test(stalled_peer_is_told_once),
		world_test(opened_window_ends_the_stall),
		world_test(opened_window_is_seen_by_the_end_too),
		world_test(stall_may_last_to_the_end),
		world_test(stalled_peer_may_fall_silent),
		world_test(peer_heard_elsewhere_makes_it_certain),
		world_test(peer_heard_elsewhere_before_the_silence_proves_nothing),
		world_test(verdict_waits_for_the_verification),
		world_test(verification_that_does_not_end_is_not_waited_for_long),
		world_test(verification_is_not_waited_for_past_the_kernels_end),
		world_test(outcomes_of_a_verification_are_told_apart),
		world_test(gaps_count_the_time_asleep),
		world_test(probes_from_before_the_sleep_are_forgiven),
		world_test(small_drift_of_the_clocks_is_no_sleep),
		world_test(many_sleeps_are_all_right),
		world_test(tries_are_listed_with_time_and_result),
		world_test(of_many_tries_the_first_and_the_last_are_kept),
		world_test(look_before_the_deadline_changes_nothing),
		world_test(missed_look_gives_the_verdict_from_what_is_known),
		world_test(connection_stays_due_until_it_is_given_a_look),
		world_test(no_more_are_due_than_there_is_room_for),
		world_test(deadline_is_the_earliest_of_all),
		world_test(socket_is_known_as_last_seen),
		world_test(silent_connection_is_found_by_its_flow),
		world_test(flow_is_not_found_by_a_sequence_number_never_sent),
		world_test(engine_knows_whether_anything_is_silent),
		world_test(connection_beyond_the_bound_is_refused_and_counted),
		world_test(oldest_that_is_well_again_makes_room),
		world_test(totals_count_what_was_said),
		world_test(freeing_nothing_is_allowed),
		world_test(owners_come_by_rising_pid),
		world_test(owners_replace_those_before),
		world_test(owners_stay_when_nobody_is_found_any_more),
		world_test(owners_that_exited_come_last),
		world_test(owners_beyond_the_bound_are_left_out),
		world_test(owners_name_without_an_end_is_cut),
		world_test(all_events_has_a_line_for_each_healthy_probe_and_answer),
		world_test(all_events_tells_the_kinds_of_segment_apart),
		world_test(all_events_come_before_what_follows_from_them),
		world_test(all_events_name_the_owner_once_known),
		world_test(without_all_events_there_are_no_such_lines),
		world_test(plausible_facts_in_any_order_keep_the_grammar),
		world_test(wild_facts_keep_the_grammar),
		world_test(same_facts_give_the_same_events),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
