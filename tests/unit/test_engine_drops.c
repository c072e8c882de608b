// SPDX-License-Identifier: BSD-2-Clause
/* This host and not the path drops or refuses, or a router answers by ICMP. */
#include "facts.h"

/* --- this host, not the path --- */

WORLD_TEST(refused_probes_are_a_local_drop)
{
	for (unsigned int k = 1; k <= 3; k++)
		feed(w, probe_refused(w, k, -EPERM));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->send_errno, EPERM);
	assert_int_equal(last(w)->probes_failed, 3);
	assert_int_equal(last(w)->probes_sent, 0);
}

WORLD_TEST(probes_before_the_refused_one_count_as_sent)
{
	feed(w, probe_refused(w, 3, -EHOSTUNREACH));
	look_when_due(w);
	assert_said(w, "suspect");
	assert_int_equal(last(w)->probes_sent, 2);
	assert_int_equal(last(w)->probes_failed, 1);
}

/* A queue that is full now says nothing of the next packet, nor of the path. */
WORLD_TEST(full_queue_here_is_nobodys_fault)
{
	for (unsigned int k = 1; k <= 3; k++)
		feed(w, probe_refused(w, k, k == 2 ? -ENOBUFS : 1));
	assert_said(w, "");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_said(w, "suspect path-dead closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last_but(w, 1)->crowded, 3);
	assert_int_equal(last_but(w, 1)->probes_failed, 0);
	assert_int_equal(last_but(w, 1)->send_errno, 0);
}

/* Thousands of sockets retransmit at once, and the rest is swallowed by the path. */
WORLD_TEST(what_left_beside_a_full_queue_is_counted_against_the_path)
{
	for (unsigned int k = 1; k <= 12; k++) {
		struct iw_fact f = retransmit(w, k);

		f.result = k % 2;
		feed(w, f);
		if (k < 10)
			assert_lacks(said(w), "path-dead");
	}
	look_when_due(w);
	assert_contains(said(w), "path-dead");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last(w)->crowded, 6);
	assert_int_equal(last(w)->retransmits, 12);
}

WORLD_TEST(drops_from_a_full_queue_are_not_this_hosts_rule)
{
	static const char *const reasons[] = { "CPU_BACKLOG", "QDISC_DROP", "FULL_RING",
					       "FQ_FLOW_LIMIT", "SOCKET_BACKLOG" };

	feed(w, probe_sent(w, 2));
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		struct iw_fact f = dropped(w, HOST_NETNS, reasons[i], at_s(w, 76));

		if (i % 2)
			f.flags |= IW_F_DROP_INPUT;
		feed(w, f);
	}
	for (unsigned int k = 3; k <= 6; k++)
		feed(w, probe_sent(w, k));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->crowded, 3);
	assert_int_equal(last(w)->dropped_out + last(w)->dropped_in, 0);
	assert_string_equal(last(w)->drop_name, "SOCKET_BACKLOG");
}

/* Half refused here by a rule, and of what left, enough unanswered: the path is dead as well. */
WORLD_TEST(what_left_beside_refusals_is_counted_against_the_path)
{
	for (unsigned int first = 0; first < 2; first++) {
		restart(w, &w->config);
		for (unsigned int k = 1; k <= 6; k++) {
			feed(w, k % 2 == first ? probe_sent(w, k) : probe_refused(w, k, -EPERM));
			if (k == 3)
				look_when_due(w);
		}
		assert_said(w, "suspect");
		look_when_due(w);
		assert_said(w, "path-dead");
		assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
		assert_int_equal(last(w)->probes_failed, 3);
		assert_int_equal(last(w)->probes_sent, 3);
	}
}

WORLD_TEST(one_that_left_before_three_refusals_does_not_acquit_this_host)
{
	for (unsigned int k = 2; k <= 4; k++)
		feed(w, probe_refused(w, k, -EPERM));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->probes_sent, 1);
	assert_int_equal(last(w)->probes_failed, 3);
}

/* Fewer than enough left, and the kernel is about to give up: then this host it is, likely. */
WORLD_TEST(half_refused_and_too_few_left_is_likely_this_host)
{
	w->sock.keepalive_probes = 4;
	for (unsigned int k = 1; k <= 4; k++)
		feed(w, k % 2 ? probe_refused(w, k, -EPERM) : probe_sent(w, k));
	look_to_the_end(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

/* Before 6.17, what failed is seen as a drop only; the kernel counts it all the same. */
WORLD_TEST(retransmissions_that_left_are_told_from_those_dropped)
{
	for (unsigned int k = 1; k <= 10; k++)
		feed(w, k % 2 ? retransmission_dropped(w, k, "NETFILTER_DROP") : retransmit(w, k));
	look_when_due(w);
	assert_contains(said(w), "path-dead");
	assert_int_equal(last(w)->retransmits, 5);
	assert_int_equal(last(w)->dropped_out, 5);
}

WORLD_TEST(refusals_stay_local_until_the_end)
{
	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_refused(w, 2, -EPERM));
	feed(w, closed(w, ETIMEDOUT, at_s(w, 150)));
	assert_said(w, "suspect local-drop closed");
}

WORLD_TEST(drop_in_the_sockets_namespace_is_local)
{
	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 75)));
	feed(w, dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 150)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_string_equal(last(w)->drop_name, "NETFILTER_DROP");
	assert_int_equal(last(w)->dropped_out, 2);
}

