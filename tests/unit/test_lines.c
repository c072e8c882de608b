// SPDX-License-Identifier: BSD-2-Clause
/* A stream of lines: cut, too long, damaged, of others; what is counted and what is said. */
#include <errno.h>
#include <stdbool.h>

#include "ends/lines.h"
#include "given_file.h"

#define TIME "\"ts\":\"2026-11-22T21:31:43Z\",\"ts_mono_ns\":5,\"host\":\"web\""

/* A good line, told from others by its pid; more: whatever follows in it. */
static size_t add_line(char *text, size_t size, unsigned int pid, const char *more)
{
	size_t n = (size_t)snprintf(
		text, size, "{\"schema\":1,\"event\":\"start\"," TIME ",\"pid\":%u}%s", pid, more);

	assert_true(n < size);
	return n;
}

/* The pids of the lines that are of use, with a blank between, from what the file holds. */
static const char *pids(struct given_file *f, struct lines **ret)
{
	static char text[65536];
	struct lines *lines;
	struct line line;
	size_t at = 0;

	text[0] = '\0';
	assert_int_equal(lines__open(f->name, &lines), 0);
	while (lines__next(lines, &line)) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u", at ? " " : "",
				       line.pid);
		assert_true(at < sizeof(text));
	}
	assert_int_equal(lines__next(lines, &line), 0);
	*ret = lines;
	return text;
}

/* Those of this text, and how many lines of it were skipped. */
static void assert_pids(struct given_file *f, const char *text, const char *expected,
			unsigned int skipped)
{
	unsigned int used = *expected ? 1 : 0;
	struct lines *lines;

	for (const char *p = expected; *p; p++)
		used += *p == ' ';
	give(f, text, strlen(text));
	assert_string_equal(pids(f, &lines), expected);
	assert_int_equal(lines__used(lines), used);
	assert_int_equal(lines__skipped(lines), skipped);
	lines__close(lines);
}

/* A good line with that pid. */
static const char *good(unsigned int pid)
{
	static char texts[4][256];
	char *text = texts[pid % ARRAY_SIZE(texts)];

	add_line(text, sizeof(texts[0]), pid, "");
	return text;
}

static const char *joined(const char *a, const char *b, const char *c)
{
	static char text[1024];

	assert_true((size_t)snprintf(text, sizeof(text), "%s%s%s", a, b, c) < sizeof(text));
	return text;
}

/* --- what is used --- */

FILE_TEST(good_lines_are_used_in_their_order)
{
	char text[1024];
	size_t at = 0;

	for (unsigned int pid = 1; pid <= 5; pid++)
		at += add_line(text + at, sizeof(text) - at, pid, "\n");
	assert_pids(f, text, "1 2 3 4 5", 0);
	assert_string_equal(said_on_stderr(f), "");
}

FILE_TEST(an_empty_file_has_no_lines)
{
	assert_pids(f, "", "", 0);
	assert_pids(f, "\n\n \n", "", 0);
	assert_string_equal(said_on_stderr(f), "");
}

FILE_TEST(blank_lines_are_no_fault)
{
	assert_pids(f, joined("\n \t\r\n", good(1), "\n\r\n\n"), "1", 0);
}

FILE_TEST(lines_may_end_as_on_windows)
{
	assert_pids(f, joined(good(1), "\r\n", good(2)), "1 2", 0);
}

FILE_TEST(the_last_line_may_lack_its_newline)
{
	assert_pids(f, joined(good(1), "\n", good(2)), "1 2", 0);
}

FILE_TEST(reading_goes_on_behind_a_bad_line)
{
	assert_pids(f, joined(good(1), "\nhello\n", good(2)), "1 2", 1);
}

/* Pieces of a chunk each: lines lie across all of its ends. */
FILE_TEST(long_files_are_read_whole)
{
	enum { N = 2000 };
	char *text = malloc(N * 256), expected[16];
	struct lines *lines;
	const char *p;
	size_t at = 0;

	assert_non_null(text);
	for (unsigned int pid = 1; pid <= N; pid++)
		at += add_line(text + at, N * 256 - at, pid, "\n");
	assert_true(at > 2 * LINE_BYTES_MAX);
	give(f, text, at);
	free(text);
	p = pids(f, &lines);
	for (unsigned int pid = 1; pid <= N; pid++) {
		snprintf(expected, sizeof(expected), pid < N ? "%u " : "%u", pid);
		assert_memory_equal(p, expected, strlen(expected));
		p += strlen(expected);
	}
	assert_int_equal(lines__used(lines), N);
	lines__close(lines);
}

/* --- too long --- */

/* A good line of that many bytes, without its newline, and a good one behind it. */
static void give_long(struct given_file *f, size_t n, const char *end)
{
	size_t room = n + 1024, at;
	char *text = malloc(room);

	assert_non_null(text);
	at = add_line(text, room, 1, "");
	memset(text + at, ' ', n - at);
	at = n + (size_t)snprintf(text + n, room - n, "%s", end);
	give(f, text, at);
	free(text);
}

