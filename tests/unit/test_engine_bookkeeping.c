// SPDX-License-Identifier: BSD-2-Clause
/* What the engine knows and counts, and its bounds. */
#include "facts.h"

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

WORLD_TEST(socket_is_known_as_last_seen)
{
	assert_null(engine__view(w->engine, COOKIE).fact);
	feed_probes(w, 3);
	assert_int_equal(engine__view(w->engine, COOKIE).fact->ts_ns, at_s(w, 150));
	assert_null(engine__view(w->engine, COOKIE + 1).fact);
}

WORLD_TEST(silent_connection_is_found_by_its_flow)
{
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
WORLD_TEST(flow_is_not_found_by_a_sequence_number_never_sent)
{
	struct iw_flow flow = flow_of(w);

	w->sock.snd_una = UINT32_MAX - 10;
	w->sock.snd_nxt = 20;
	feed_probes(w, 2);
	assert_int_equal(find_flow(w, flow, UINT32_MAX - 11), COOKIE);
	assert_int_equal(find_flow(w, flow, 20), COOKIE);
	assert_int_equal(find_flow(w, flow, UINT32_MAX - 12), 0);
	assert_int_equal(find_flow(w, flow, 21), 0);
}

WORLD_TEST(engine_knows_whether_anything_is_silent)
{
	assert_false(engine__in_silence(w->engine));
	feed_probes(w, 2);
	assert_true(engine__in_silence(w->engine));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 76)));
	assert_false(engine__in_silence(w->engine));
}

/* --- bounds --- */

WORLD_TEST(connection_beyond_the_bound_is_refused_and_counted)
{
	restart_with_room_for(w, 2);
	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 2), c));
	assert_true(engine__knows(w->engine, 1) && engine__knows(w->engine, 2));
	assert_false(engine__knows(w->engine, 3));
	assert_int_equal(engine__totals(w->engine)->lost_refused, 1);
}

WORLD_TEST(the_one_well_for_longest_makes_room)
{
	restart_with_room_for(w, 3);
	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 2), c));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 76)), 3));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 77)), 2));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, of_cookie(probe_sent(w, 2), 4));
	assert_true(engine__knows(w->engine, 1));
	assert_true(engine__knows(w->engine, 2));
	assert_false(engine__knows(w->engine, 3));
	assert_true(engine__knows(w->engine, 4));
	assert_int_equal(engine__totals(w->engine)->lost_refused, 0);
}

WORLD_TEST(totals_count_what_was_said)
{
	const struct totals *t = engine__totals(w->engine);

	feed(w, of_cookie(probe_sent(w, 3), 1));
	feed(w, of_cookie(probe_sent(w, 3), 2));
	feed(w, of_cookie(look(w, engine__deadline(w->engine)), 1));
	feed(w, of_cookie(look(w, engine__deadline(w->engine)), 2));
	feed(w, of_cookie(closed(w, ETIMEDOUT, at_s(w, 675)), 1));
	feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 676)), 2));
	assert_int_equal(t->suspects, 2);
	assert_int_equal(t->verdicts[VERDICT_PATH_DEAD], 2);
	assert_int_equal(t->closed, 1);
	assert_int_equal(t->recovered, 1);
}

WORLD_TEST(freeing_nothing_is_allowed)
{
	engine__free(NULL);
}

/* --- owners --- */

WORLD_TEST(owners_come_by_rising_pid)
{
	struct iw_owner owners[] = { owner(900, "sshd"), owner(31, "systemd"), owner(77, "bash") };

	feed_owned(w, probe_sent(w, 2), owners, 3);
	look_when_due(w);
	assert_int_equal(last(w)->n_owners, 3);
	assert_int_equal(last(w)->owners[0].pid, 31);
	assert_int_equal(last(w)->owners[1].pid, 77);
	assert_int_equal(last(w)->owners[2].pid, 900);
	assert_string_equal(last(w)->owners[2].comm, "sshd");
}

WORLD_TEST(owners_replace_those_before)
{
	struct iw_owner before[] = { owner(10, "sshd"), owner(11, "sshd") };
	struct iw_owner now = owner(12, "scp");

	feed_owned(w, probe_sent(w, 2), before, 2);
	feed_owned(w, probe_sent(w, 3), &now, 1);
	look_when_due(w);
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 12);
}

WORLD_TEST(owners_stay_when_nobody_is_found_any_more)
{
	struct iw_owner o = owner(10, "sshd");

	feed_owned(w, probe_sent(w, 2), &o, 1);
	feed_owned(w, probe_sent(w, 3), &o, 0);
	feed(w, look_missed(w, engine__deadline(w->engine)));
	assert_string_equal(event_name(last(w)->type, last(w)->verdict), "path-dead");
	assert_int_equal(last(w)->n_owners, 1);
	assert_int_equal(last(w)->owners[0].pid, 10);
}

WORLD_TEST(owners_that_exited_come_last)
{
	struct iw_owner owners[] = { owner(31, "gone"), owner(900, "sshd"), owner(77, "bash") };

	owners[0].flags = IW_OWNER_EXITED;
	feed_owned(w, probe_sent(w, 2), owners, 3);
	look_when_due(w);
	assert_int_equal(last(w)->owners[0].pid, 77);
	assert_int_equal(last(w)->owners[1].pid, 900);
	assert_int_equal(last(w)->owners[2].pid, 31);
}

WORLD_TEST(owners_beyond_the_bound_are_left_out)
{
	struct iw_owner owners[ENGINE_OWNERS_MAX + 4];

	for (uint32_t i = 0; i < ARRAY_SIZE(owners); i++)
		owners[i] = owner(100 + i, "worker");
	feed_owned(w, probe_sent(w, 2), owners, ARRAY_SIZE(owners));
	look_when_due(w);
	assert_int_equal(last(w)->n_owners, ENGINE_OWNERS_MAX);
	assert_int_equal(last(w)->owners[0].pid, 100);
}

WORLD_TEST(owners_name_without_an_end_is_cut)
{
	struct iw_owner o = owner(10, "");

	memset(o.comm, 'x', sizeof(o.comm));
	feed_owned(w, probe_sent(w, 2), &o, 1);
	look_when_due(w);
	assert_int_equal(strnlen(last(w)->owners[0].comm, IW_COMM_LEN), IW_COMM_LEN - 1);
}
