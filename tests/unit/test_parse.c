// SPDX-License-Identifier: BSD-2-Clause
#include "base/parse.h"

#include <errno.h>
#include <stdbool.h>

#include "check.h"

#define UNTOUCHED 4711

/* --- durations --- */

static void assert_duration(const char *text, uint64_t expected_ns)
{
	uint64_t ns = UNTOUCHED;

	assert_int_equal(parse_duration(text, &ns), 0);
	assert_int_equal(ns, expected_ns);
}

static void assert_no_duration(const char *text, int expected)
{
	uint64_t ns = UNTOUCHED;

	assert_int_equal(parse_duration(text, &ns), expected);
	assert_int_equal(ns, UNTOUCHED);
}

TEST(durations_have_units)
{
	assert_duration("250ms", 250 * NS_PER_MS);
	assert_duration("90s", 90 * NS_PER_S);
	assert_duration("15m", 15 * MINUTE_NS);
	assert_duration("2h", 2 * HOUR_NS);
	assert_duration("1d", 24 * HOUR_NS);
}

TEST(duration_without_a_unit_is_in_seconds)
{
	assert_duration("90", 90 * NS_PER_S);
	assert_duration("007", 7 * NS_PER_S);
}

TEST(duration_has_bounds)
{
	assert_duration("1ms", NS_PER_MS);
	assert_duration("3650d", 3650 * 24 * HOUR_NS);
	assert_no_duration("0", -ERANGE);
	assert_no_duration("0ms", -ERANGE);
	assert_no_duration("3651d", -ERANGE);
	assert_no_duration("315360001", -ERANGE);
}

TEST(duration_too_large_for_the_machine_is_out_of_range)
{
	assert_no_duration("18446744073709551615", -ERANGE);
	assert_no_duration("18446744073709551616", -ERANGE);
	assert_no_duration("99999999999999999999999h", -ERANGE);
	assert_no_duration("213503982334602d", -ERANGE);
}

TEST(other_words_are_no_durations)
{
	static const char *const words[] = { "",     "s",   "ms",   "-1",  "+1",   " 1",   "1 ",
					     "1 s",  "1S",  "1x",   "1hh", "1h5m", "1.5h", "1e3",
					     "0x10", "inf", "1,5s", "1\n", "\t1",  "1min", "1us" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_no_duration(words[i], -EINVAL);
}

/* --- numbers --- */

static void assert_number(const char *text, uint64_t min, uint64_t max, int expected)
{
	uint64_t n = UNTOUCHED;

	assert_int_equal(parse_number(text, min, max, &n), expected);
	if (expected)
		assert_int_equal(n, UNTOUCHED);
}

TEST(numbers_are_whole_and_decimal)
{
	uint64_t n;

	assert_int_equal(parse_number("010", 0, 100, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(parse_number("18446744073709551615", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, UINT64_MAX);
}

TEST(both_bounds_of_a_number_are_included)
{
	assert_number("1", 1, 3, 0);
	assert_number("3", 1, 3, 0);
	assert_number("0", 1, 3, -ERANGE);
	assert_number("4", 1, 3, -ERANGE);
	assert_number("18446744073709551616", 0, UINT64_MAX, -ERANGE);
}

TEST(other_words_are_no_numbers)
{
	static const char *const words[] = { "",    "-1",  "+1",  " 1",	 "1 ",	"1s",
					     "1.0", "0x1", "one", "1e1", "--1", "1\n" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_number(words[i], 0, 100, -EINVAL);
}

/* --- ports --- */

static bool has_port(const uint64_t bits[PORT_WORDS], unsigned int port)
{
	return bits[port / 64] >> (port % 64) & 1;
}

static unsigned int count_ports(const uint64_t bits[PORT_WORDS])
{
	unsigned int n = 0;

	for (unsigned int port = 0; port < 65536; port++)
		n += has_port(bits, port);
	return n;
}

static void assert_no_ports(const char *text, int expected)
{
	uint64_t bits[PORT_WORDS] = { [1] = 1 };

	assert_int_equal(parse_ports(text, bits), expected);
	assert_int_equal(count_ports(bits), 1);
	assert_true(has_port(bits, 64));
}

TEST(one_port_sets_one_bit)
{
	uint64_t bits[PORT_WORDS] = { 0 };

	assert_int_equal(parse_ports("22", bits), 0);
	assert_int_equal(count_ports(bits), 1);
	assert_true(has_port(bits, 22));
}

TEST(ports_come_in_lists_and_ranges)
{
	uint64_t bits[PORT_WORDS] = { 0 };

	assert_int_equal(parse_ports("22,8000-8010,443,22", bits), 0);
	assert_int_equal(count_ports(bits), 13);
	assert_true(has_port(bits, 22) && has_port(bits, 443));
	assert_true(has_port(bits, 8000) && has_port(bits, 8010));
	assert_false(has_port(bits, 7999) || has_port(bits, 8011));
}

TEST(both_ends_of_the_ports_are_allowed)
{
	uint64_t bits[PORT_WORDS] = { 0 };

	assert_int_equal(parse_ports("1-65535", bits), 0);
	assert_int_equal(count_ports(bits), 65535);
	assert_false(has_port(bits, 0));
}

TEST(range_of_one_port_is_that_port)
{
	uint64_t bits[PORT_WORDS] = { 0 };

	assert_int_equal(parse_ports("65535-65535", bits), 0);
	assert_int_equal(count_ports(bits), 1);
	assert_true(has_port(bits, 65535));
}

TEST(ports_add_to_those_set)
{
	uint64_t bits[PORT_WORDS] = { 0 };

	assert_int_equal(parse_ports("22", bits), 0);
	assert_int_equal(parse_ports("443", bits), 0);
	assert_int_equal(count_ports(bits), 2);
}

TEST(ports_out_of_range_leave_the_result_untouched)
{
	assert_no_ports("0", -ERANGE);
	assert_no_ports("65536", -ERANGE);
	assert_no_ports("0-10", -ERANGE);
	assert_no_ports("10-9", -ERANGE);
	assert_no_ports("1-65536", -ERANGE);
	assert_no_ports("22,99999999999999999999", -ERANGE);
}

TEST(other_words_are_no_ports)
{
	static const char *const words[] = { "",    ",",   "22,",   ",22",  "22,,443", "-",
					     "-22", "22-", "1-2-3", "22 ",  " 22",     "22, 443",
					     "ssh", "22s", "0x16",  "22-x", "22;443",  "+22" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_no_ports(words[i], -EINVAL);
}
