// SPDX-License-Identifier: BSD-2-Clause
#include "base/format.h"

#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"

static const uint8_t v4[16] = { 10, 1, 1, 1 };
static const uint8_t v4_widest[16] = { 255, 255, 255, 255 };
static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

/* --- durations --- */

static void assert_duration(uint64_t ns, const char *expected)
{
	char buf[DURATION_LEN];

	format_duration(buf, sizeof(buf), ns);
	assert_string_equal(buf, expected);
}

TEST(durations_read_as_people_say_them)
{
	assert_duration(0, "0ms");
	assert_duration(350 * NS_PER_MS, "350ms");
	assert_duration(12300 * NS_PER_MS, "12.3s");
	assert_duration(3482 * NS_PER_S, "58m02s");
	assert_duration(7350 * NS_PER_S, "2h02m30s");
	assert_duration(3 * 24 * HOUR_NS + 4 * HOUR_NS, "3d04h");
}

TEST(durations_change_unit_at_the_bound)
{
	assert_duration(NS_PER_S - 1, "999ms");
	assert_duration(NS_PER_S, "1.0s");
	assert_duration(MINUTE_NS - 1, "59.9s");
	assert_duration(MINUTE_NS, "1m00s");
	assert_duration(HOUR_NS - 1, "59m59s");
	assert_duration(HOUR_NS, "1h00m00s");
	assert_duration(24 * HOUR_NS - 1, "23h59m59s");
	assert_duration(24 * HOUR_NS, "1d00h");
}

TEST(longest_duration_fits)
{
	assert_duration(UINT64_MAX, "213503d23h");
}

/* --- addresses --- */

TEST(addresses_are_in_the_usual_form)
{
	char buf[ADDRESS_LEN];

	format_address(buf, sizeof(buf), AF_INET, v4);
	assert_string_equal(buf, "10.1.1.1");
	format_address(buf, sizeof(buf), AF_INET6, v6);
	assert_string_equal(buf, "2001:db8::1");
}

TEST(address_of_another_family_is_a_question_mark)
{
	char buf[ADDRESS_LEN];

	format_address(buf, sizeof(buf), AF_UNSPEC, v4);
	assert_string_equal(buf, "?");
	format_address(buf, sizeof(buf), 65535, v4);
	assert_string_equal(buf, "?");
	format_endpoint(buf, sizeof(buf), 65535, v4, 1);
	assert_string_equal(buf, "?:1");
}

TEST(address_without_room_is_a_question_mark)
{
	char buf[4];

	format_address(buf, sizeof(buf), AF_INET, v4);
	assert_string_equal(buf, "?");
}

TEST(endpoints_bracket_ipv6)
{
	char buf[ADDRESS_LEN];

	format_endpoint(buf, sizeof(buf), AF_INET, v4_widest, 65535);
	assert_string_equal(buf, "255.255.255.255:65535");
	format_endpoint(buf, sizeof(buf), AF_INET6, v6, 22);
	assert_string_equal(buf, "[2001:db8::1]:22");
}

/* --- times --- */

static void assert_time(uint64_t ns, const char *expected)
{
	char buf[TIMESTAMP_LEN];

	format_rfc3339(buf, sizeof(buf), ns);
	assert_string_equal(buf, expected);
}

TEST(times_are_utc_with_nine_digits)
{
	setenv("TZ", "America/New_York", 1);
	assert_time(0, "1970-01-01T00:00:00.000000000Z");
	assert_time(1709251199ULL * NS_PER_S + 7, "2024-02-29T23:59:59.000000007Z");
	assert_time(UINT64_MAX, "2554-07-21T23:34:33.709551615Z");
	unsetenv("TZ");
}

/* --- hostile bytes --- */

/* One string, as it should look on a terminal and in JSON. */
struct hostile {
	const char *in;
	const char *terminal;
	const char *utf8;
};

#define BAD "\xef\xbf\xbd"

static void assert_hostile(const struct hostile *h)
{
	char buf[256];

	escape_for_terminal(buf, sizeof(buf), h->in, strlen(h->in));
	assert_string_equal(buf, h->terminal);
	make_utf8(buf, sizeof(buf), h->in, strlen(h->in));
	assert_string_equal(buf, h->utf8);
}

#define ASSERT_HOSTILE(...) assert_hostile(&(struct hostile){ __VA_ARGS__ })

TEST(ordinary_names_stay_as_they_are)
{
	ASSERT_HOSTILE("", "", "");
	ASSERT_HOSTILE("sshd: root@pts/0", "sshd: root@pts/0", "sshd: root@pts/0");
	ASSERT_HOSTILE("~ \"quoted\" 'name'", "~ \"quoted\" 'name'", "~ \"quoted\" 'name'");
	ASSERT_HOSTILE("caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9");
	ASSERT_HOSTILE("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac",
		       "\xe6\x97\xa5\xe6\x9c\xac");
	ASSERT_HOSTILE("\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7");
}

