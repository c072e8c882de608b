// SPDX-License-Identifier: BSD-2-Clause
#include "engine/silence.h"

#include "facts.h"

/* tcp_retries2 = 15 in Documentation/networking/ip-sysctl.rst: 924.6 seconds. */
#define RETRIES2_15_NS (924600 * NS_PER_MS)

static uint64_t gives_up_in(const struct world *w, struct iw_fact f)
{
	return gives_up_ns(&f, w->first_ns) - f.ts_ns;
}

static void assert_silence_is_the_worlds(const struct world *w, struct iw_fact f)
{
	struct silence s = silence_of(&f);

	assert_int_equal(s.heard_ns, w->heard_ns);
	assert_int_equal(s.since_ns, w->first_ns);
	assert_int_equal(s.idle_ns, w->first_ns - w->heard_ns);
}

/* --- when it began --- */

WORLD_TEST(silence_begins_with_the_first_keepalive)
{
	assert_silence_is_the_worlds(w, probe_sent(w, 1));
	assert_silence_is_the_worlds(w, probe_sent(w, 2));
	assert_silence_is_the_worlds(w, probe_sent(w, 9));
}

WORLD_TEST(silence_begins_with_the_first_zero_window_probe)
{
	assert_silence_is_the_worlds(w, window_probe(w, 1));
	assert_silence_is_the_worlds(w, window_probe(w, 2));
	assert_silence_is_the_worlds(w, window_probe(w, 6));
}

/* Answered with window 0 again and again, the backoff stays while the count starts anew. */
WORLD_TEST(zero_window_backoff_may_be_older_than_the_silence)
{
	struct iw_fact f = window_probe(w, 2);
	uint64_t wait = rto_ns(w) << 4;

	f.backoff = 5;
	f.ts_ns = w->first_ns + wait;
	f.heard_ago_ns = f.ts_ns - w->heard_ns;
	assert_silence_is_the_worlds(w, f);
}

WORLD_TEST(silence_begins_with_the_flight_that_is_sent_again)
{
	assert_silence_is_the_worlds(w, retransmit(w, 1));
	assert_silence_is_the_worlds(w, retransmit(w, 7));
}

WORLD_TEST(silence_never_begins_before_the_peer_was_heard)
{
	struct iw_fact f = retransmit(w, 1);

	f.flight_ago_ns = f.heard_ago_ns + HOUR_NS;
	assert_int_equal(silence_of(&f).since_ns, w->heard_ns);
	assert_int_equal(silence_of(&f).idle_ns, 0);
}

WORLD_TEST(refused_probe_without_a_count_begins_now)
{
	struct iw_fact f = probe_refused(w, 1, 1);

	assert_int_equal(f.probes_out, 0);
	assert_silence_is_the_worlds(w, f);
}

WORLD_TEST(ages_beyond_the_clock_are_cut_at_its_start)
{
	struct iw_fact f = retransmit(w, 1);
	struct silence s;

	f.heard_ago_ns = f.ts_ns + HOUR_NS;
	f.flight_ago_ns = f.ts_ns + MINUTE_NS;
	s = silence_of(&f);
	assert_int_equal(s.heard_ns, 0);
	assert_int_equal(s.since_ns, 0);
	assert_int_equal(s.idle_ns, 0);
}

WORLD_TEST(silences_of_wild_facts_are_in_order)
{
	uint64_t seed = 11;

	for (unsigned int n = 0; n < 5000; n++) {
		struct iw_fact f = n % 2 ? retransmit(w, 3) : window_probe(w, 3);
		struct silence s;

		f.ts_ns = next_random(&seed) >> next_random(&seed) % 64;
		f.heard_ago_ns = next_random(&seed) >> next_random(&seed) % 64;
		f.flight_ago_ns = next_random(&seed) >> next_random(&seed) % 64;
		f.probes_out = (uint8_t)next_random(&seed);
		f.backoff = (uint8_t)next_random(&seed);
		s = silence_of(&f);
		assert_true(s.heard_ns <= s.since_ns);
		assert_true(s.since_ns <= f.ts_ns);
		assert_int_equal(s.idle_ns, s.since_ns - s.heard_ns);
	}
}

