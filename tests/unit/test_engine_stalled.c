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
	feed(w, window_probe(w, 2));
	assert_said(w, "peer-stalled suspect");
	assert_int_equal(last(w)->verdict, VERDICT_NONE);
	assert_int_equal(last(w)->probes_answered, 0);
}
