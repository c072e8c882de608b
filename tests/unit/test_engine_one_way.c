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
	for (unsigned int n = 1; n <= 3; n++)
		feed(w, peer_probe(w, n, at_s(w, 75 * n)));
	feed(w, rst_in(w, at_s(w, 300)));
	feed(w, closed(w, ECONNRESET, at_s(w, 300)));
	assert_said(w, "suspect one-way closed");
	assert_true(last(w)->rst_heard);
	assert_int_equal(last(w)->verdict, VERDICT_ONE_WAY);
}

WORLD_TEST(peer_that_asks_once_is_well)
{
	for (unsigned int n = 0; n < 20; n++)
		feed(w, peer_probe(w, 0, at_s(w, 75 * n)));
	assert_said(w, "");
}

WORLD_TEST(peer_that_hears_us_at_last_has_recovered)
{
	for (unsigned int n = 1; n <= 5; n++)
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
