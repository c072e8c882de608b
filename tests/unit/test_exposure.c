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
	return exposure_of(row, ASSUMED_NS, NULL);
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

/* --- programs that speak by themselves --- */

#define MINUTES(n) ((n)*MINUTE_NS)

/* Without keepalive; a look each second, and data as told: this host's ('>'), the peer's
 * ('<') or both ('=') in that second, else none. */
static struct exposure watch_traffic(const char *seconds)
{
	uint64_t start_ns = HOUR_NS, sent_ns = start_ns, heard_ns = start_ns;
	struct iw_look_row row = idle_hour();
	struct pulse pulse = {};

	row.fact.flags = 0;
	row.fact.data_segs_out = row.data_segs_in = 1;
	for (const char *s = seconds; *s; s++) {
		uint64_t now_ns = start_ns + (uint64_t)(s - seconds + 1) * NS_PER_S;

		if (*s == '>' || *s == '=')
			sent_ns = now_ns - 300 * NS_PER_MS;
		if (*s == '<' || *s == '=')
			heard_ns = now_ns - 280 * NS_PER_MS;
		row.fact.ts_ns = now_ns;
		row.fact.data_sent_ago_ns = now_ns - sent_ns;
		row.fact.data_heard_ago_ns = now_ns - heard_ns;
		pulse__note(&pulse, &row);
	}
	return exposure_of(&row, ASSUMED_NS, &pulse);
}

TEST(a_program_that_pings_is_not_exposed)
{
	struct exposure e = watch_traffic("=....=....=....=....=..");

	assert_int_equal(e.risk, RISK_PINGED);
	assert_int_equal(e.rhythm.times, 4);
	assert_true(e.rhythm.gap_ns > 4900 * NS_PER_MS && e.rhythm.gap_ns < 5100 * NS_PER_MS);
	assert_int_equal(e.rhythm.observed_ns, 22 * NS_PER_S);
	/* The next ping is lost, and sent again until the kernel gives up. */
	assert_true(e.rhythm.is_ours);
	assert_int_equal(e.noticed_ns, e.rhythm.gap_ns + 924600 * NS_PER_MS);
}

/* Its acknowledgements keep the path, but would not miss the pings. */
TEST(a_peer_that_pings_keeps_the_path_only)
{
	struct exposure e = watch_traffic("<....<....<....<....<..");

	assert_int_equal(e.risk, RISK_PINGED);
	assert_false(e.rhythm.is_ours);
	assert_true(e.noticed_ns == NOTICED_NEVER);
}

TEST(traffic_without_a_rhythm_says_nothing_of_tomorrow)
{
	static const char *const traffics[] = {
		"", /* one look, or none */
		"=....=....=", /* too few */
		"=.......=..=.=...=====..=...=", /* somebody types */
		"=..=..=..=..=........................", /* and has stopped */
		"=============================", /* busy now */
		"=.=.=.=.=.=.=.=.=.=.=.=.=.=.=", /* looks too far apart to tell */
	};

	for (size_t i = 0; i < ARRAY_SIZE(traffics); i++) {
		struct exposure e = watch_traffic(traffics[i]);

		assert_int_equal(e.risk, RISK_NO_KEEPALIVE);
		assert_int_equal(e.rhythm.gap_ns, 0);
		assert_true(e.noticed_ns == NOTICED_NEVER);
	}
}

/* Between pings somebody types: the longest gap is what counts. */
TEST(shorter_gaps_between_do_not_matter)
{
	struct exposure e = watch_traffic("=.....=.....=..=.=.....=...=.....=..");

	assert_int_equal(e.risk, RISK_PINGED);
	assert_int_equal(e.rhythm.times, 4);
}

TEST(pings_that_come_too_late_keep_nothing)
{
	struct iw_look_row row = idle_hour();
	struct pulse pulse = {};
	struct exposure e;

	row.fact.flags = 0;
	row.fact.data_segs_out = row.data_segs_in = 1;
	for (unsigned int i = 0; i <= 5 * 60; i++) {
		row.fact.ts_ns = HOUR_NS + i * NS_PER_S;
		row.fact.data_sent_ago_ns = row.fact.data_heard_ago_ns = i % 60 * NS_PER_S;
		pulse__note(&pulse, &row);
	}
	e = exposure_of(&row, 60 * NS_PER_S, &pulse);
	assert_int_equal(e.risk, RISK_NO_KEEPALIVE);
	assert_int_equal(e.noticed_ns, MINUTES(1) + 924600 * NS_PER_MS);
	assert_int_equal(exposure_of(&row, 61 * NS_PER_S, &pulse).risk, RISK_PINGED);
}

TEST(keepalives_that_are_sooner_are_what_is_noticed)
{
	struct iw_look_row row = idle_hour();
	struct pulse pulse = {
		.first_ns = 1,
		.last_ns = HOUR_NS,
		.active_ns = HOUR_NS,
		.gap_ns = MINUTE_NS,
		.times = 5,
		.ours = 5,
	};
	struct exposure e;

	row.fact.keepalive_time_ms = 30000;
	row.fact.keepalive_intvl_ms = 10000;
	row.fact.keepalive_probes = 3;
	e = exposure_of(&row, ASSUMED_NS, &pulse);
	assert_int_equal(e.risk, RISK_OK);
	assert_int_equal(e.noticed_ns, 60 * NS_PER_S);
}