WORLD_TEST(answers_dropped_here_are_local)
{
	struct iw_fact f = dropped(w, HOST_NETNS, "NETFILTER_DROP", at_s(w, 76));

	f.flags |= IW_F_DROP_INPUT;
	feed(w, probe_sent(w, 2));
	feed(w, f);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->dropped_in, 1);
}

WORLD_TEST(one_refusal_among_many_does_not_acquit_the_path)
{
	feed(w, probe_refused(w, 1, -EPERM));
	feed(w, probe_sent(w, 2));
	feed(w, probe_sent(w, 3));
	look_to_the_end(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->probes_failed, 1);
	assert_int_equal(last(w)->probes_sent, 2);
}

WORLD_TEST(discarding_what_is_old_is_no_drop)
{
	static const char *const ordinary[] = { "", "TCP_OLD_ACK", "NOT_SPECIFIED", "NO_SOCKET" };

	feed(w, probe_sent(w, 2));
	for (size_t i = 0; i < ARRAY_SIZE(ordinary); i++)
		feed(w, dropped(w, HOST_NETNS, ordinary[i], at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->dropped_out, 0);
	assert_null(last(w)->drop_name);
}

WORLD_TEST(neighbour_that_does_not_answer_is_unreachable)
{
	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, HOST_NETNS, "NEIGH_FAILED", at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_true(last(w)->neighbour_lost);
}

WORLD_TEST(dropped_retransmissions_are_a_silence_of_their_own)
{
	for (unsigned int k = 1; k <= 5; k++)
		feed(w, retransmission_dropped(w, k, "NETFILTER_DROP"));
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
	assert_int_equal(last(w)->dropped_out, 5);
}

WORLD_TEST(refused_retransmissions_are_local)
{
	for (unsigned int k = 1; k <= 5; k++) {
		struct iw_fact f = retransmit(w, k);

		f.result = k % 2 ? -EPERM : 1;
		feed(w, f);
	}
	look_when_due(w);
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->send_errno, EPERM);
}

WORLD_TEST(drop_in_another_namespace_is_the_path)
{
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

WORLD_TEST(reason_without_an_end_is_cut)
{
	struct iw_fact f = dropped(w, HOST_NETNS, "", at_s(w, 76));

	memset(f.drop_name, 'x', sizeof(f.drop_name));
	feed(w, probe_sent(w, 2));
	feed(w, f);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(strlen(last(w)->drop_name), IW_REASON_LEN - 1);
}

/* --- not silent: ICMP --- */

WORLD_TEST(icmp_makes_it_unreachable)
{
	for (unsigned int k = 1; k <= 5; k++)
		feed(w, with_icmp(retransmit(w, k), EHOSTUNREACH));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_true(last(w)->icmp_heard);
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
}

WORLD_TEST(icmp_seen_only_by_the_look_counts)
{
	feed_probes(w, 3);
	feed(w, with_icmp(look(w, engine__deadline(w->engine)), EHOSTUNREACH));
	assert_said(w, "suspect unreachable");
}

WORLD_TEST(icmp_seen_only_in_the_errno_counts)
{
	feed_retransmits(w, 2);
	feed(w, closed(w, EHOSTUNREACH, at_s(w, 925)));
	assert_said(w, "suspect unreachable closed");
	assert_int_equal(last(w)->error, EHOSTUNREACH);
}

WORLD_TEST(icmp_told_by_itself_counts)
{
	feed(w, probe_sent(w, 2));
	feed(w, icmp(w, at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect unreachable");
	assert_int_equal(last(w)->fact->lport, 22);
}

/* tcp_write_err() hands the soft error on, whichever it is: a REJECT rule's is ECONNREFUSED. */
WORLD_TEST(any_icmp_error_that_ends_the_connection_counts)
{
	feed_retransmits(w, 2);
	feed(w, with_icmp(closed(w, ECONNREFUSED, at_s(w, 925)), ECONNREFUSED));
	assert_said(w, "suspect unreachable closed");
}

WORLD_TEST(reset_after_icmp_is_not_unreachable)
{
	feed(w, with_icmp(retransmit(w, 1), EHOSTUNREACH));
	feed(w, with_icmp(retransmit(w, 2), EHOSTUNREACH));
	feed(w, rst_in(w, at_s(w, 2)));
	feed(w, closed(w, ECONNRESET, at_s(w, 2)));
	said(w);
	assert_lacks(w->text, "unreachable");
	assert_int_equal(last(w)->type, EVENT_CLOSED);
}

/* Nothing was seen to leave: a missing route of this host gives the same error. */
WORLD_TEST(error_alone_is_no_icmp)
{
	struct iw_fact f = closed(w, EHOSTUNREACH, at_s(w, 900));

	f.flags |= IW_F_NEWS;
	f.retransmits = 8;
	feed(w, f);
	assert_said(w, "suspect unreachable closed");
	assert_false(last(w)->icmp_heard);
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
}
