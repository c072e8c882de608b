// SPDX-License-Identifier: BSD-2-Clause
/* What tapped interfaces add to a verdict (-i), and --light. */
#include "facts.h"

#define KEEPALIVE_SEQ(w) ((w)->sock.snd_una - 1)

static struct iw_fact wire(const struct world *w, enum iw_fact_type type, uint32_t seq,
			   uint64_t ts_ns)
{
	struct iw_fact f = { .type = (uint8_t)type,
			     .ts_ns = ts_ns,
			     .mono_ns = ts_ns - w->slept_ns,
			     .cookie = w->sock.cookie,
			     .netns = w->sock.netns,
			     .drop_netns = w->sock.netns,
			     .ifindex = 2,
			     .snd_nxt = seq,
			     .ttl = 61 };

	snprintf(f.drop_name, sizeof(f.drop_name), "eth0");
	return f;
}

static struct iw_fact on(struct iw_fact f, uint32_t ifindex, const char *name)
{
	f.ifindex = ifindex;
	snprintf(f.drop_name, sizeof(f.drop_name), "%s", name);
	return f;
}

/* The k-th keepalive with its packet, which comes first: it is seen before the send returns. */
static void probe_seen_leaving(struct world *w, unsigned int k)
{
	feed(w, wire(w, IW_FACT_WIRE_OUT, KEEPALIVE_SEQ(w), probe_sent(w, k).ts_ns));
	feed(w, probe_sent(w, k));
}

static void answer_seen_arriving(struct world *w, unsigned int k)
{
	feed(w, wire(w, IW_FACT_WIRE_IN, 9000, probe_sent(w, k).ts_ns + 20 * NS_PER_MS));
}

WORLD_TEST(without_a_tap_nothing_is_said_of_the_wire)
{
	feed_probes(w, 3);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_null(last(w)->wire);
}