TEST(newlines_and_tabs_are_escaped)
{
	ASSERT_HOSTILE("a\nb\tc\r", "a\\x0ab\\x09c\\x0d", "a\nb\tc\r");
}

TEST(backslash_is_escaped_so_that_no_escape_is_forged)
{
	ASSERT_HOSTILE("\\x0a", "\\x5cx0a", "\\x0a");
}

TEST(terminal_escapes_are_harmless)
{
	ASSERT_HOSTILE("\x1b[2J\x07", "\\x1b[2J\\x07", "\x1b[2J\x07");
	ASSERT_HOSTILE("\x7f", "\\x7f", "\x7f");
	/* U+009B: the one-character form of ESC [ */
	ASSERT_HOSTILE("\xc2\x9b"
		       "31m",
		       "\\xc2\\x9b31m",
		       "\xc2\x9b"
		       "31m");
	ASSERT_HOSTILE("\x9b"
		       "31m",
		       "\\x9b31m", BAD "31m");
}

TEST(bidirectional_controls_are_escaped)
{
	ASSERT_HOSTILE("\xe2\x80\xae", "\\xe2\\x80\\xae", "\xe2\x80\xae"); /* U+202E */
	ASSERT_HOSTILE("\xe2\x80\xaa", "\\xe2\\x80\\xaa", "\xe2\x80\xaa"); /* U+202A */
	ASSERT_HOSTILE("\xe2\x80\x8f", "\\xe2\\x80\\x8f", "\xe2\x80\x8f"); /* U+200F */
	ASSERT_HOSTILE("\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\xe2\x81\xa6"); /* U+2066 */
	ASSERT_HOSTILE("\xe2\x81\xa9", "\\xe2\\x81\\xa9", "\xe2\x81\xa9"); /* U+2069 */
	ASSERT_HOSTILE("\xd8\x9c", "\\xd8\\x9c", "\xd8\x9c"); /* U+061C */
}

TEST(invisible_and_line_breaking_characters_are_escaped)
{
	ASSERT_HOSTILE("\xe2\x80\x8b", "\\xe2\\x80\\x8b", "\xe2\x80\x8b"); /* U+200B */
	ASSERT_HOSTILE("\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\xe2\x80\xa8"); /* U+2028 */
	ASSERT_HOSTILE("\xc2\x85", "\\xc2\\x85", "\xc2\x85"); /* U+0085 */
	ASSERT_HOSTILE("\xef\xbb\xbf", "\\xef\\xbb\\xbf", "\xef\xbb\xbf"); /* U+FEFF */
}

TEST(neighbours_of_what_is_escaped_are_not)
{
	ASSERT_HOSTILE("\xc2\xa0", "\xc2\xa0", "\xc2\xa0"); /* U+00A0 */
	ASSERT_HOSTILE("\xe2\x80\x90", "\xe2\x80\x90", "\xe2\x80\x90"); /* U+2010 */
	ASSERT_HOSTILE("\xe2\x80\xb0", "\xe2\x80\xb0", "\xe2\x80\xb0"); /* U+2030 */
	ASSERT_HOSTILE("\xe2\x81\xb0", "\xe2\x81\xb0", "\xe2\x81\xb0"); /* U+2070 */
}

TEST(stray_and_missing_continuations_are_bad)
{
	ASSERT_HOSTILE("\x80", "\\x80", BAD);
	ASSERT_HOSTILE("a\xbf"
		       "b",
		       "a\\xbfb", "a" BAD "b");
	ASSERT_HOSTILE("\xc3", "\\xc3", BAD);
	ASSERT_HOSTILE("\xc3(", "\\xc3(", BAD "(");
	ASSERT_HOSTILE("\xe2\x82", "\\xe2\\x82", BAD BAD);
	ASSERT_HOSTILE("\xf0\x9f\x90", "\\xf0\\x9f\\x90", BAD BAD BAD);
	ASSERT_HOSTILE("\xfe\xff", "\\xfe\\xff", BAD BAD);
	ASSERT_HOSTILE("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80", BAD BAD BAD BAD BAD);
}

TEST(overlong_forms_are_bad)
{
	ASSERT_HOSTILE("\xc0\xaf", "\\xc0\\xaf", BAD BAD);
	ASSERT_HOSTILE("\xc1\xbf", "\\xc1\\xbf", BAD BAD);
	ASSERT_HOSTILE("\xe0\x80\xaf", "\\xe0\\x80\\xaf", BAD BAD BAD);
	ASSERT_HOSTILE("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", BAD BAD BAD);
	ASSERT_HOSTILE("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", BAD BAD BAD BAD);
	ASSERT_HOSTILE("\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf", BAD BAD BAD BAD);
}

