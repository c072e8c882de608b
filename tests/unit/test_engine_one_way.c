// SPDX-License-Identifier: BSD-2-Clause
/* The peer is heard and does not hear us. */
#include "facts.h"

WORLD_TEST(peer_that_repeats_itself_does_not_hear_us)
{
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

WORLD_TEST(peer_that_gives_up_hearing_us_resets)
{
	for (unsigned int n = 0; n <= 3; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, rst_in(w, at_s(w, 300)));
	feed(w, closed(w, ECONNRESET, at_s(w, 300)));
	assert_said(w, "suspect one-way closed");
	assert_true(last(w)->rst_heard);
	assert_int_equal(last(w)->verdict, VERDICT_ONE_WAY);
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_LIKELY);
}

/* Two answers may be lost on a living path, and a program may end at any time. */
WORLD_TEST(reset_after_two_repeats_is_an_end_only)
{
	for (unsigned int n = 0; n <= 2; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, rst_in(w, at_s(w, 160)));
	feed(w, closed(w, ECONNRESET, at_s(w, 160)));
	assert_said(w, "");
}

WORLD_TEST(peer_that_asks_once_is_well)
{
	for (unsigned int n = 0; n < 20; n++)
		feed(w, peer_probe(w, 0, at_s(w, 75 * n)));
	assert_said(w, "");
}

WORLD_TEST(peer_that_hears_us_at_last_has_recovered)
{
	for (unsigned int n = 0; n <= 5; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 400)));
	assert_said(w, "suspect one-way recovered");
}

WORLD_TEST(probes_unanswered_while_the_peer_asks_are_one_way)
{
	feed(w, probe_sent(w, 2));
	feed(w, peer_probe(w, 0, at_s(w, 80)));
	feed(w, peer_probe(w, 1, at_s(w, 140)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect one-way");
	assert_int_equal(last(w)->unreached, 2);
	assert_int_equal(last(w)->trigger, TRIGGER_KEEPALIVE);
}

WORLD_TEST(segments_heard_that_show_nothing_arrived_are_seen_by_the_look)
{
	feed(w, probe_sent(w, 2));
	w->sock.segs_in++;
	feed(w, probe_sent(w, 3));
	w->sock.segs_in++;
	w->sock.probes_out = 3;
	look_when_due(w);
	assert_said(w, "suspect one-way");
}

/* --- what a path holds back and lets go in one burst --- */

/* From then on, one each millisecond. */
static void feed_burst(struct world *w, unsigned int first, unsigned int n, uint64_t ts_ns)
{
	for (unsigned int i = 0; i < n; i++)
		feed(w, peer_probe(w, first + i, ts_ns + i * NS_PER_MS));
}

WORLD_TEST(a_burst_of_repeats_says_nothing)
{
	feed(w, peer_probe(w, 0, at_s(w, 0)));
	feed_burst(w, 1, 40, at_s(w, 3000));
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 3001)));
	assert_said(w, "");
}

WORLD_TEST(a_burst_of_all_repeats_counts_none)
{
	feed_burst(w, 0, 20, at_s(w, 100));
	assert_said(w, "");
	/* Each of these was asked after an answer to the one before could have arrived. */
	for (unsigned int n = 1; n <= 5; n++)
		feed(w, peer_probe(w, 20 + n, at_s(w, 100 + 75 * n)));
	assert_said(w, "suspect one-way");
	assert_int_equal(last(w)->unreached, 5);
}

/* A slow path takes a while to let all go: half the time between the peer's tries is nothing. */
WORLD_TEST(a_slow_burst_counts_as_one_too)
{
	feed(w, peer_probe(w, 0, at_s(w, 0)));
	feed(w, peer_probe(w, 1, at_s(w, 75)));
	for (unsigned int n = 2; n <= 20; n++)
		feed(w, peer_probe(w, n, at_s(w, 400 + n)));
	for (unsigned int n = 1; n <= 2; n++)
		feed(w, peer_probe(w, 20 + n, at_s(w, 400 + 325 * n)));
	assert_said(w, "suspect");
	assert_int_equal(last(w)->unreached, 4);
	feed(w, heard(w, IW_HEARD_PROGRESS, at_s(w, 1060)));
	assert_said(w, "recovered");
}

/* Asked each second: our answers may be held back for a while as well. */
WORLD_TEST(repeats_are_given_twenty_seconds)
{
	for (unsigned int n = 0; n < 20; n++)
		feed(w, peer_probe(w, n, at_s(w, n)));
	assert_said(w, "suspect");
	feed(w, peer_probe(w, 20, at_s(w, 20)));
	assert_said(w, "one-way");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
}

WORLD_TEST(a_burst_into_our_own_silence_is_not_one_way)
{
	feed_probes(w, 2);
	feed_burst(w, 0, 9, at_s(w, 140));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->unreached, 1);
}

/* It had left before what we sent could have arrived. */
WORLD_TEST(a_segment_that_crossed_our_first_is_no_sign)
{
	feed(w, retransmit(w, 1));
	feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT, retransmit(w, 1).ts_ns - NS_PER_MS));
	for (unsigned int k = 2; k <= 5; k++)
		feed(w, retransmit(w, k));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->unreached, 0);
}
