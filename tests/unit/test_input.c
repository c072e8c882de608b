// SPDX-License-Identifier: BSD-2-Clause
/* Bytes of files, compressed or not: whole, in small pieces, damaged, and cut. */
#include "base/input.h"

#include <errno.h>
#include <zstd.h>

#include "given_file.h"

#define TEXT_BYTES 200000 /* more than is read at once */

/* Something that does not compress to nothing, and no NULs. */
static const char *long_text(void)
{
	static char text[TEXT_BYTES];
	uint64_t seed = 4711;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + next_random(&seed) % 16);
	return text;
}

static void give_zstd(struct given_file *f, const void *bytes, size_t n, size_t left_out)
{
	size_t room = ZSTD_compressBound(n), packed;
	void *out = malloc(room);

	assert_non_null(out);
	packed = ZSTD_compress(out, room, bytes, n, 3);
	assert_false(ZSTD_isError(packed));
	give(f, out, packed - left_out);
	free(out);
}

/* The file's bytes as they are now; free() them. */
static uint8_t *packed_bytes(const struct given_file *f, size_t *ret_n)
{
	off_t n = lseek(f->fd, 0, SEEK_END);
	uint8_t *bytes = malloc((size_t)n);

	assert_non_null(bytes);
	assert_int_equal(pread(f->fd, bytes, (size_t)n, 0), n);
	*ret_n = (size_t)n;
	return bytes;
}

/* Reads the file in pieces of that size. How much came; *ret_error what ended it. */
static size_t read_all(const struct given_file *f, size_t piece, char *buf, size_t size,
		       ssize_t *ret_error)
{
	struct input *in;
	size_t have = 0;
	ssize_t n = 1;

	assert_int_equal(input__open(f->name, &in), 0);
	while (n > 0 && have < size) {
		n = input__read(in, buf + have, MIN(piece, size - have));
		assert_true(n <= (ssize_t)piece);
		have += n > 0 ? (size_t)n : 0;
	}
	*ret_error = n;
	if (!n)
		assert_int_equal(input__read(in, buf, 1), 0); /* the end stays the end */
	input__close(in);
	return have;
}

static void assert_holds(const struct given_file *f, const char *expected, size_t n)
{
	static const size_t pieces[] = { 1, 7, 4096, 1000000 };
	static char buf[3 * TEXT_BYTES];
	ssize_t error;

	for (size_t i = n > 1000; i < ARRAY_SIZE(pieces); i++) {
		assert_int_equal(read_all(f, pieces[i], buf, sizeof(buf), &error), n);
		assert_int_equal(error, 0);
		assert_memory_equal(buf, expected, n);
	}
}

/* What came of the long text before the error was good. */
static size_t assert_breaks(const struct given_file *f, ssize_t expected)
{
	static char buf[3 * TEXT_BYTES];
	ssize_t error;
	size_t n = read_all(f, 4096, buf, sizeof(buf), &error);

	assert_int_equal(error, expected);
	assert_true(n <= TEXT_BYTES);
	assert_memory_equal(buf, long_text(), n);
	return n;
}

/* --- whole --- */

FILE_TEST(plain_bytes_come_as_they_are)
{
	give(f, "", 0);
	assert_holds(f, "", 0);
	give(f, "a", 1);
	assert_holds(f, "a", 1);
	give(f, "\0\n\xff\x1f", 4);
	assert_holds(f, "\0\n\xff\x1f", 4);
	give(f, long_text(), TEXT_BYTES);
	assert_holds(f, long_text(), TEXT_BYTES);
}

FILE_TEST(compressed_bytes_come_as_they_were)
{
	give_gzip(f, "a\nb", 3, 0);
	assert_holds(f, "a\nb", 3);
	give_gzip(f, long_text(), TEXT_BYTES, 0);
	assert_holds(f, long_text(), TEXT_BYTES);
	give_gzip(f, "", 0, 0);
	assert_holds(f, "", 0);
	give_zstd(f, "a\nb", 3, 0);
	assert_holds(f, "a\nb", 3);
	give_zstd(f, long_text(), TEXT_BYTES, 0);
	assert_holds(f, long_text(), TEXT_BYTES);
	give_zstd(f, "", 0, 0);
	assert_holds(f, "", 0);
}

