// SPDX-License-Identifier: BSD-2-Clause
/* Recordings: all that is written comes back, and nothing that is not ours is believed. */
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "check.h"
#include "store/recording.h"

#define FILE_MAX 65536
#define HEAD_BYTES 12 /* of a record */

/* A recording in memory, made by the writer or by hand. */
struct file {
	uint8_t bytes[FILE_MAX];
	size_t n;
};

/*
 * Positional, so that the compiler tells when there is something new: then a setting needs
 * a tag in recording_tags.c, and two lines in recording.c.
 */
static const struct recording_info some_info = {
	{ 3, 5, 7 * NS_PER_S, true, 11 * NS_PER_S, 13, 24, 48, true }, "bastion"
};

/* What the writer makes of these records. */
static void write_file(struct file *f, const struct record *records, size_t n)
{
	char path[] = "/tmp/idlewatch-recording-XXXXXX";
	int fd = mkstemp(path);
	struct recorder *r;
	FILE *in;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(recorder__open(path, &some_info, &r), 0);
	for (size_t i = 0; i < n; i++)
		recorder__write(r, &records[i]);
	assert_int_equal(recorder__lost(r), 0);
	recorder__close(r);
	in = fopen(path, "rb");
	assert_non_null(in);
	f->n = fread(f->bytes, 1, sizeof(f->bytes), in);
	assert_true(f->n < sizeof(f->bytes));
	fclose(in);
	unlink(path);
}

