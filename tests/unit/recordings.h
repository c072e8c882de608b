/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings in memory, and records with all that each can carry. */
#ifndef RECORDINGS_H
#define RECORDINGS_H

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "check.h"
#include "store/recording.h"

#define FILE_MAX 65536

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
static inline void write_file(struct file *f, const struct recorded *records, size_t n)
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

/* Each byte another than its neighbours, none of them zero. */
static inline void fill(void *object, size_t size)
{
	static uint8_t last;

	for (size_t i = 0; i < size; i++) {
		last = (uint8_t)(last % 251 + 1);
		((uint8_t *)object)[i] = last;
	}
}

/* A string as long as it may be. */
static inline void fill_text(char *text, size_t size)
{
	fill(text, size);
	text[size - 1] = '\0';
}

static inline struct iw_fact full_fact(enum iw_fact_type type)
{
	struct iw_fact f;

	fill(&f, sizeof(f));
	f.ts_ns = 0x1112131415161718;
	f.mono_ns = 0x1213141516171819;
	memset(f.pad, 0, sizeof(f.pad));
	f.type = (uint8_t)type;
	f.probe_kind = IW_PROBE_ZERO_WINDOW;
	f.elsewhere = IW_ELSEWHERE_SAME_PORT;
	f.holder = IW_HOLDER_LISTENER;
	f.result = -ENETUNREACH;
	fill_text(f.drop_name, sizeof(f.drop_name));
	return f;
}

static inline struct iw_owner full_owner(void)
{
	struct iw_owner o;

	fill(&o, sizeof(o));
	o.pad = 0;
	fill_text(o.comm, sizeof(o.comm));
	return o;
}

static inline struct path full_path(void)
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
static inline void full_record(struct recorded *r, enum record_kind kind)
{
	*r = (struct recorded){ .kind = kind, .realtime_offset_ns = -0x102030405060708 };
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

#endif /* RECORDINGS_H */