WORLD_TEST(what_was_seen_leaving_is_counted_and_stays_path_dead)
{
	feed(w, probe_sent(w, 2));
	probe_seen_leaving(w, 3);
	assert_true(look_when_due(w));
	assert_said(w, "suspect path-dead");
	assert_non_null(last(w)->wire);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

static unsigned int seen_out(const struct world *w)
{
	const struct event *ev = last(w);

	return ev->wire ? ev->wire->out : 0;
}

WORLD_TEST(one_transmission_on_two_interfaces_counts_once)
{
	struct iw_fact seen = wire(w, IW_FACT_WIRE_OUT, KEEPALIVE_SEQ(w), at_s(w, 150));

	feed(w, probe_sent(w, 2));
	feed(w, on(seen, 9, "br0"));
	feed(w, seen);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(seen_out(w), 1);
	assert_string_equal(last(w)->wire->out_name, "eth0");
}

WORLD_TEST(an_acknowledgement_of_ours_is_no_transmission)
{
	feed(w, probe_sent(w, 2));
	feed(w, wire(w, IW_FACT_WIRE_OUT, w->sock.snd_nxt, at_s(w, 100)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(seen_out(w), 0);
}

WORLD_TEST(a_retransmission_seen_leaving_counts)
{
	feed_retransmits(w, 1);
	for (unsigned int k = 2; k <= 9; k++) {
		feed(w, wire(w, IW_FACT_WIRE_OUT, w->sock.snd_una, retransmit(w, k).ts_ns));
		feed(w, retransmit(w, k));
	}
	while (look_when_due(w))
		;
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_true(seen_out(w) >= 5);
	assert_int_equal(last(w)->wire->missed, 0);
}

WORLD_TEST(not_seen_leaving_proves_nothing_where_none_was_seen_before)
{
	feed_probes(w, 3);
	look_when_due(w);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(losing_sight_of_them_weakens_the_verdict)
{
	struct engine_config config = w->config;

	config.probes = 5;
	restart(w, &config);
	feed(w, probe_sent(w, 2));
	probe_seen_leaving(w, 3);
	feed(w, probe_sent(w, 4));
	feed(w, probe_sent(w, 5));
	assert_true(look_when_due(w));
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last(w)->wire->missed, 2);
}

WORLD_TEST(one_that_was_missed_is_no_pattern)
{
	struct engine_config config = w->config;

	config.probes = 4;
	restart(w, &config);
	feed(w, probe_sent(w, 2));
	probe_seen_leaving(w, 3);
	feed(w, probe_sent(w, 4));
	look_when_due(w);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

WORLD_TEST(answers_that_arrive_and_are_not_heard_blame_this_host)
{
	feed(w, probe_sent(w, 2));
	answer_seen_arriving(w, 2);
	feed(w, probe_sent(w, 3));
	answer_seen_arriving(w, 3);
	assert_true(look_when_due(w));
	assert_said(w, "suspect local-drop");
	assert_int_equal(last(w)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(last(w)->wire->in, 2);
	assert_int_equal(last(w)->wire->in_ttl, 61);
	assert_false(last(w)->wire->in_rst);
	assert_string_equal(last(w)->wire->in_name, "eth0");
}

WORLD_TEST(a_reset_that_arrives_and_is_not_heard_is_named)
{
	struct iw_fact rst = wire(w, IW_FACT_WIRE_IN, 9000, at_s(w, 76));

	rst.tcp_flags = 0x14;
	feed(w, probe_sent(w, 2));
	feed(w, rst);
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(last(w)->verdict, VERDICT_LOCAL_DROP);
	assert_true(last(w)->wire->in_rst);
}

WORLD_TEST(an_answer_that_is_just_arriving_blames_nobody)
{
	feed_probes(w, 3);
	feed(w, wire(w, IW_FACT_WIRE_IN, 9000, engine__deadline(w->engine) - NS_PER_MS));
	assert_true(look_when_due(w));
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
}

WORLD_TEST(an_answer_that_reaches_the_socket_ends_the_silence)
{
	feed_probes(w, 3);
	feed(w, wire(w, IW_FACT_WIRE_IN, 9000, at_s(w, 150)));
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 150)));
	assert_said(w, "suspect recovered");
}

WORLD_TEST(what_the_socket_heard_is_not_lost_inside)
{
	/* The peer asks again and again, not hearing us: it arrives, and is heard. */
	feed_probes(w, 2);
	for (unsigned int k = 1; k <= 3; k++) {
		feed(w, wire(w, IW_FACT_WIRE_IN, 9000, at_s(w, 75 + k)));
		feed(w, peer_probe(w, 0, at_s(w, 75 + k)));
	}
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(last(w)->verdict, VERDICT_ONE_WAY);
}

WORLD_TEST(what_tcp_itself_threw_away_is_not_lost_before_it)
{
	struct iw_fact bad = dropped(w, HOST_NETNS, "TCP_CSUM", at_s(w, 150));

	feed_probes(w, 3);
	answer_seen_arriving(w, 3);
	bad.flags |= IW_F_DROP_INPUT;
	feed(w, bad);
	look_when_due(w);
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
}

WORLD_TEST(arriving_in_another_namespace_is_still_on_the_path)
{
	feed_probes(w, 2);
	for (unsigned int k = 2; k <= 3; k++) {
		struct iw_fact seen = wire(w, IW_FACT_WIRE_IN, 9000, at_s(w, 75 * k));

		seen.drop_netns = OTHER_NETNS;
		feed(w, seen);
	}
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
}

WORLD_TEST(an_arrival_on_two_interfaces_counts_once)
{
	struct iw_fact seen = wire(w, IW_FACT_WIRE_IN, 9000, at_s(w, 76));

	feed(w, probe_sent(w, 2));
	feed(w, seen);
	feed(w, on(seen, 9, "br0"));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_int_equal(last(w)->wire->in, 1);
	assert_string_equal(last(w)->wire->in_name, "eth0");
}

WORLD_TEST(the_next_silence_begins_with_a_clean_wire)
{
	feed_probes(w, 3);
	answer_seen_arriving(w, 3);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	silence_from(w, at_s(w, 8000));
	feed_probes(w, 3);
	look_when_due(w);
	assert_int_equal(last(w)->verdict, VERDICT_PATH_DEAD);
	assert_null(last(w)->wire);
}

/* --- --light: no fact tells of what the peer sends --- */

static void make_light(struct world *w)
{
	struct engine_config config = w->config;

	config.light = true;
	restart(w, &config);
}

WORLD_TEST(light_finds_an_answer_by_looking)
{
	make_light(w);
	feed(w, probe_sent(w, 2));
	hear_untold(w, at_s(w, 75) + 20 * NS_PER_MS);
	assert_true(look_when_due(w));
	assert_said(w, "");
	assert_false(engine__in_silence(w->engine));
}

WORLD_TEST(light_gives_the_same_verdict_of_a_dead_path)
{
	make_light(w);
	feed(w, probe_sent(w, 2));
	assert_true(look_when_due(w));
	feed(w, probe_sent(w, 3));
	assert_true(look_when_due(w));
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(light_goes_on_looking_after_the_verdict)
{
	make_light(w);
	feed_probes(w, 3);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_true(look_when_due(w));
	assert_true(look_when_due(w));
	assert_said(w, "");
	hear_untold(w, at_s(w, 200));
	assert_true(look_when_due(w));
	assert_said(w, "recovered");
	assert_int_equal(engine__deadline(w->engine), UINT64_MAX);
}