/* Reads all of it; 0, or the error, and then *ret_said is the sentence. */
static int read_file(const struct file *f, char ret_said[512])
{
	static struct record record;
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

/* One record, there and back, into one that is full of something else. */
static const struct record *there_and_back(const struct record *record)
{
	static struct record back;
	static struct file f;
	struct recording_info info;
	FILE *in;

	write_file(&f, record, 1);
	memset(&back, 0xa5, sizeof(back));
	in = fmemopen(f.bytes, f.n, "rb");
	assert_non_null(in);
	assert_int_equal(recording__read_info(in, "it", &info), 1);
	assert_int_equal(recording__read(in, "it", &back), 1);
	assert_int_equal(back.kind, record->kind);
	assert_true(back.realtime_offset_ns == record->realtime_offset_ns);
	assert_int_equal(recording__read(in, "it", &back), 0);
	fclose(in);
	return &back;
}

/* Each byte another than its neighbours, none of them zero. */
static void fill(void *object, size_t size)
{
	static uint8_t last;

	for (size_t i = 0; i < size; i++) {
		last = (uint8_t)(last % 251 + 1);
		((uint8_t *)object)[i] = last;
	}
}

/* A string as long as it may be. */
static void fill_text(char *text, size_t size)
{
	fill(text, size);
	text[size - 1] = '\0';
}

static struct iw_fact full_fact(enum iw_fact_type type)
{
	struct iw_fact f;

	fill(&f, sizeof(f));
	memset(f.pad, 0, sizeof(f.pad));
	f.type = (uint8_t)type;
	f.probe_kind = IW_PROBE_ZERO_WINDOW;
	f.result = -ENETUNREACH;
	fill_text(f.drop_name, sizeof(f.drop_name));
	return f;
}

static struct iw_owner full_owner(void)
{
	struct iw_owner o;

	fill(&o, sizeof(o));
	o.pad = 0;
	fill_text(o.comm, sizeof(o.comm));
	return o;
}

static struct path full_path(void)
{
	struct path p;

	fill(&p, sizeof(p));
	p.key.family = AF_INET6;
	p.key.prefix = 128;
	for (int k = 0; k < GAP_KINDS; k++) {
		p.bracket.of[k].gap_ns = 0x1020304050607 + (uint64_t)k;
		p.bracket.of[k].times = 0x8070605040302 + (uint64_t)k;
		p.bracket.of[k].last_ns = -0x90a0b0c0d0e0 - k;
		p.bracket.of[k].against = 0xa0b0c0d0e0f01 + (uint64_t)k;
	}
	return p;
}

/* One of each kind, with all that each can carry. */
static void full_record(struct record *r, enum record_kind kind)
{
	*r = (struct record){ .kind = kind, .realtime_offset_ns = -0x102030405060708 };
	switch (kind) {
	case RECORD_FACT:
		r->fact = full_fact(IW_FACT_LOOK);
		for (r->n_owners = 0; r->n_owners < RECORD_OWNERS_MAX; r->n_owners++)
			r->owners[r->n_owners] = full_owner();
		break;
	case RECORD_SAID:
		r->said = EVENT_SUMMARY;
		r->ts_ns = 0x1112131415161718;
		fill(&r->totals, sizeof(r->totals));
		r->totals.verdicts[VERDICT_NONE] = 0;
		fill_text(r->detail, sizeof(r->detail));
		break;
	case RECORD_PROCESS:
		fill(&r->process, sizeof(r->process));
		r->process.pad = 0;
		fill_text(r->process.cgroup.path, sizeof(r->process.cgroup.path));
		fill_text(r->process.cgroup.container, sizeof(r->process.cgroup.container));
		fill_text(r->process.cgroup.runtime, sizeof(r->process.cgroup.runtime));
		fill_text(r->process.cgroup.unit, sizeof(r->process.cgroup.unit));
		fill_text(r->process.cmdline, sizeof(r->process.cmdline));
		break;
	case RECORD_NAME:
		r->name.kind = NAME_USER;
		r->name.id = 0x21222324;
		fill_text(r->name.text, sizeof(r->name.text));
		break;
	case RECORD_PATH:
		r->path = full_path();
		break;
	case RECORD_KIND_MAX:
		break;
	}
}

/* --- there and back --- */

TEST(settings_come_back)
{
	struct recording_info info;
	struct file f;
	FILE *in;

	write_file(&f, NULL, 0);
	memset(&info, 0xa5, sizeof(info));
	in = fmemopen(f.bytes, f.n, "rb");
	assert_non_null(in);
	assert_int_equal(recording__read_info(in, "it", &info), 1);
	fclose(in);
	assert_int_equal(info.config.probes, 3);
	assert_int_equal(info.config.retransmits, 5);
	assert_int_equal(info.config.idle_ns, 7 * NS_PER_S);
	assert_true(info.config.all_events);
	assert_int_equal(info.config.verify_ns, 11 * NS_PER_S);
	assert_int_equal(info.config.max_connections, 13);
	assert_int_equal(info.config.prefix4, 24);
	assert_int_equal(info.config.prefix6, 48);
	assert_true(info.config.light);
	assert_string_equal(info.host, "bastion");
}

TEST(facts_come_back_with_every_byte)
{
	static struct record r;

	for (enum iw_fact_type t = 0; t < IW_FACT_MAX; t++) {
		full_record(&r, RECORD_FACT);
		r.fact = full_fact(t);
		assert_memory_equal(&there_and_back(&r)->fact, &r.fact, sizeof(r.fact));
	}
	for (enum iw_probe_kind k = 0; k < IW_PROBE_MAX; k++) {
		r.fact.probe_kind = (uint8_t)k;
		assert_int_equal(there_and_back(&r)->fact.probe_kind, k);
	}
}

TEST(owners_come_back_with_every_byte)
{
	const struct record *back;
	static struct record r;

	full_record(&r, RECORD_FACT);
	back = there_and_back(&r);
	assert_int_equal(back->n_owners, RECORD_OWNERS_MAX);
	assert_memory_equal(back->owners, r.owners, sizeof(r.owners));
}

TEST(what_is_zero_comes_back_zero)
{
	static const struct iw_owner nobody;
	static struct record r = { .kind = RECORD_FACT, .fact.type = IW_FACT_CLOCK, .n_owners = 1 };
	const struct record *back = there_and_back(&r);

	assert_memory_equal(&back->fact, &r.fact, sizeof(r.fact));
	assert_int_equal(back->n_owners, 1);
	assert_memory_equal(&back->owners[0], &nobody, sizeof(nobody));
	r.n_owners = 0;
	assert_int_equal(there_and_back(&r)->n_owners, 0);
}

TEST(own_lines_come_back)
{
	static const enum event_type types[] = { EVENT_START, EVENT_LOST, EVENT_SUMMARY };
	const struct record *back;
	static struct record r;

	full_record(&r, RECORD_SAID);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		r.said = types[i];
		back = there_and_back(&r);
		assert_int_equal(back->said, types[i]);
		assert_int_equal(back->ts_ns, r.ts_ns);
		assert_string_equal(back->detail, r.detail);
		assert_memory_equal(&back->totals, &r.totals, sizeof(r.totals));
	}
	r.totals = (struct totals){};
	assert_memory_equal(&there_and_back(&r)->totals, &r.totals, sizeof(r.totals));
}

