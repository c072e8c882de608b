// SPDX-License-Identifier: BSD-2-Clause
/* What ends a silence, told or not. */
#include "facts.h"

WORLD_TEST(answer_ends_a_suspicion)
{
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

WORLD_TEST(answer_after_the_verdict_takes_it_back)
{
	feed_probes(w, 3);
	look_when_due(w);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 226)));
	assert_said(w, "suspect path-dead recovered");
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	feed(w, closed(w, 0, at_s(w, 300)));
	assert_said(w, "");
}

WORLD_TEST(the_peers_own_probe_is_life_when_it_echoes_news)
{
	feed_probes(w, 2);
	look_when_due(w);
	w->sock.ts_echo++;
	feed(w, peer_probe(w, 0, at_s(w, 90)));
	assert_said(w, "suspect recovered");
	assert_int_equal(last(w)->probes_answered, 0);
}

WORLD_TEST(the_peers_own_probe_is_no_answer_when_it_echoes_nothing_new)
{
	feed_probes(w, 2);
	look_when_due(w);
	feed(w, peer_probe(w, 0, at_s(w, 90)));
	assert_said(w, "suspect");
}

WORLD_TEST(data_sent_again_by_the_peer_is_no_answer)
{
	feed_retransmits(w, 2);
	feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT, at_s(w, 1)));
	assert_true(engine__in_silence(w->engine));
	feed(w, heard(w, IW_HEARD_DATA | IW_HEARD_REPEAT | IW_HEARD_PROGRESS, at_s(w, 2)));
	assert_false(engine__in_silence(w->engine));
}

WORLD_TEST(without_time_stamps_a_new_segment_is_an_answer)
{
	w->sock.ts_echo = 0;
	feed_retransmits(w, 2);
	feed(w, peer_probe(w, 0, at_s(w, 1)));
	assert_true(engine__in_silence(w->engine));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 2)));
	assert_false(engine__in_silence(w->engine));
}

WORLD_TEST(look_sees_a_recovery_nobody_told_of)
{
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_true(look_when_due(w));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}

WORLD_TEST(next_probe_sees_a_recovery_nobody_told_of)
{
	feed_probes(w, 2);
	look_when_due(w);
	hear_untold(w, at_s(w, 76));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered");
	look_when_due(w); /* the kernel is about to give up */
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last(w)->waited_ns, last(w)->silence_ns - 75 * NS_PER_S);
}

/* Then the kernel's count of unanswered probes tells: it began anew. */
WORLD_TEST(next_probe_sees_a_recovery_without_time_stamps)
{
	w->sock.ts_echo = 0;
	feed_probes(w, 2);
	look_when_due(w);
	hear_untold(w, at_s(w, 76));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered");
	look_when_due(w); /* the kernel is about to give up */
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(look_sees_a_recovery_without_time_stamps)
{
	w->sock.ts_echo = 0;
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_true(look_when_due(w));
	assert_said(w, "suspect recovered");
}

WORLD_TEST(look_sees_retransmitted_data_acknowledged)
{
	feed_retransmits(w, 5);
	w->sock.segs_in++;
	w->sock.snd_una += 36;
	assert_true(look_when_due(w));
	assert_said(w, "");
	assert_false(engine__in_silence(w->engine));
}

WORLD_TEST(end_after_an_untold_recovery_is_no_end_of_a_suspicion)
{
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	feed(w, closed(w, 0, at_s(w, 152)));
	assert_said(w, "suspect recovered");
	assert_int_equal(engine__totals(w->engine)->closed, 0);
}

WORLD_TEST(count_of_segments_may_wrap)
{
	w->sock.segs_in = UINT32_MAX;
	feed_probes(w, 3);
	hear_untold(w, at_s(w, 151));
	assert_int_equal(w->sock.segs_in, 0);
	look_when_due(w);
	assert_said(w, "suspect recovered");
}

WORLD_TEST(dropped_segments_are_no_recovery)
{
	struct iw_fact f = dropped(w, OTHER_NETNS, "NETFILTER_DROP", at_s(w, 151));

	f.segs_in++;
	feed_probes(w, 3);
	feed(w, f);
	assert_said(w, "suspect");
}

WORLD_TEST(reset_is_neither_recovery_nor_a_dead_path)
{
	feed_probes(w, 2);
	look_when_due(w);
	feed(w, rst_in(w, at_s(w, 76)));
	feed(w, closed(w, ECONNRESET, at_s(w, 76)));
	assert_int_equal(last(w)->type, EVENT_CLOSED);
	assert_int_equal(last(w)->error, ECONNRESET);
	assert_true(last(w)->rst_heard);
	said(w);
	assert_lacks(w->text, "recovered");
	assert_lacks(w->text, "path-dead");
}

WORLD_TEST(new_silence_starts_its_counts_afresh)
{
	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 75)));
	feed(w, with_icmp(probe_refused(w, 2, -EPERM), EHOSTUNREACH));
	look_when_due(w);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 76)));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_said(w, "suspect recovered");
	look_when_due(w); /* the kernel is about to give up */
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_answered, 0);
	assert_int_equal(last(w)->probes_failed, 0);
	assert_int_equal(last(w)->send_errno, 0);
	assert_int_equal(last(w)->dropped_out + last(w)->dropped_in, 0);
	assert_int_equal(last(w)->n_tries, 1);
	assert_false(last(w)->icmp_heard);
	assert_null(last(w)->drop_name);
}