FILE_TEST(a_line_may_be_as_long_as_it_is_allowed)
{
	struct lines *lines;

	give_long(f, LINE_BYTES_MAX, "\n{}");
	assert_string_equal(pids(f, &lines), "1");
	lines__close(lines);
	assert_lacks(said_on_stderr(f), "longer");
}

FILE_TEST(a_longer_line_is_skipped_and_the_next_is_read)
{
	static const size_t lengths[] = { LINE_BYTES_MAX + 1, 2 * LINE_BYTES_MAX,
					  5 * LINE_BYTES_MAX + 17 };
	struct lines *lines;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		give_long(f, lengths[i], joined("\n", good(2), "\n"));
		assert_string_equal(pids(f, &lines), "2");
		assert_int_equal(lines__skipped(lines), 1);
		lines__close(lines);
		assert_contains(said_on_stderr(f), ":1: line skipped: longer than 64 KiB\n");
	}
}

FILE_TEST(a_longer_line_at_the_end_is_seen)
{
	struct lines *lines;

	give_long(f, 3 * LINE_BYTES_MAX, "");
	assert_string_equal(pids(f, &lines), "");
	assert_int_equal(lines__skipped(lines), 1);
	lines__close(lines);
	assert_contains(said_on_stderr(f), "longer than 64 KiB");
}

/* Nothing but blanks, and too many of them for a blank line. */
FILE_TEST(endless_blanks_are_too_long)
{
	char *text = malloc(LINE_BYTES_MAX + 1);
	struct lines *lines;

	assert_non_null(text);
	memset(text, ' ', LINE_BYTES_MAX + 1);
	give(f, text, LINE_BYTES_MAX + 1);
	free(text);
	assert_string_equal(pids(f, &lines), "");
	assert_int_equal(lines__skipped(lines), 1);
	lines__close(lines);
}

/* --- what is said --- */

FILE_TEST(a_bad_line_is_named_with_its_number)
{
	char expected[128];

	assert_pids(f, joined("\n", good(1), "\n{\"schema\":2,\"event\":\"start\"}\n"), "1", 1);
	snprintf(expected, sizeof(expected),
		 "idlewatch: %s:3: line skipped: of another schema than 1\n", f->name);
	assert_string_equal(said_on_stderr(f), expected);
}

FILE_TEST(a_bad_value_is_named)
{
	assert_pids(f, "{\"schema\":1,\"event\":\"start\"," TIME ",\"netns\":-1}\n", "", 1);
	assert_contains(said_on_stderr(f), ":1: line skipped: with a bad value: netns\n");
}

FILE_TEST(a_line_cut_at_the_end_is_told_from_nonsense)
{
	char text[512];

	snprintf(text, sizeof(text), "%s\n%.40s", good(1), good(2));
	assert_pids(f, text, "1", 1);
	assert_contains(said_on_stderr(f), ":2: line skipped: cut off at the end of the file\n");
	snprintf(text, sizeof(text), "%s\n%.40s\n", good(1), good(2));
	assert_pids(f, text, "1", 1);
	assert_contains(said_on_stderr(f), ":2: line skipped: not JSON");
}

FILE_TEST(only_the_first_of_each_kind_is_named)
{
	unsigned int n = 0;
	const char *said;

	assert_pids(f, "hello\nhello\n{}\n{}\nhello\n", "", 5);
	said = said_on_stderr(f);
	assert_contains(said, ":1: line skipped: not JSON");
	assert_contains(said, ":3: line skipped: no line of idlewatch\n");
	for (const char *p = said; *p; p++)
		n += *p == '\n';
	assert_int_equal(n, 2);
}

/* A newer version writes them: no fault of the file, but they are counted. */
FILE_TEST(unknown_events_are_counted_without_a_word)
{
	assert_pids(f, "{\"schema\":1,\"event\":\"solar-flare\"}\n", "", 1);
	assert_string_equal(said_on_stderr(f), "");
}

FILE_TEST(all_faults_are_summed_up)
{
	char expected[512];
	struct lines *lines;

	give_long(f, LINE_BYTES_MAX + 1,
		  joined("\nhello\nhello\n{}\n{\"schema\":7,\"event\":\"start\"}\n"
			 "{\"schema\":1,\"event\":\"start\"}\n"
			 "{\"schema\":1,\"event\":\"solar-flare\"}\n",
			 good(9), "\n{"));
	assert_string_equal(pids(f, &lines), "9");
	assert_int_equal(lines__skipped(lines), 8);
	said_on_stderr(f);
	lines__complain(lines);
	lines__close(lines);
	snprintf(expected, sizeof(expected),
		 "idlewatch: %s: 1 lines used, 8 skipped: 1 cut off at the end of the file, 1 "
		 "longer than 64 KiB, 2 not JSON, 1 no line of idlewatch, 1 of another schema "
		 "than 1, 1 with a bad value, 1 of an event that this version does not know\n",
		 f->name);
	assert_string_equal(said_on_stderr(f), expected);
}