/* --- how long the window has been closed --- */

WORLD_TEST(stall_is_as_old_as_its_waits)
{
	struct iw_fact f = stalled_probe(w, 0, at_s(w, 0));

	assert_int_equal(stalled_ns(&f), 0);
	f.backoff = 1;
	assert_int_equal(stalled_ns(&f), rto_ns(w));
	f.backoff = 6;
	assert_int_equal(stalled_ns(&f), 63 * rto_ns(w));
	f.backoff = 255;
	assert_true(stalled_ns(&f) <= 255 * 120 * NS_PER_S);
}

/* --- the time-out --- */

WORLD_TEST(time_out_is_a_round_trip_and_its_variation)
{
	assert_int_equal(base_rto_ns(&w->sock), 220 * NS_PER_MS);
}

WORLD_TEST(time_out_is_a_second_before_the_first_measurement)
{
	w->sock.srtt_us = 0;
	assert_int_equal(base_rto_ns(&w->sock), NS_PER_S);
}

WORLD_TEST(time_out_keeps_within_the_kernels_bounds)
{
	w->sock.srtt_us = w->sock.rttvar_us = 10;
	assert_int_equal(base_rto_ns(&w->sock), 200 * NS_PER_MS);
	w->sock.srtt_us = w->sock.rttvar_us = UINT32_MAX;
	assert_int_equal(base_rto_ns(&w->sock), 120 * NS_PER_S);
}

/* --- when the kernel gives up --- */

WORLD_TEST(keepalive_gives_up_an_interval_after_the_last_probe)
{
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 9 * 75 * NS_PER_S);
	assert_int_equal(gives_up_in(w, probe_sent(w, 8)), 2 * 75 * NS_PER_S);
	assert_int_equal(gives_up_in(w, probe_sent(w, 9)), 75 * NS_PER_S);
	assert_int_equal(gives_up_in(w, probe_sent(w, 10)), 75 * NS_PER_S);
}

/* tcp_keepalive_timer() looks once an interval, and compares with the time last heard. */
WORLD_TEST(keepalive_with_user_timeout_gives_up_at_the_first_look_past_it)
{
	w->sock.user_timeout_ms = 7200000 + 75001;
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 2 * 75 * NS_PER_S);
	w->sock.user_timeout_ms = 7200000 + 75000;
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 75 * NS_PER_S);
	w->sock.user_timeout_ms = 7200000 + 1;
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 75 * NS_PER_S);
	w->sock.user_timeout_ms = 1;
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 75 * NS_PER_S);
}

WORLD_TEST(keepalive_without_an_interval_does_not_divide_by_it)
{
	w->sock.keepalive_intvl_ms = 0;
	w->sock.user_timeout_ms = 7200010;
	assert_int_equal(gives_up_in(w, probe_sent(w, 1)), 10 * NS_PER_MS);
}

WORLD_TEST(retransmissions_give_up_after_the_documented_time)
{
	struct iw_fact f = retransmit(w, 3);

	assert_int_equal(gives_up_ns(&f, w->first_ns), w->first_ns + RETRIES2_15_NS);
}

WORLD_TEST(retransmissions_with_few_retries_give_up_early)
{
	struct iw_fact f;

	w->sock.retries2 = 3;
	f = retransmit(w, 1);
	assert_int_equal(gives_up_ns(&f, w->first_ns), w->first_ns + 3000 * NS_PER_MS);
}

WORLD_TEST(retransmissions_give_up_at_the_user_timeout)
{
	struct iw_fact f;

	w->sock.user_timeout_ms = 30000;
	f = retransmit(w, 2);
	assert_int_equal(gives_up_ns(&f, w->first_ns), at_s(w, 30));
}