TEST(surrogates_and_beyond_unicode_are_bad)
{
	ASSERT_HOSTILE("\xed\xa0\x80", "\\xed\\xa0\\x80", BAD BAD BAD); /* U+D800 */
	ASSERT_HOSTILE("\xed\xbf\xbf", "\\xed\\xbf\\xbf", BAD BAD BAD); /* U+DFFF */
	ASSERT_HOSTILE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", BAD BAD BAD BAD);
	ASSERT_HOSTILE("\xf7\xbf\xbf\xbf", "\\xf7\\xbf\\xbf\\xbf", BAD BAD BAD BAD);
}

TEST(last_characters_before_the_bad_ones_are_good)
{
	ASSERT_HOSTILE("\xed\x9f\xbf", "\xed\x9f\xbf", "\xed\x9f\xbf"); /* U+D7FF */
	ASSERT_HOSTILE("\xee\x80\x80", "\xee\x80\x80", "\xee\x80\x80"); /* U+E000 */
	ASSERT_HOSTILE("\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd"); /* U+10FFFD */
	ASSERT_HOSTILE("\xc2\xa1", "\xc2\xa1", "\xc2\xa1");
	ASSERT_HOSTILE("\xe0\xa0\x81", "\xe0\xa0\x81", "\xe0\xa0\x81"); /* U+0801 */
	ASSERT_HOSTILE("\xf0\x90\x80\x80", "\xf0\x90\x80\x80", "\xf0\x90\x80\x80");
}

/* --- bounds of the input --- */

TEST(input_ends_at_its_length)
{
	const char no_end[] = { 's', 's', 'h', 'd' };
	char buf[16];

	escape_for_terminal(buf, sizeof(buf), no_end, sizeof(no_end));
	assert_string_equal(buf, "sshd");
	make_utf8(buf, sizeof(buf), no_end, sizeof(no_end));
	assert_string_equal(buf, "sshd");
}

TEST(input_ends_at_a_nul)
{
	char buf[16];

	escape_for_terminal(buf, sizeof(buf), "ab\0cd", 5);
	assert_string_equal(buf, "ab");
	make_utf8(buf, sizeof(buf), "ab\0cd", 5);
	assert_string_equal(buf, "ab");
}

TEST(character_cut_by_the_inputs_length_is_bad)
{
	char buf[16];

	escape_for_terminal(buf, sizeof(buf), "a\xe2\x82\xac", 3);
	assert_string_equal(buf, "a\\xe2\\x82");
	make_utf8(buf, sizeof(buf), "a\xe2\x82\xac", 3);
	assert_string_equal(buf, "a" BAD BAD);
}

/* --- bounds of the output --- */

TEST(output_is_cut_between_characters)
{
	char buf[4];

	escape_for_terminal(buf, sizeof(buf), "ab\xc3\xa9z", 5);
	assert_string_equal(buf, "ab");
	make_utf8(buf, sizeof(buf), "ab\xc3\xa9z", 5);
	assert_string_equal(buf, "ab");
}

TEST(output_is_never_cut_inside_an_escape)
{
	char buf[6];

	escape_for_terminal(buf, sizeof(buf), "ab\n", 3);
	assert_string_equal(buf, "ab");
	make_utf8(buf, 4, "ab\xff", 3);
	assert_string_equal(buf, "ab");
}

TEST(output_fills_its_room_to_the_last_byte)
{
	char buf[5];

	escape_for_terminal(buf, sizeof(buf), "abcd", 4);
	assert_string_equal(buf, "abcd");
	make_utf8(buf, sizeof(buf), "ab\xc3\xa9", 4);
	assert_string_equal(buf, "ab\xc3\xa9");
}

TEST(room_for_nothing_gives_the_empty_string)
{
	char buf[1] = { 'x' };

	escape_for_terminal(buf, sizeof(buf), "abcd", 4);
	assert_int_equal(buf[0], '\0');
	buf[0] = 'x';
	make_utf8(buf, sizeof(buf), "abcd", 4);
	assert_int_equal(buf[0], '\0');
}

static bool is_harmless(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	}
	return is_utf8(text);
}

TEST(random_bytes_become_harmless_whatever_the_room)
{
	uint64_t seed = 5;

	for (unsigned int n = 0; n < 20000; n++) {
		size_t room = 1 + next_random(&seed) % 40;
		char *buf = malloc(room);
		uint64_t in[2] = { next_random(&seed), next_random(&seed) };

		assert_non_null(buf);
		if (n % 2)
			in[0] |= 0x80c080e080f080c0ULL;
		escape_for_terminal(buf, room, (char *)in, sizeof(in));
		assert_true(is_harmless(buf));
		make_utf8(buf, room, (char *)in, sizeof(in));
		assert_true(is_utf8(buf));
		free(buf);
	}
}

TEST(clauses_are_added_whole_or_not_at_all)
{
	char text[32] = "lost";

	append_clause(text, sizeof(text), "3 of these");
	assert_string_equal(text, "lost; 3 of these");
	append_clause(text, sizeof(text), "1234567890");
	assert_string_equal(text, "lost; 3 of these; ...");
	append_clause(text, sizeof(text), "1234567890");
	assert_string_equal(text, "lost; 3 of these; ...");
}