/* As cat a.gz b.gz makes it, and tools that compress in blocks. */
static void assert_two_are_one(struct given_file *f)
{
	static char twice[2 * TEXT_BYTES];
	size_t n;
	uint8_t *one = packed_bytes(f, &n), *two = malloc(2 * n);

	assert_non_null(two);
	memcpy(two, one, n);
	memcpy(two + n, one, n);
	give(f, two, 2 * n);
	memcpy(twice, long_text(), TEXT_BYTES);
	memcpy(twice + TEXT_BYTES, long_text(), TEXT_BYTES);
	assert_holds(f, twice, sizeof(twice));
	free(one);
	free(two);
}

FILE_TEST(files_behind_each_other_are_one)
{
	give_gzip(f, long_text(), TEXT_BYTES, 0);
	assert_two_are_one(f);
	give_zstd(f, long_text(), TEXT_BYTES, 0);
	assert_two_are_one(f);
}

/* Two bytes could be the beginning of anything. */
FILE_TEST(a_magic_that_is_cut_is_plain)
{
	give(f, "\x28\xb5\x2f", 3);
	assert_holds(f, "\x28\xb5\x2f", 3);
	give(f, "\x1f", 1);
	assert_holds(f, "\x1f", 1);
}

/* --- damaged, cut --- */

FILE_TEST(a_compressed_file_that_is_cut_says_so)
{
	give_gzip(f, long_text(), TEXT_BYTES, 20);
	assert_true(assert_breaks(f, -ENODATA) > TEXT_BYTES / 2);
	give_zstd(f, long_text(), TEXT_BYTES, 20);
	assert_breaks(f, -ENODATA);
	give(f, "\x1f\x8b", 2);
	assert_int_equal(assert_breaks(f, -ENODATA), 0);
	give(f, "\x28\xb5\x2f\xfd", 4);
	assert_int_equal(assert_breaks(f, -ENODATA), 0);
}

FILE_TEST(the_check_sum_of_gzip_counts)
{
	size_t n;
	uint8_t *bytes;

	give_gzip(f, long_text(), TEXT_BYTES, 0);
	bytes = packed_bytes(f, &n);
	bytes[n - 5] ^= 1; /* of the CRC, before the size */
	give(f, bytes, n);
	assert_true(assert_breaks(f, -EBADMSG) >= TEXT_BYTES - 4096); /* but for the last piece */
	free(bytes);
}

FILE_TEST(nonsense_behind_a_magic_is_damage)
{
	uint8_t bytes[64] = { 0x1f, 0x8b };

	memset(bytes + 2, 0xff, sizeof(bytes) - 2);
	give(f, bytes, sizeof(bytes));
	assert_int_equal(assert_breaks(f, -EBADMSG), 0);
	memcpy(bytes, "\x28\xb5\x2f\xfd", 4);
	give(f, bytes, sizeof(bytes));
	assert_int_equal(assert_breaks(f, -EBADMSG), 0);
}

/* Bytes that are not compressed, behind some that are: no data of ours. */
FILE_TEST(nonsense_behind_a_compressed_file_is_damage)
{
	size_t n;
	uint8_t *bytes, *more;

	give_gzip(f, long_text(), TEXT_BYTES, 0);
	bytes = packed_bytes(f, &n);
	more = malloc(n + 5);
	assert_non_null(more);
	memcpy(more, bytes, n);
	memcpy(more + n, "hello", 5);
	give(f, more, n + 5);
	assert_int_equal(assert_breaks(f, -EBADMSG), TEXT_BYTES);
	free(bytes);
	free(more);
}

/* --- what is said --- */

FILE_TEST(the_offset_is_the_files_own)
{
	struct input *in;
	char byte;

	give(f, "abc", 3);
	assert_int_equal(input__open(f->name, &in), 0);
	assert_int_equal(input__offset(in), 0);
	assert_int_equal(input__read(in, &byte, 1), 1);
	assert_int_equal(input__offset(in), 1);
	input__close(in);
	give_gzip(f, long_text(), TEXT_BYTES, 0);
	assert_int_equal(input__open(f->name, &in), 0);
	while (input__read(in, (char[4096]){}, 4096) > 0)
		;
	assert_int_equal(input__offset(in), lseek(f->fd, 0, SEEK_END));
	input__close(in);
}

FILE_TEST(what_cannot_be_opened_is_named)
{
	struct input *in = NULL;

	assert_int_equal(input__open("/nowhere/at all", &in), -ENOENT);
	assert_contains(said_on_stderr(f),
			"cannot read /nowhere/at all: No such file or directory");
	assert_int_equal(input__open("/", &in), -EISDIR);
	assert_contains(said_on_stderr(f), "cannot read /: Is a directory");
	assert_null(in);
	input__close(NULL);
}