WORLD_TEST(giving_up_is_never_in_the_past)
{
	struct iw_fact f = retransmit(w, 12);

	f.ts_ns = w->first_ns + 2 * HOUR_NS;
	assert_int_equal(gives_up_ns(&f, w->first_ns), f.ts_ns);
	f.user_timeout_ms = 30000;
	assert_int_equal(gives_up_ns(&f, w->first_ns), f.ts_ns);
}

/* After the first of three: waits of 2, 4 and 8 time-outs. */
WORLD_TEST(zero_window_probes_give_up_after_all_waits)
{
	w->sock.retries2 = 3;
	assert_int_equal(gives_up_in(w, window_probe(w, 1)), 14 * rto_ns(w));
	assert_int_equal(gives_up_in(w, window_probe(w, 2)), 12 * rto_ns(w));
	assert_int_equal(gives_up_in(w, window_probe(w, 3)), 8 * rto_ns(w));
	assert_int_equal(gives_up_in(w, window_probe(w, 4)), 16 * rto_ns(w));
}

WORLD_TEST(zero_window_waits_end_at_two_minutes)
{
	assert_int_equal(gives_up_in(w, window_probe(w, 15)), 120 * NS_PER_S);
}

WORLD_TEST(zero_window_probes_give_up_at_the_user_timeout)
{
	struct iw_fact f;

	w->sock.user_timeout_ms = 20000;
	f = window_probe(w, 2);
	assert_int_equal(gives_up_ns(&f, w->first_ns), at_s(w, 20));
}

/* --- a socket that no process holds is given less --- */

/* tcp_orphan_retries(): 8 as the sysctl is 0, which the kernel takes for 102.2 s. */
WORLD_TEST(orphans_are_given_up_after_eight_retransmissions)
{
	struct iw_fact f = retransmit(w, 3);

	f.flags |= IW_F_ORPHAN;
	assert_int_equal(gives_up_ns(&f, w->first_ns), w->first_ns + 102200 * NS_PER_MS);
}

WORLD_TEST(orphans_are_given_what_the_sysctl_says)
{
	struct iw_fact f = retransmit(w, 1);

	f.flags |= IW_F_ORPHAN;
	f.orphan_retries = 3;
	assert_int_equal(gives_up_ns(&f, w->first_ns), at_s(w, 3));
}

/* Nor longer than until the waits have grown to the longest: 0.22 + 0.44 + 0.88 + 1. */
WORLD_TEST(orphans_end_where_waits_grow_no_more)
{
	struct iw_fact f = retransmit(w, 1);

	f.flags |= IW_F_ORPHAN;
	f.rto_max_s = 1;
	assert_int_equal(gives_up_ns(&f, w->first_ns), w->first_ns + 2540 * NS_PER_MS);
}

WORLD_TEST(orphans_user_timeout_counts_all_the_same)
{
	struct iw_fact f = retransmit(w, 1);

	f.flags |= IW_F_ORPHAN;
	f.user_timeout_ms = 20000;
	assert_int_equal(gives_up_ns(&f, w->first_ns), at_s(w, 20));
}

WORLD_TEST(orphans_ask_eight_times_for_a_window)
{
	struct iw_fact held = window_probe(w, 2), orphan = held;

	orphan.flags |= IW_F_ORPHAN;
	held.retries2 = 8;
	assert_int_equal(gives_up_ns(&orphan, w->first_ns), gives_up_ns(&held, w->first_ns));
}

/* --- a window that was shrunk with data in flight --- */

WORLD_TEST(retransmissions_into_a_shrunk_window_ask_for_one)
{
	struct iw_fact f = shrunk_retransmit(w, 2);

	assert_true(asks_for_window(&f));
	assert_int_equal(silence_of(&f).since_ns, f.ts_ns);
	f.flags |= IW_F_ORPHAN; /* those the kernel gives up as ever */
	assert_false(asks_for_window(&f));
	f = retransmit(w, 2);
	assert_false(asks_for_window(&f));
	f = window_probe(w, 2);
	assert_false(asks_for_window(&f));
}

