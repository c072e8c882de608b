// SPDX-License-Identifier: BSD-2-Clause
/* What a silent drop would do to a connection, from the kernel's stamps and timers. */
#include "engine/exposure.h"

#include "check.h"

#define ASSUMED_NS (240 * NS_PER_S)

/* Idle for an hour; keepalive as Linux has it, its timer set when the peer was last heard. */
static struct iw_look_row idle_hour(void)
{
	return (struct iw_look_row){
		.fact = { .state = 1,
			  .flags = IW_F_KEEPALIVE_ON,
			  .heard_ago_ns = HOUR_NS,
			  .data_heard_ago_ns = HOUR_NS,
			  .data_sent_ago_ns = HOUR_NS,
			  .keepalive_time_ms = 7200000,
			  .keepalive_intvl_ms = 75000,
			  .keepalive_probes = 9,
			  .retries2 = 15 },
		.sent_ago_ns = HOUR_NS,
		.timer_in_ns = HOUR_NS,
	};
}

static struct exposure judge(const struct iw_look_row *row)
{
	return exposure_of(row, ASSUMED_NS);
}

TEST(linux_defaults_notice_after_2h11m15s)
{
	struct iw_look_row row = idle_hour();
	struct exposure e = judge(&row);

	assert_int_equal(e.noticed_ns, 7875 * NS_PER_S);
	assert_int_equal(e.risk, RISK_KEEPALIVE_TOO_LATE);
	assert_int_equal(e.idle_ns, HOUR_NS);
	assert_int_equal(e.next_probe_ns, HOUR_NS);
	assert_int_equal(e.assumed_ns, ASSUMED_NS);
	assert_true(e.has_ages);
}

TEST(without_keepalive_nothing_is_ever_noticed)
{
	struct iw_look_row row = idle_hour();
	struct exposure e;

	row.fact.flags = 0;
	row.timer_in_ns = 0;
	e = judge(&row);
	assert_true(e.noticed_ns == NOTICED_NEVER);
	assert_int_equal(e.risk, RISK_NO_KEEPALIVE);
	assert_int_equal(e.next_probe_ns, 0);
}

TEST(data_in_flight_is_noticed_after_15m25s)
{
	struct iw_look_row row = idle_hour();
	struct exposure e;

	row.fact.packets_out = 1;
	row.fact.write_seq = row.fact.snd_nxt = 100;
	e = judge(&row);
	assert_int_equal(e.noticed_ns, 924600 * NS_PER_MS);
	assert_int_equal(e.next_probe_ns, 0);
	row.fact.user_timeout_ms = 30000;
	assert_int_equal(judge(&row).noticed_ns, 30 * NS_PER_S);
}

TEST(a_closed_window_is_asked_for_much_longer)
{
	struct iw_look_row row = idle_hour();

	/* 100 ms of round trip; eight probes answered so far, the waits have grown. */
	row.fact.write_seq = 100;
	row.fact.srtt_us = 100000;
	row.fact.backoff = 8;
	row.fact.retries2 = 5;
	/* 51.2 s (200 ms * 2^8), 102.4 s, then 120 s four times. */
	assert_int_equal(judge(&row).noticed_ns, (51200 + 102400 + 4 * 120000) * NS_PER_MS);
}

TEST(a_shorter_longest_wait_is_noticed_earlier)
{
	struct iw_look_row row = idle_hour();

	row.fact.packets_out = 1;
	row.fact.retries2 = 6;
	row.fact.rto_max_s = 1;
	/* 0.2 + 0.4 + 0.8 s, then one second four times. */
	assert_int_equal(judge(&row).noticed_ns, 5400 * NS_PER_MS);
}

TEST(a_user_timeout_ends_at_the_probe_after_it)
{
	struct iw_look_row row = idle_hour();

	row.fact.keepalive_time_ms = 60000;
	row.fact.keepalive_intvl_ms = 10000;
	row.fact.user_timeout_ms = 75000;
	assert_int_equal(judge(&row).noticed_ns, 80 * NS_PER_S);
	row.fact.user_timeout_ms = 80000;
	assert_int_equal(judge(&row).noticed_ns, 80 * NS_PER_S);
	/* One probe goes out at least. */
	row.fact.user_timeout_ms = 5000;
	assert_int_equal(judge(&row).noticed_ns, 70 * NS_PER_S);
}

TEST(in_time_is_before_the_assumed_moment)
{
	struct iw_look_row row = idle_hour();

	row.fact.keepalive_time_ms = 239000;
	assert_int_equal(judge(&row).risk, RISK_OK);
	row.fact.keepalive_time_ms = 240000;
	assert_int_equal(judge(&row).risk, RISK_KEEPALIVE_TOO_LATE);
}

TEST(one_that_is_not_connected_has_nothing_to_lose)
{
	static const uint8_t states[] = { 2, 3, 7, 9, 11 };
	struct iw_look_row row = idle_hour();

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		row.fact.state = states[i];
		assert_int_equal(judge(&row).risk, RISK_NONE);
		assert_int_equal(judge(&row).noticed_ns, 0);
	}
	row.fact.state = 2;
	assert_false(judge(&row).has_ages);
	row.fact.state = 5;
	assert_int_equal(judge(&row).risk, RISK_KEEPALIVE_TOO_LATE);
	row.fact.flags |= IW_F_ORPHAN;
	assert_int_equal(judge(&row).risk, RISK_NONE);
}

TEST(a_peers_keepalive_was_heard)
{
	struct iw_look_row row = idle_hour();

	row.peer_probe_ago_ns = 5 * NS_PER_S;
	assert_int_equal(judge(&row).heard_ns, 5 * NS_PER_S);
	assert_int_equal(judge(&row).idle_ns, 5 * NS_PER_S);
	/* The kernel's own reckoning knows nothing of it. */
	assert_int_equal(judge(&row).next_probe_ns, HOUR_NS);
}

TEST(what_was_sent_ends_idleness_too)
{
	struct iw_look_row row = idle_hour();

	row.sent_ago_ns = 5 * NS_PER_S;
	assert_int_equal(judge(&row).idle_ns, 5 * NS_PER_S);
	assert_int_equal(judge(&row).heard_ns, HOUR_NS);
}

TEST(our_own_unanswered_probe_does_not)
{
	struct iw_look_row row = idle_hour();

	row.sent_ago_ns = 5 * NS_PER_S;
	row.fact.probes_out = 1;
	assert_int_equal(judge(&row).idle_ns, HOUR_NS);
}

TEST(an_unanswered_probe_is_followed_by_the_next)
{
	struct iw_look_row row = idle_hour();

	row.fact.heard_ago_ns = 7205 * NS_PER_S;
	row.fact.probes_out = 1;
	row.timer_in_ns = 70 * NS_PER_S;
	assert_int_equal(judge(&row).next_probe_ns, 70 * NS_PER_S);
	/* Heard meanwhile: the timer will run and find that it is too early. */
	row.fact.probes_out = 0;
	row.fact.heard_ago_ns = 1000 * NS_PER_S;
	assert_int_equal(judge(&row).next_probe_ns, 6200 * NS_PER_S);
}
