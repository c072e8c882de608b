// SPDX-License-Identifier: BSD-2-Clause
/* Recordings that are not ours, or not whole: none is believed, a sentence says why. */
#include "recordings.h"

#define HEAD_BYTES 12 /* of a record */

/* Reads all of it; 0, or the error, and then *ret_said is the sentence. */
static int read_file(const struct file *f, char ret_said[512])
{
	static struct recorded record;
	struct recording_info info;
	char *said = NULL;
	size_t size = 0;
	FILE *real = stderr, *in = fmemopen((void *)(uintptr_t)f->bytes, f->n, "rb");
	int r;

	assert_non_null(in);
	stderr = open_memstream(&said, &size);
	assert_non_null(stderr);
	r = recording__read_info(in, "it", &info);
	while (r > 0)
		r = recording__read(in, "it", &record);
	fclose(stderr);
	stderr = real;
	fclose(in);
	snprintf(ret_said, 512, "%s", said);
	free(said);
	return r;
}

static void assert_refused(const struct file *f, const char *why)
{
	char said[512];

	assert_int_equal(read_file(f, said), -EBADMSG);
	assert_contains(said, "--replay: it: at offset ");
	assert_contains(said, why);
}

static void put(struct file *f, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		f->bytes[f->n++] = (uint8_t)(number >> (8 * i));
}

static void put_field(struct file *f, unsigned int tag, uint64_t number, size_t size)
{
	put(f, tag, 2);
	put(f, size, 2);
	put(f, number, size);
}

/* Settings, and the head of a record whose payload follows. */
static size_t begin(struct file *f, unsigned int kind)
{
	write_file(f, NULL, 0);
	put(f, kind, 2);
	put(f, 0, 2);
	put(f, 0, 8);
	return f->n;
}

static void end(struct file *f, size_t start)
{
	size_t n = f->n;

	f->n = start - HEAD_BYTES + 2;
	put(f, n - start, 2);
	f->n = n;
}

/* A fact with nothing but its type. */
static size_t begin_fact(struct file *f)
{
	size_t start = begin(f, 1);

	put_field(f, 37, 14, 2);
	return start;
}

TEST(old_recordings_are_refused_by_a_sentence)
{
	static struct file f = { "idlewatch facts\n\2", 320 };

	assert_refused(&f, "recorded by an older version of idlewatch: replay it with that one");
	f.n = 16;
	assert_refused(&f, "recorded by an older version of idlewatch");
}

TEST(foreign_files_are_refused)
{
	static struct file f = { "#!/bin/sh\necho hello, hello\n", 28 };

	assert_refused(&f, "not a recording of idlewatch");
}

TEST(newer_formats_are_refused)
{
	static struct file f;

	write_file(&f, NULL, 0);
	f.bytes[16]++;
	assert_refused(&f, "recorded by a newer version of idlewatch");
}

TEST(newer_settings_are_refused)
{
	static struct file f;

	write_file(&f, NULL, 0);
	put_field(&f, 11, 1, 1);
	f.bytes[18] = (uint8_t)(f.bytes[18] + 5);
	assert_refused(&f, "a field of unknown meaning: recorded by a newer version");
}

TEST(newer_fields_are_refused)
{
	static struct file f;
	size_t start = begin_fact(&f);

	put_field(&f, 999, 1, 1); /* between the last known one and the owners */
	put_field(&f, 1000, 0, 0);
	end(&f, start);
	assert_refused(&f, "a field of unknown meaning: recorded by a newer version");
	start = begin_fact(&f);
	put_field(&f, 1001, 1, 1);
	end(&f, start);
	assert_refused(&f, "a field of unknown meaning: recorded by a newer version");
}

TEST(newer_fields_of_owners_are_refused)
{
	static struct file f;
	size_t start = begin_fact(&f);

	put(&f, 1000, 2);
	put(&f, 8, 2);
	put_field(&f, 7, 1, 4);
	end(&f, start);
	assert_refused(&f, "a field of unknown meaning: recorded by a newer version");
}

TEST(newer_values_are_refused)
{
	static struct file f;
	size_t start = begin(&f, 1);

	put_field(&f, 37, 999, 2);
	end(&f, start);
	assert_refused(&f, "a field of unknown value: recorded by a newer version");
	start = begin(&f, 2);
	put_field(&f, 1, 4, 2);
	end(&f, start);
	assert_refused(&f, "a field of unknown value: recorded by a newer version");
	start = begin(&f, 4);
	put_field(&f, 1, 999, 2);
	end(&f, start);
	assert_refused(&f, "a field of unknown value: recorded by a newer version");
}

TEST(newer_verdicts_are_refused)
{
	static struct file f;
	size_t start = begin(&f, 2);

	put_field(&f, 1, 1, 2);
	put(&f, 1000, 2);
	put(&f, 24, 2);
	put_field(&f, 1, 99, 8);
	put_field(&f, 2, 1, 8);
	end(&f, start);
	assert_refused(&f, "a verdict of unknown number: recorded by a newer version");
}