WORLD_TEST(kernel_waits_for_a_shrunk_window_while_it_hears_the_peer)
{
	struct iw_fact f = shrunk_retransmit(w, 9);

	f.heard_ago_ns = 50 * NS_PER_S;
	assert_int_equal(gives_up_ns(&f, w->first_ns), f.ts_ns + 190 * NS_PER_S);
	f.heard_ago_ns = HOUR_NS;
	assert_int_equal(gives_up_ns(&f, w->first_ns), f.ts_ns);
	f.user_timeout_ms = 200000;
	assert_int_equal(gives_up_ns(&f, w->first_ns), at_s(w, 200));
}

/* Each wait is as long as all before it: heard in it, the one before was answered. */
WORLD_TEST(peer_heard_since_half_of_the_time_has_answered)
{
	struct iw_fact f = shrunk_retransmit(w, 5);

	f.heard_ago_ns = f.flight_ago_ns / 2 - 1;
	assert_true(was_answered(&f));
	f.heard_ago_ns = f.flight_ago_ns / 2;
	assert_false(was_answered(&f));
	/* But for the longest waits. */
	f.flight_ago_ns = HOUR_NS;
	f.heard_ago_ns = 119 * NS_PER_S;
	assert_true(was_answered(&f));
	f.heard_ago_ns = 121 * NS_PER_S;
	assert_false(was_answered(&f));
}

WORLD_TEST(tries_are_counted_by_their_waits)
{
	struct iw_fact f = retransmit(w, 1);

	assert_int_equal(tries_within(&f, rto_ns(w) - 1), 0);
	for (unsigned int k = 1; k < 9; k++)
		assert_int_equal(tries_within(&f, retransmit(w, k).ts_ns - w->first_ns), k);
	assert_int_equal(tries_within(&f, UINT64_MAX), 255);
}

/* --- how long to wait --- */

WORLD_TEST(grace_is_one_time_out)
{
	struct iw_fact f = probe_sent(w, 3);

	assert_int_equal(grace_ns(&f, f.ts_ns + HOUR_NS), rto_ns(w));
}

WORLD_TEST(grace_is_at_most_three_seconds)
{
	struct iw_fact f = probe_sent(w, 3);

	f.srtt_us = 60000000;
	assert_int_equal(grace_ns(&f, f.ts_ns + HOUR_NS), 3 * NS_PER_S);
}

WORLD_TEST(grace_leaves_half_of_the_time_that_is_left)
{
	struct iw_fact f = probe_sent(w, 3);

	assert_int_equal(grace_ns(&f, f.ts_ns + 100 * NS_PER_MS), 50 * NS_PER_MS);
}

/* --- what chance explains --- */

WORLD_TEST(one_loss_is_enough_where_none_was_known)
{
	assert_int_equal(losses_needed(0, 0, 1000), 1);
	assert_int_equal(losses_needed(0, 1000000, 1000), 1);
}

WORLD_TEST(losses_needed_are_the_smallest_power_under_a_thousandth)
{
	assert_int_equal(losses_needed(1, 99, 1000), 2);
	assert_int_equal(losses_needed(1, 9, 1000), 4);
	assert_int_equal(losses_needed(1, 2, 1000), 7);
	assert_int_equal(losses_needed(1, 1, 1000), 10);
}

WORLD_TEST(losses_needed_are_bounded)
{
	assert_int_equal(losses_needed(5, 0, 1000), 64);
	assert_int_equal(losses_needed(UINT32_MAX, 1, 1000), 64);
}

WORLD_TEST(more_losses_need_more)
{
	unsigned int before = 0;

	for (uint64_t lost = 0; lost <= 100; lost++) {
		unsigned int n = losses_needed(lost, 100 - lost, 1000);

		assert_true(n >= before);
		before = n;
	}
}