FILE_TEST(nothing_is_said_when_all_was_used)
{
	struct lines *lines;

	give(f, good(1), strlen(good(1)));
	pids(f, &lines);
	lines__complain(lines);
	lines__close(lines);
	assert_string_equal(said_on_stderr(f), "");
}

/* The parser's own words quote the line. */
FILE_TEST(hostile_bytes_do_not_reach_the_terminal)
{
	const char *said;

	assert_pids(f, "\x1b[31mred\n", "", 1);
	said = said_on_stderr(f);
	assert_contains(said, "not JSON");
	for (const char *p = said; *p; p++)
		assert_true(*p == '\n' || (unsigned char)*p >= 0x20);
	assert_pids(f, "{\"a\xff\x9b\":1}\n", "", 1);
	said = said_on_stderr(f);
	assert_true(is_utf8(said));
	assert_lacks(said, "\x9b");
}

FILE_TEST(a_nul_byte_ends_no_line)
{
	char text[512];
	size_t n = add_line(text, sizeof(text), 1, "");
	struct lines *lines;

	text[n] = '\0'; /* behind all of it, and still in it */
	n += 1 + (size_t)snprintf(text + n + 1, sizeof(text) - n - 1, "\n%s\n", good(2));
	give(f, text, n);
	assert_string_equal(pids(f, &lines), "2");
	assert_int_equal(lines__skipped(lines), 1);
	lines__close(lines);
}

/* --- the file itself --- */

FILE_TEST(a_file_that_is_not_there_is_named)
{
	struct lines *lines = NULL;

	assert_int_equal(lines__open("/proc/self/no-such-file", &lines), -ENOENT);
	assert_null(lines);
	assert_string_equal(said_on_stderr(f), "idlewatch: cannot read /proc/self/no-such-file: "
					       "No such file or directory\n");
}

FILE_TEST(a_directory_is_no_file)
{
	struct lines *lines = NULL;

	assert_int_equal(lines__open("/proc/self", &lines), -EISDIR);
	assert_contains(said_on_stderr(f), "cannot read /proc/self: Is a directory");
}

/* Many lines that compress badly, so that several pieces come out of a chunk. */
static size_t many_lines(char *text, size_t size)
{
	uint64_t seed = 3;
	size_t at = 0;

	for (unsigned int pid = 1; at + 512 < size; pid++) {
		char more[128];

		snprintf(more, sizeof(more), "\n{\"noise\":\"%016lx%016lx%016lx\"}\n",
			 (unsigned long)next_random(&seed), (unsigned long)next_random(&seed),
			 (unsigned long)next_random(&seed));
		at += add_line(text + at, size - at, pid, more);
	}
	return at;
}

FILE_TEST(compressed_files_are_unpacked)
{
	size_t size = 300000;
	char *text = malloc(size);
	struct lines *plain, *packed;

	assert_non_null(text);
	size = many_lines(text, size);
	give(f, text, size);
	pids(f, &plain);
	give_gzip(f, text, size, 0);
	pids(f, &packed);
	assert_true(lines__used(plain) > 1000);
	assert_int_equal(lines__used(packed), lines__used(plain));
	assert_int_equal(lines__skipped(packed), lines__skipped(plain));
	assert_lacks(said_on_stderr(f), "compressed");
	lines__close(plain);
	lines__close(packed);
	free(text);
}

FILE_TEST(a_compressed_file_is_good_up_to_where_it_is_cut)
{
	size_t size = 300000;
	char *text = malloc(size);
	struct lines *lines;

	assert_non_null(text);
	size = many_lines(text, size);
	give_gzip(f, text, size, give_gzip(f, text, size, 0) / 2);
	free(text);
	pids(f, &lines);
	assert_true(lines__used(lines) > 100 && lines__used(lines) < 1200);
	lines__close(lines);
	assert_contains(said_on_stderr(f), "the file ends in the middle of its compressed data; "
					   "what came before is used");
}

FILE_TEST(a_compressed_file_is_good_up_to_where_it_is_damaged)
{
	size_t size = 300000, packed;
	char *text = malloc(size);
	struct lines *lines;

	assert_non_null(text);
	size = many_lines(text, size);
	packed = give_gzip(f, text, size, 0);
	free(text);
	/* The check at its end: all was unpacked before that. */
	assert_int_equal(pwrite(f->fd, "XXXX", 4, (off_t)packed - 8), 4);
	pids(f, &lines);
	assert_true(lines__used(lines) > 1000);
	lines__close(lines);
	assert_contains(said_on_stderr(f), ": the compressed data is damaged; what came before is "
					   "used");
}