TEST(newer_kinds_of_records_are_refused)
{
	static struct file f;

	end(&f, begin(&f, 6));
	assert_refused(&f, "a record of unknown kind: recorded by a newer version");
	end(&f, begin(&f, 0));
	assert_refused(&f, "a record of unknown kind");
}

/* Which fact it is has no zero: a table with a hole would read it as the hole. */
TEST(what_must_be_told_is_missed)
{
	static struct file f;

	for (unsigned int kind = 1; kind <= 4; kind++) {
		if (kind == 3)
			continue;
		end(&f, begin(&f, kind));
		assert_refused(&f, "a field of unknown value");
	}
}

TEST(a_field_twice_is_refused)
{
	static struct file f;
	size_t start = begin_fact(&f);

	put_field(&f, 37, 14, 2);
	end(&f, start);
	assert_refused(&f, "a field out of its turn");
}

TEST(fields_of_another_size_are_refused)
{
	static struct file f;
	size_t start = begin(&f, 1);

	put_field(&f, 1, 1, 4); /* ts_ns has 8 bytes */
	put_field(&f, 37, 14, 2);
	end(&f, start);
	assert_refused(&f, "a field of impossible size");
	start = begin_fact(&f);
	put(&f, 55, 2); /* drop_name with no room for its NUL */
	put(&f, IW_REASON_LEN, 2);
	fill(f.bytes + f.n, IW_REASON_LEN);
	f.n += IW_REASON_LEN;
	end(&f, start);
	assert_refused(&f, "a field of impossible size");
	start = begin_fact(&f);
	put(&f, 38, 2); /* longer than its record */
	put(&f, 1, 2);
	end(&f, start);
	assert_refused(&f, "a field of impossible size");
}

TEST(records_of_impossible_size_are_refused)
{
	static struct file f;
	size_t start = begin(&f, 1);

	memset(f.bytes + start - HEAD_BYTES + 2, 0xff, 2);
	f.n = sizeof(f.bytes);
	assert_refused(&f, "a record of impossible size");
}

TEST(more_owners_than_there_can_be_are_refused)
{
	static struct file f;
	size_t start = begin_fact(&f);

	for (int i = 0; i <= RECORD_OWNERS_MAX; i++) {
		put(&f, 1000, 2);
		put(&f, 8, 2);
		put_field(&f, 2, 1, 4);
	}
	end(&f, start);
	assert_refused(&f, "more owners than there can be");
}

TEST(impossible_values_are_refused)
{
	static struct file f;
	static struct recorded r;
	size_t start = begin(&f, 1);

	put_field(&f, 31, 0x80000000, 4); /* whose negative there is not */
	put_field(&f, 37, 14, 2);
	end(&f, start);
	assert_refused(&f, "a fact with an impossible result");
	full_record(&r, RECORD_FACT);
	r.fact.mono_ns = 1ULL << 62;
	write_file(&f, &r, 1);
	assert_refused(&f, "a fact at an impossible time");
	full_record(&r, RECORD_SAID);
	r.ts_ns = UINT64_MAX;
	write_file(&f, &r, 1);
	assert_refused(&f, "a line at an impossible time");
	r.realtime_offset_ns = INT64_MIN;
	write_file(&f, &r, 1);
	assert_refused(&f, "an impossible wall clock");
	full_record(&r, RECORD_PATH);
	r.path.key.family = 1;
	write_file(&f, &r, 1);
	assert_refused(&f, "a path that cannot be");
}

TEST(settings_out_of_range_are_refused)
{
	static struct file f = { "idlewatch record\1", 18 };

	put(&f, 8, 2);
	put_field(&f, 3, 256, 4);
	assert_refused(&f, "settings out of range");
}

/* The end of a record is an end; within one, nothing is made of what is there. */
TEST(a_file_cut_anywhere_is_refused)
{
	static struct recorded records[RECORD_KIND_MAX];
	static struct file f, cut;
	size_t ends[RECORD_KIND_MAX + 1], n_ends = 0;
	char said[512];

	for (enum record_kind k = 0; k < RECORD_KIND_MAX; k++) {
		full_record(&records[k], k);
		records[k].n_owners = MIN(records[k].n_owners, 2U);
	}
	for (size_t i = 0; i <= RECORD_KIND_MAX; i++) {
		write_file(&f, records, i);
		ends[i] = f.n;
	}
	for (size_t n = 1; n <= f.n; n++) {
		memcpy(cut.bytes, f.bytes, n);
		cut.n = n;
		if (n == ends[n_ends]) {
			assert_int_equal(read_file(&cut, said), 0);
			assert_string_equal(said, "");
			n_ends++;
		} else {
			assert_refused(&cut, "the file ends in the middle");
		}
	}
	assert_int_equal(n_ends, ARRAY_SIZE(ends));
}
