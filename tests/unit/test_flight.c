// SPDX-License-Identifier: BSD-2-Clause
/* What sums tell of lengths. */
#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "engine/flight.h"

/* One of 1448 bytes is sent again, two of 100 and 50 were acknowledged before. */
static struct iw_fact sent_again(void)
{
	return (struct iw_fact){ .type = IW_FACT_RETRANSMIT,
				 .family = AF_INET,
				 .ts_echo = 7,
				 .snd_una = 0xffffff00,
				 .snd_nxt = 0xffffff00 + 1448,
				 .packets_out = 1,
				 .bytes_acked = 150,
				 .delivered = 2,
				 .mss = 1448,
				 .pmtu = 1500,
				 .segment_len = 1448 };
}

/* And behind it one more, of so many bytes; it was acknowledged, or not. */
static struct flight with_tail(uint32_t bytes, bool sacked)
{
	struct iw_fact f = sent_again();

	f.snd_nxt += bytes;
	f.packets_out++;
	if (sacked) {
		f.sacked_out = 1;
		f.sacked_bytes = bytes;
		f.delivered++;
	}
	return flight_of(&f);
}

TEST(only_a_retransmission_tells_the_length)
{
	struct iw_fact f = sent_again();

	assert_int_equal(flight_of(&f).len, 1448);
	assert_int_equal(flight_of(&f).bytes, 1448);
	f.type = IW_FACT_LOOK;
	assert_int_equal(flight_of(&f).len, 0);
}

/* Packets of 1280 bytes pass everywhere; headers count. */
TEST(long_is_what_a_path_may_refuse)
{
	static const struct {
		uint16_t family;
		uint32_t ts_echo, longest;
	} cases[] = { { AF_INET, 0, 1240 },
		      { AF_INET, 7, 1228 },
		      { AF_INET6, 0, 1220 },
		      { AF_INET6, 7, 1208 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct iw_fact f = { .family = cases[i].family, .ts_echo = cases[i].ts_echo };
		struct flight fl = flight_of(&f);

		assert_false(is_long(&fl, 0));
		assert_false(is_long(&fl, cases[i].longest));
		assert_true(is_long(&fl, cases[i].longest + 1));
		assert_true(is_long(&fl, UINT32_MAX));
	}
}

TEST(largest_acknowledged_lies_between_the_mean_and_the_rest)
{
	struct iw_fact f = sent_again();
	struct flight fl = flight_of(&f);

	assert_int_equal(largest_acked_min(&fl), 75);
	assert_int_equal(largest_acked_max(&fl), 151); /* 150 less 1, and 2 for the handshake */
	f.bytes_acked = 1000000;
	f.delivered = 1000;
	fl = flight_of(&f);
	assert_int_equal(largest_acked_min(&fl), 1000);
	assert_int_equal(largest_acked_max(&fl), UINT16_MAX);
}

TEST(what_lies_behind_a_hole_is_no_part_of_the_mean)
{
	struct flight fl = with_tail(300, true);

	assert_int_equal(largest_acked_min(&fl), 75);
}

TEST(nothing_acknowledged_is_known_from_nothing_told)
{
	struct iw_fact f = sent_again();
	struct flight fl;

	f.bytes_acked = f.delivered = 0;
	fl = flight_of(&f);
	assert_int_equal(largest_acked_min(&fl), 0);
	assert_int_equal(largest_acked_max(&fl), 2);
	f.mss = 0; /* a recording of before there were lengths, or a capture */
	fl = flight_of(&f);
	assert_int_equal(largest_acked_max(&fl), 0);
}

TEST(a_short_one_that_passed_is_told_from_one_as_long)
{
	struct flight fl = with_tail(300, true);

	assert_true(only_shorter_sacked(&fl));
	fl = with_tail(1447, true);
	assert_true(only_shorter_sacked(&fl));
	fl = with_tail(1448, true);
	assert_false(only_shorter_sacked(&fl));
	fl = with_tail(300, false);
	assert_false(only_shorter_sacked(&fl));
	/* Two that have 1449 together may be 1448 and 1. */
	fl = with_tail(1449, true);
	fl.sacked = 2;
	assert_false(only_shorter_sacked(&fl));
	fl.sacked_bytes = 1448;
	assert_true(only_shorter_sacked(&fl));
	fl.sacked_bytes = 0; /* more blocks than were told of */
	assert_false(only_shorter_sacked(&fl));
}

TEST(a_short_one_that_is_missing_too_is_seen)
{
	struct flight fl = with_tail(300, false);

	assert_true(has_short_unacked(&fl));
	fl = with_tail(300, true);
	assert_false(has_short_unacked(&fl));
	fl = with_tail(1448, false);
	assert_false(has_short_unacked(&fl));
	fl = with_tail(1300, false);
	assert_false(has_short_unacked(&fl));
	fl = with_tail(0, false);
	assert_false(has_short_unacked(&fl));
}

TEST(several_long_ones_that_are_missing_are_seen)
{
	struct iw_fact f = sent_again();
	struct flight fl = with_tail(1448, false);

	assert_true(has_long_unacked(&fl));
	fl = with_tail(100, false);
	assert_false(has_long_unacked(&fl));
	fl = flight_of(&f);
	assert_false(has_long_unacked(&fl)); /* just one */
	fl = with_tail(1448, true);
	assert_false(has_long_unacked(&fl));
}
