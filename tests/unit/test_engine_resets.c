// SPDX-License-Identifier: BSD-2-Clause
/* A reset in place of an answer, or out of the blue; whose it is; and ordinary ends. */
#include "facts.h"

WORLD_TEST(reset_of_the_first_packet_after_a_gap_is_a_verdict)
{
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_said(w, "reset-after-idle closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last_but(w, 1)->cause, CAUSE_IDLE);
	assert_int_equal(last_but(w, 1)->idle_ns, 2 * HOUR_NS);
	assert_true(last_but(w, 1)->rst_heard);
	assert_int_equal(last(w)->error, ECONNRESET);
}

WORLD_TEST(reset_from_nearer_than_the_peer_is_forged)
{
	feed(w, reset_at_once(w, 63, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last(w)->origin, ORIGIN_BOX);
	assert_int_equal(last(w)->rst_ttl, 63);
	assert_int_equal(last(w)->usual_ttl, 60);
}

/* Everything that TTLs can tell, one case a line: the rules are in docs/verdicts.md. */
WORLD_TEST(whose_a_reset_is_by_its_ttl)
{
	static const struct {
		uint8_t ttl, usual, low, high;
		enum origin origin;
		enum confidence confidence;
	} cases[] = {
		{ 0, 60, 60, 60, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 60, 0, 0, 0, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 60, 60, 0, 0, ORIGIN_PEER, CONFIDENCE_LIKELY },
		/* One hop is how ways back differ; so is farther away. */
		{ 61, 60, 60, 60, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 59, 60, 60, 60, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 50, 60, 60, 60, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		/* Nearer, and much nearer. */
		{ 62, 60, 60, 60, ORIGIN_BOX, CONFIDENCE_LIKELY },
		{ 64, 57, 57, 57, ORIGIN_BOX, CONFIDENCE_LIKELY },
		{ 64, 56, 56, 56, ORIGIN_BOX, CONFIDENCE_CERTAIN },
		/* Beyond all that was seen of the peer within the hour, not just the last. */
		{ 62, 60, 57, 61, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 61, 60, 57, 61, ORIGIN_PEER, CONFIDENCE_LIKELY },
		{ 63, 60, 57, 61, ORIGIN_BOX, CONFIDENCE_LIKELY },
		/* From another initial TTL, by the distance. */
		{ 254, 60, 60, 60, ORIGIN_BOX, CONFIDENCE_CERTAIN },
		{ 128, 60, 60, 60, ORIGIN_BOX, CONFIDENCE_CERTAIN },
		{ 62, 120, 120, 120, ORIGIN_BOX, CONFIDENCE_CERTAIN },
		{ 240, 60, 60, 60, ORIGIN_BOX, CONFIDENCE_LIKELY },
		/* As far away: a program may set its own TTL, its kernel's resets have another. */
		{ 60, 251, 251, 251, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		{ 61, 251, 251, 251, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
		/* Several hosts behind one address. */
		{ 64, 60, 60, 250, ORIGIN_UNKNOWN, CONFIDENCE_LIKELY },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct iw_fact f = reset_at_once(w, cases[i].ttl, at_s(w, 0));

		f.usual_ttl = cases[i].usual;
		f.ttl_low = cases[i].low;
		f.ttl_high = cases[i].high;
		restart(w, &w->config);
		feed(w, f);
		assert_said(w, "reset-after-idle");
		if (last(w)->origin != cases[i].origin ||
		    last(w)->confidence != cases[i].confidence)
			fail_msg("case %zu: origin %d, confidence %d", i, last(w)->origin,
				 last(w)->confidence);
	}
}

WORLD_TEST(reset_of_data_after_a_gap_is_a_verdict)
{
	struct iw_fact f = reset_at_once(w, 60, at_s(w, 0) + 20 * NS_PER_MS);

	f.probes_out = 0;
	f.packets_out = 1;
	f.flight_ago_ns = 20 * NS_PER_MS;
	feed(w, f);
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->trigger, TRIGGER_DATA);
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
}

WORLD_TEST(reset_in_busy_traffic_is_no_verdict)
{
	w->heard_ns = w->first_ns - 10 * NS_PER_S;
	feed(w, reset_at_once(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_lacks(said(w), "reset-after-idle");
}

/* --- the first packet was lost --- */

WORLD_TEST(reset_of_the_second_probe_is_a_verdict)
{
	struct iw_fact f;

	feed_probes(w, 2);
	f = reset_at_once(w, 60, at_s(w, 75) + 20 * NS_PER_MS);
	f.probes_out = 2;
	feed(w, f);
	feed(w, closed(w, ECONNRESET, at_s(w, 76)));
	assert_said(w, "reset-after-idle closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last_but(w, 1)->cause, CAUSE_IDLE);
	assert_int_equal(last_but(w, 1)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last_but(w, 1)->probes_sent, 2);
	assert_false(last_but(w, 1)->is_unasked);
	assert_int_equal(last(w)->verdict, VERDICT_RESET_AFTER_IDLE);
}

WORLD_TEST(reset_of_the_retransmission_is_a_verdict)
{
	struct iw_fact f = rst_in(w, retransmit(w, 1).ts_ns + 20 * NS_PER_MS);

	feed(w, retransmit(w, 1));
	f.flags |= IW_F_NEWS;
	f.packets_out = 1;
	f.retransmits = 1;
	f.flight_ago_ns = retransmit(w, 1).flight_ago_ns + 20 * NS_PER_MS;
	feed(w, f);
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->idle_ns, 2 * HOUR_NS);
	assert_int_equal(last(w)->trigger, TRIGGER_RETRANSMISSION);
}

WORLD_TEST(reset_after_more_probes_is_an_end_only)
{
	struct iw_fact f;

	feed_probes(w, 3);
	f = reset_at_once(w, 60, at_s(w, 150));
	f.probes_out = 3;
	feed(w, f);
	feed(w, closed(w, ECONNRESET, at_s(w, 150)));
	assert_said(w, "suspect closed");
}

/* What this host refused to send, no reset answers. */
WORLD_TEST(reset_while_this_host_sends_nothing_is_an_end_only)
{
	struct iw_fact f;

	feed(w, probe_refused(w, 2, -EPERM));
	f = reset_at_once(w, 60, at_s(w, 76));
	f.probes_out = 2;
	feed(w, f);
	assert_lacks(said(w), "reset-after-idle");
}

WORLD_TEST(reset_of_a_second_try_in_busy_traffic_is_an_end_only)
{
	struct iw_fact f;

	w->heard_ns = w->first_ns - NS_PER_S;
	feed(w, retransmit(w, 1));
	f = rst_in(w, at_s(w, 1));
	f.packets_out = f.retransmits = 1;
	feed(w, f);
	assert_said(w, "");
}

/* --- out of the blue --- */

WORLD_TEST(one_reset_out_of_the_blue_is_suspect)
{
	feed(w, reset_unasked(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_said(w, "reset-after-idle closed");
	assert_int_equal(last_but(w, 1)->confidence, CONFIDENCE_SUSPECT);
	assert_int_equal(last_but(w, 1)->cause, CAUSE_IDLE);
	assert_int_equal(last_but(w, 1)->trigger, TRIGGER_NONE);
	assert_int_equal(last_but(w, 1)->idle_ns, 2 * HOUR_NS);
	assert_true(last_but(w, 1)->is_unasked);
}

WORLD_TEST(one_from_nearer_than_the_peer_is_likely)
{
	feed(w, reset_unasked(w, 63, at_s(w, 0)));
	assert_said(w, "reset-after-idle");
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(last(w)->origin, ORIGIN_BOX);
}

/* The n-th connection is reset that long after the first, when it was idle for gap_ns. */
static void reset_another(struct world *w, uint64_t after_ns, uint64_t gap_ns)
{
	w->sock.cookie++;
	w->heard_ns = w->first_ns + after_ns - gap_ns;
	feed(w, reset_unasked(w, 60, w->first_ns + after_ns));
	assert_said(w, "reset-after-idle");
}

WORLD_TEST(several_after_like_gaps_are_likely)
{
	reset_another(w, 0, 2 * HOUR_NS);
	reset_another(w, HOUR_NS, 2 * HOUR_NS + 5 * MINUTE_NS);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
	reset_another(w, 2 * HOUR_NS, 3 * HOUR_NS);
	assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	reset_another(w, 3 * HOUR_NS, 2 * HOUR_NS);
	assert_int_equal(last(w)->confidence, CONFIDENCE_LIKELY);
}

/* A program that ends, or a host, aborts what fell idle together at one moment. */
WORLD_TEST(those_at_one_moment_count_as_one)
{
	for (unsigned int n = 0; n < 20; n++) {
		reset_another(w, n * NS_PER_S, 2 * HOUR_NS);
		assert_int_equal(last(w)->confidence, CONFIDENCE_SUSPECT);
	}
}

WORLD_TEST(one_after_a_gap_that_was_survived_is_an_end_only)
{
	w->sock.survived_ns = 3 * HOUR_NS;
	feed(w, reset_unasked(w, 60, at_s(w, 0)));
	feed(w, closed(w, ECONNRESET, at_s(w, 0)));
	assert_said(w, "");
}

/* --- ordinary ends --- */

WORLD_TEST(reset_after_either_end_has_closed_is_an_end_only)
{
	static const struct {
		uint8_t state, flags;
	} cases[] = { { IW_TCP_CLOSE_WAIT, IW_F_FIN_HEARD },
		      { IW_TCP_FIN_WAIT1, IW_F_CLOSED_HERE },
		      { IW_TCP_FIN_WAIT2, IW_F_CLOSED_HERE },
		      { IW_TCP_LAST_ACK, IW_F_FIN_HEARD | IW_F_CLOSED_HERE },
		      { IW_TCP_ESTABLISHED, IW_F_FIN_HEARD } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (unsigned int asked = 0; asked < 2; asked++) {
			struct iw_fact f = asked ? reset_at_once(w, 64, at_s(w, 0))
						 : reset_unasked(w, 64, at_s(w, 0));

			restart(w, &w->config);
			f.state = cases[i].state;
			f.flags |= cases[i].flags;
			feed(w, f);
			feed(w, closed(w, ECONNRESET, at_s(w, 0)));
			assert_said(w, "");
		}
	}
}
