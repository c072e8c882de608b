// SPDX-License-Identifier: BSD-2-Clause
/* A peer that lives and takes nothing. */
#include "facts.h"

WORLD_TEST(window_closed_for_long_is_a_stalled_peer)
{
	feed(w, stalled_probe(w, 5, at_s(w, 7)));
	assert_said(w, "");
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	assert_said(w, "peer-stalled");
	assert_int_equal(last(w)->probes_sent, 6);
	assert_int_equal(last(w)->probes_answered, 6);
	assert_int_equal(last(w)->silence_ns, 63 * rto_ns(w));
}

WORLD_TEST(stalled_peer_is_told_once)
{
	for (unsigned int k = 4; k <= 12; k++) {
		uint64_t when = at_s(w, 1U << k) / 4;

		feed(w, stalled_probe(w, k, when));
		feed(w, heard(w, IW_HEARD_ANSWER | IW_HEARD_ZERO_WINDOW, when + 20 * NS_PER_MS));
	}
	assert_said(w, "peer-stalled");
}

WORLD_TEST(opened_window_ends_the_stall)
{
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 20)));
	assert_said(w, "peer-stalled recovered");
	assert_int_equal(last(w)->probes_answered, 6);
}

WORLD_TEST(opened_window_is_seen_by_the_end_too)
{
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	hear_untold(w, at_s(w, 20));
	feed(w, closed(w, 0, at_s(w, 21)));
	assert_said(w, "peer-stalled recovered");
}

WORLD_TEST(stall_may_last_to_the_end)
{
	w->sock.snd_wnd = 0;
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	feed(w, closed(w, 0, at_s(w, 21)));
	assert_said(w, "peer-stalled closed");
}

WORLD_TEST(stalled_peer_may_fall_silent)
{
	w->sock.snd_wnd = 0;
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	hear_untold(w, at_s(w, 15));
	silence_from(w, at_s(w, 30));
	for (unsigned int k = 2; k <= 6; k++)
		feed_in_time(w, window_probe(w, k));
	look_when_due(w);
	assert_said(w, "peer-stalled suspect");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
	assert_int_equal(last(w)->probes_answered, 0);
}

/* --- a window that was shrunk with data in flight --- */

/* The peer answers each: it takes none, and its echo moves or, without time stamps, has none. */
static void feed_shrunk_and_answered(struct world *w, unsigned int k)
{
	for (unsigned int i = 1; i <= k; i++) {
		struct iw_fact f = shrunk_retransmit(w, i);

		feed(w, f);
		feed(w, heard(w, IW_HEARD_ZERO_WINDOW, f.ts_ns + 20 * NS_PER_MS));
	}
}

WORLD_TEST(window_shrunk_for_long_is_a_stalled_peer)
{
	w->sock.snd_wnd = 0;
	feed_shrunk_and_answered(w, 5);
	assert_said(w, "");
	feed(w, shrunk_retransmit(w, 6));
	assert_said(w, "peer-stalled");
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
	assert_int_equal(last(w)->retransmits, 6);
	assert_int_equal(last(w)->probes_answered, 6);
	assert_int_equal(last(w)->silence_ns, 63 * rto_ns(w));
}

WORLD_TEST(without_time_stamps_a_shrunk_window_is_told_too)
{
	w->sock.snd_wnd = 0;
	w->sock.ts_echo = 0;
	feed_shrunk_and_answered(w, 6);
	assert_said(w, "peer-stalled");
}

/* With --light nothing is told of the answers: they show in the socket's counters. */
WORLD_TEST(shrunk_window_is_told_with_light)
{
	struct engine_config config = w->config;

	config.light = true;
	restart(w, &config);
	w->sock.snd_wnd = 0;
	for (unsigned int i = 1; i <= 7; i++) {
		feed(w, shrunk_retransmit(w, i));
		hear_untold(w, shrunk_retransmit(w, i).ts_ns + 20 * NS_PER_MS);
		look_when_due(w);
	}
	assert_said(w, "peer-stalled");
}

WORLD_TEST(shrunk_window_is_told_once_and_ends_when_it_opens)
{
	w->sock.snd_wnd = 0;
	feed_shrunk_and_answered(w, 9);
	assert_said(w, "peer-stalled");
	w->sock.snd_wnd = 64000;
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 120)));
	assert_said(w, "recovered");
}

/* Long segments that a closed window keeps out are not stopped by the path. */
WORLD_TEST(shrunk_window_is_no_matter_of_lengths)
{
	w->sock.snd_wnd = 0;
	for (unsigned int i = 1; i <= 6; i++) {
		struct iw_fact f = shrunk_retransmit(w, i);

		f.segment_len = 1448;
		feed(w, f);
		feed(w, heard(w, IW_HEARD_ZERO_WINDOW, f.ts_ns + 20 * NS_PER_MS));
	}
	assert_said(w, "peer-stalled");
}

WORLD_TEST(peer_with_a_shrunk_window_may_fall_silent)
{
	w->sock.snd_wnd = 0;
	feed_shrunk_and_answered(w, 6);
	feed(w, shrunk_retransmit(w, 7)); /* the sixth was answered, this is not */
	assert_said(w, "peer-stalled");
	for (unsigned int k = 8; k <= 14; k++)
		feed(w, shrunk_retransmit(w, k));
	look_when_due(w);
	assert_contains(said(w), "path-dead");
	assert_int_equal(last(w)->cause, CAUSE_OUTAGE);
	assert_int_equal(last(w)->retransmits, 7);
	assert_int_equal(last(w)->probes_answered, 0);
}

WORLD_TEST(silence_may_begin_with_a_shrunk_window)
{
	w->sock.snd_wnd = 0;
	feed_shrunk_and_answered(w, 1);
	for (unsigned int k = 2; k <= 9; k++)
		feed(w, shrunk_retransmit(w, k));
	look_when_due(w);
	assert_contains(said(w), "path-dead");
	assert_lacks(w->text, "peer-stalled");
	assert_lacks(w->text, "mtu-black-hole");
}

/* The socket of a program that has closed it: the kernel gives it less time. */
WORLD_TEST(orphans_are_judged_before_the_kernel_gives_up)
{
	w->sock.flags |= IW_F_ORPHAN;
	w->sock.total_retrans = 200; /* so lossy that chance could have as many */
	feed_retransmits(w, 8);
	assert_true(engine__deadline(w->engine) < w->first_ns + 102200 * NS_PER_MS);
	assert_true(engine__deadline(w->engine) > at_s(w, 90));
	look_when_due(w);
	assert_contains(said(w), "path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}
