// SPDX-License-Identifier: BSD-2-Clause
/* With all events: a line for each probe and answer. */
#include "facts.h"

static void restart_with_all_events(struct world *w)
{
	struct engine_config config = w->config;

	config.all_events = true;
	restart(w, &config);
}

WORLD_TEST(all_events_has_a_line_for_each_healthy_probe_and_answer)
{
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

WORLD_TEST(all_events_tells_the_kinds_of_segment_apart)
{
	restart_with_all_events(w);
	feed(w, heard(w, IW_HEARD_PEER_PROBE | IW_HEARD_AFTER_GAP, at_s(w, 1)));
	feed(w, heard(w, IW_HEARD_AFTER_GAP, at_s(w, 100)));
	assert_said(w, "peer-probe idle-end");
	assert_int_equal(last(w)->idle_ns, 99 * NS_PER_S);
}

WORLD_TEST(all_events_come_before_what_follows_from_them)
{
	restart_with_all_events(w);
	feed_retransmits(w, 2);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 2)));
	assert_said(w, "retransmit retransmit suspect probe-answered recovered");
	assert_int_equal(last_but(w, 1)->verdict, VERDICT_NONE);
	assert_false(last_but(w, 1)->in_silence);
}

WORLD_TEST(all_events_name_the_owner_once_known)
{
	struct iw_owner o = owner(10, "sshd");

	restart_with_all_events(w);
	feed_owned(w, probe_sent(w, 2), &o, 1);
	feed(w, probe_sent(w, 3));
	assert_said(w, "probe-sent suspect probe-sent");
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 10);
}

WORLD_TEST(without_all_events_there_are_no_such_lines)
{
	feed(w, probe_sent(w, 1));
	feed_probes(w, 3);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	feed(w, heard(w, IW_HEARD_PEER_PROBE, at_s(w, 400)));
	assert_said(w, "suspect recovered");
}
