// SPDX-License-Identifier: BSD-2-Clause
/* How sure: each cell of the table in docs/verdicts.md, and the look-alike beside it. */
#include "facts.h"

static void assert_judged(const struct world *w, enum verdict verdict, enum confidence confidence)
{
	assert_int_equal(last(w)->type, EVENT_VERDICT);
	assert_int_equal(last(w)->verdict, verdict);
	assert_int_equal(last(w)->confidence, confidence);
}

/* --- path-dead --- */

WORLD_TEST(path_dead_is_likely_when_enough_are_unanswered)
{
	feed_probes(w, 3);
	look_when_due(w);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY);
}

/* All that one end can find of an address that lives, at once. */
WORLD_TEST(path_dead_is_never_certain)
{
	struct iw_fact f;

	feed_probes(w, 8);
	feed(w, verified(w, 0, at_s(w, 526)));
	f = look(w, engine__deadline(w->engine));
	f.elsewhere_ago_ns = NS_PER_S;
	f.elsewhere = IW_ELSEWHERE_SAME_PORT;
	feed(w, f);
	assert_judged(w, VERDICT_PATH_DEAD, CONFIDENCE_LIKELY);
}

WORLD_TEST(path_dead_is_suspect_when_the_kernel_gave_up_after_fewer)
{
	feed(w, probe_sent(w, 2));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 150)));
	assert_int_equal(last_but(w, 1)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
}

/* --- one-way --- */

static void hear_repeats(struct world *w, unsigned int n)
{
	for (unsigned int i = 0; i <= n; i++)
		feed(w, peer_probe(w, i, at_s(w, 75 * i)));
}

WORLD_TEST(one_way_is_certain_by_time_stamps)
{
	hear_repeats(w, 5);
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_CERTAIN);
}

WORLD_TEST(one_way_is_likely_without_time_stamps)
{
	w->sock.ts_echo = 0;
	hear_repeats(w, 5);
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_LIKELY);
}

WORLD_TEST(one_way_is_likely_when_the_peer_gave_up_first)
{
	hear_repeats(w, 4);
	feed(w, rst_in(w, at_s(w, 310)));
	assert_judged(w, VERDICT_ONE_WAY, CONFIDENCE_LIKELY);
}

/* --- those that were seen or heard --- */

WORLD_TEST(local_drop_is_certain)
{
	for (unsigned int k = 1; k <= 3; k++)
		feed(w, probe_refused(w, k, -EPERM));
	look_when_due(w);
	assert_judged(w, VERDICT_LOCAL_DROP, CONFIDENCE_CERTAIN);
}

WORLD_TEST(unreachable_is_certain_when_it_was_heard)
{
	feed(w, probe_sent(w, 2));
	feed(w, icmp(w, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_judged(w, VERDICT_UNREACHABLE, CONFIDENCE_CERTAIN);
}

WORLD_TEST(unreachable_is_suspect_when_only_the_kernel_said_so)
{
	struct iw_fact f = closed(w, EHOSTUNREACH, at_s(w, 900));

	f.flags |= IW_F_NEWS;
	f.retransmits = 8;
	feed(w, f);
	assert_int_equal(last_but(w, 1)->verdict, VERDICT_UNREACHABLE);
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
}

WORLD_TEST(peer_stalled_is_certain)
{
	feed(w, stalled_probe(w, 6, at_s(w, 14)));
	assert_judged(w, VERDICT_PEER_STALLED, CONFIDENCE_CERTAIN);
}