TEST(every_verdict_has_a_number_of_its_own)
{
	assert_int_equal(verdict_number(VERDICT_NONE), 0);
	for (enum verdict v = 0; v < VERDICT_MAX; v++) {
		for (enum verdict w = v + 1; w < VERDICT_MAX; w++)
			assert_int_not_equal(verdict_number(v), verdict_number(w));
	}
}

TEST(processes_come_back)
{
	const struct process_info *back;
	static struct record r;

	full_record(&r, RECORD_PROCESS);
	back = &there_and_back(&r)->process;
	assert_int_equal(back->pid, r.process.pid);
	assert_int_equal(back->start_ns, r.process.start_ns);
	assert_memory_equal(&back->cgroup, &r.process.cgroup, sizeof(r.process.cgroup));
	assert_memory_equal(back->cmdline, r.process.cmdline, sizeof(r.process.cmdline));
}

TEST(names_come_back)
{
	static struct record r;

	full_record(&r, RECORD_NAME);
	for (enum name_kind k = 0; k < NAME_KIND_MAX; k++) {
		r.name.kind = k;
		assert_memory_equal(&there_and_back(&r)->name, &r.name, sizeof(r.name));
	}
}

TEST(paths_come_back)
{
	static struct record r;

	full_record(&r, RECORD_PATH);
	assert_memory_equal(&there_and_back(&r)->path, &r.path, sizeof(r.path));
}

/* --- the bytes themselves: they are a promise --- */

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

TEST(bytes_are_little_endian_and_tagged)
{
	static const uint8_t expected[] = {
		4, 0, 20, 0, /* a name, of 20 bytes */
		1, 2, 3,  4, 5,	  6,   7, 8, /* the wall clock less the time since boot */
		1, 0, 2,  0, 2,	  0, /* of a user */
		2, 0, 4,  0, 4,	  3,   2, 1, /* with this id */
		3, 0, 2,  0, 'm', 'e',
	};
	static const struct record name = { .kind = RECORD_NAME,
					    .realtime_offset_ns = 0x0807060504030201,
					    .name = { NAME_USER, 0x01020304, "me" } };
	static struct file f;

	write_file(&f, &name, 1);
	assert_memory_equal(f.bytes, "idlewatch record\1\0", 18);
	assert_memory_equal(f.bytes + f.n - sizeof(expected), expected, sizeof(expected));
}

/* --- what is not ours --- */

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

	put_field(&f, 900, 1, 1); /* between the last known one and the owners */
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
	static struct record r;
	size_t start = begin(&f, 1);

	put_field(&f, 31, 0x80000000, 4); /* whose negative there is not */
	put_field(&f, 37, 14, 2);
	end(&f, start);
	assert_refused(&f, "a fact with an impossible result");
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
	static struct record records[RECORD_KIND_MAX];
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
