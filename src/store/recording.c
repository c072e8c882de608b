// SPDX-License-Identifier: BSD-2-Clause
#include "store/recording.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "store/recording_tags.h"

#define MAGIC "idlewatch record"
#define MAGIC_LEN 16
#define OLD_MAGIC "idlewatch facts\n" /* before: structs as they were in memory */
#define RECORDING_VERSION 1
#define INFO_HEAD_BYTES 20 /* magic, version, size */
#define HEAD_BYTES 12 /* kind, size, offset of the wall clock */

#define CONNECTIONS_MAX (1U << 20)

/* A host is not up for 73 years; the two added still are a time. */
#define UPTIME_MAX_NS (1ULL << 61)
#define OFFSET_MAX_NS (1LL << 62)

/* A member becomes at most FIELD_HEAD_BYTES longer. */
#define BYTES_AT_MOST(T) ((FIELD_HEAD_BYTES + 1) * sizeof(T))
static_assert(BYTES_AT_MOST(struct iw_fact) + RECORD_OWNERS_MAX * BYTES_AT_MOST(struct iw_owner) <
		      PAYLOAD_MAX - HEAD_BYTES,
	      "a fact and its owners have room");
static_assert(BYTES_AT_MOST(struct process_info) < PAYLOAD_MAX - HEAD_BYTES, "a process has room");

/* --- writing --- */

struct recorder {
	FILE *out;
	const char *path;
	uint64_t lost;
	bool failing;
	struct payload payload; /* of the record being written */
};

static bool write_out(struct recorder *r)
{
	/* Flushed each time: facts are rare, and the end may be sudden. */
	return fwrite(r->payload.bytes, r->payload.n, 1, r->out) == 1 && !fflush(r->out);
}

static bool write_info(struct recorder *r, const struct recording_info *info)
{
	struct settings s = {
		.probes = info->config.probes,
		.retransmits = info->config.retransmits,
		.all_events = info->config.all_events,
		.max_connections = (uint32_t)info->config.max_connections,
		.prefix4 = (uint8_t)info->config.prefix4,
		.prefix6 = (uint8_t)info->config.prefix6,
		.light = info->config.light,
		.idle_ns = info->config.idle_ns,
		.verify_ns = info->config.verify_ns,
	};
	struct payload *p = &r->payload;

	memcpy(s.host, info->host, sizeof(s.host));
	memcpy(p->bytes, MAGIC, MAGIC_LEN);
	p->n = MAGIC_LEN;
	payload__put_number(p, RECORDING_VERSION, 2);
	payload__put_number(p, 0, 2);
	payload__put(p, &settings_members, &s);
	payload__set_size(p, MAGIC_LEN + 2, INFO_HEAD_BYTES);
	return write_out(r);
}

int recorder__open(const char *path, const struct recording_info *info, struct recorder **ret)
{
	struct recorder *r;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return log_err(-errno, "--record: cannot open %s: %s", path, strerror(errno));
	r = calloc(1, sizeof(*r));
	if (r)
		r->out = fdopen(fd, "wb");
	if (!r || !r->out) {
		close(fd);
		free(r);
		return log_err(-ENOMEM, "out of memory");
	}
	r->path = path;
	if (!write_info(r, info)) {
		int err = -errno;

		recorder__close(r);
		return log_err(err, "--record: cannot write to %s: %s", path, strerror(-err));
	}
	*ret = r;
	return 0;
}

void recorder__close(struct recorder *r)
{
	if (!r)
		return;
	fclose(r->out);
	free(r);
}

uint64_t recorder__lost(const struct recorder *r)
{
	return r ? r->lost : 0;
}

static void put_fact(struct payload *p, const struct recorded *record)
{
	payload__put(p, &fact_members, &record->fact);
	for (uint32_t i = 0; i < record->n_owners; i++)
		payload__put_group(p, FACT_OWNER, &owner_members, &record->owners[i]);
}

static void put_said(struct payload *p, const struct recorded *record)
{
	payload__put(p, &said_members, record);
	for (enum verdict v = VERDICT_NONE + 1; v < VERDICT_MAX; v++) {
		struct verdict_count count = { .verdict = verdict_number(v),
					       .times = record->totals.verdicts[v] };

		if (count.times)
			payload__put_group(p, SAID_VERDICT, &verdict_members, &count);
	}
}

static void put_record(struct payload *p, const struct recorded *record)
{
	switch (record->kind) {
	case RECORD_FACT:
		put_fact(p, record);
		break;
	case RECORD_SAID:
		put_said(p, record);
		break;
	case RECORD_PROCESS:
		payload__put(p, &process_members, &record->process);
		break;
	case RECORD_NAME:
		payload__put(p, &name_members, &record->name);
		break;
	case RECORD_PATH:
		payload__put(p, &path_members, &record->path);
		break;
	case RECORD_KIND_MAX:
		break;
	}
}

void recorder__write(struct recorder *r, const struct recorded *record)
{
	struct payload *p = &r->payload;

	p->n = 0;
	payload__put_number(p, record_numbers[record->kind], 2);
	payload__put_number(p, 0, 2);
	payload__put_number(p, (uint64_t)record->realtime_offset_ns, 8);
	put_record(p, record);
	payload__set_size(p, 2, HEAD_BYTES);
	if (write_out(r))
		return;
	r->lost++;
	if (!r->failing)
		log_warn("--record: cannot write to %s: %s; watching goes on, the recording ends "
			 "here",
			 r->path, strerror(errno));
	r->failing = true;
}

/* --- reading --- */

static int bad(FILE *in, const char *name, const char *what)
{
	return log_err(-EBADMSG, "--replay: %s: at offset %ld: %s", name, ftell(in), what);
}

/* Reads size bytes whole. 1, or 0 at the very end of the file, or -EBADMSG. */
static int read_whole(FILE *in, const char *name, void *ret, size_t size)
{
	size_t n = fread(ret, 1, size, in);

	if (n == size)
		return 1;
	if (!n && feof(in))
		return 0;
	return bad(in, name, ferror(in) ? "cannot be read" : "the file ends in the middle");
}

/* The same, where the file may not end; 0 when it is there. */
static int read_rest(FILE *in, const char *name, void *ret, size_t size)
{
	int r = size ? read_whole(in, name, ret, size) : 1;

	return r > 0 ? 0 : r ?: bad(in, name, "the file ends in the middle");
}

/* Reads the fields that come next. */
static int read_fields(FILE *in, const char *name, uint64_t size, uint8_t bytes[PAYLOAD_MAX],
		       struct encoded *ret)
{
	if (size > PAYLOAD_MAX)
		return bad(in, name, "a record of impossible size");
	*ret = (struct encoded){ bytes, bytes + size, 0 };
	return read_rest(in, name, bytes, size);
}

static bool is_sane(const struct settings *s)
{
	return s->probes && s->probes <= ENGINE_THRESHOLD_MAX && s->retransmits &&
	       s->retransmits <= ENGINE_THRESHOLD_MAX && s->all_events <= 1 && s->light <= 1 &&
	       s->max_connections && s->max_connections <= CONNECTIONS_MAX && s->prefix4 <= 32 &&
	       s->prefix6 <= 128;
}

static int read_settings(FILE *in, const char *name, uint64_t size, struct settings *ret)
{
	uint8_t bytes[PAYLOAD_MAX];
	struct encoded f;
	const char *wrong;
	int r = read_fields(in, name, size, bytes, &f);

	if (r)
		return r;
	wrong = encoded__read(&f, &settings_members, ret) ?: encoded__end(&f);
	if (!wrong && !is_sane(ret))
		wrong = "settings out of range";
	return wrong ? bad(in, name, wrong) : 0;
}

int recording__read_info(FILE *in, const char *name, struct recording_info *ret)
{
	uint8_t head[INFO_HEAD_BYTES];
	struct settings s;
	int r = read_whole(in, name, head, MAGIC_LEN);

	if (r < 0)
		return r;
	if (r && !memcmp(head, OLD_MAGIC, MAGIC_LEN))
		return bad(in, name,
			   "recorded by an older version of idlewatch: replay it with that one");
	if (!r || memcmp(head, MAGIC, MAGIC_LEN))
		return bad(in, name, "not a recording of idlewatch");
	r = read_rest(in, name, head + MAGIC_LEN, sizeof(head) - MAGIC_LEN);
	if (r)
		return r;
	if (number_of_bytes(head + MAGIC_LEN, 2) != RECORDING_VERSION)
		return bad(in, name, NEWER);
	r = read_settings(in, name, number_of_bytes(head + MAGIC_LEN + 2, 2), &s);
	if (r)
		return r;
	*ret = (struct recording_info){
		.config = { .probes = s.probes,
			    .retransmits = s.retransmits,
			    .light = s.light,
			    .idle_ns = s.idle_ns,
			    .all_events = s.all_events,
			    .verify_ns = s.verify_ns,
			    .max_connections = s.max_connections,
			    .prefix4 = s.prefix4,
			    .prefix6 = s.prefix6 },
	};
	memcpy(ret->host, s.host, sizeof(ret->host));
	return 1;
}

/* Each of these returns NULL, or what is wrong. */
static const char *read_fact(struct encoded *f, struct recorded *ret)
{
	const char *wrong = encoded__read(f, &fact_members, &ret->fact);
	struct encoded owner;

	memset(ret->fact.pad, 0, sizeof(ret->fact.pad));
	ret->n_owners = 0;
	while (!wrong && encoded__read_group(f, FACT_OWNER, &owner)) {
		if (ret->n_owners == RECORD_OWNERS_MAX)
			return "more owners than there can be";
		ret->owners[ret->n_owners] = (struct iw_owner){};
		wrong = encoded__read(&owner, &owner_members, &ret->owners[ret->n_owners++])
				?: encoded__end(&owner);
	}
	if (!wrong && ret->fact.result == INT32_MIN)
		wrong = "a fact with an impossible result";
	if (!wrong && MAX(ret->fact.ts_ns, ret->fact.mono_ns) > UPTIME_MAX_NS)
		wrong = "a fact at an impossible time";
	return wrong;
}

/* VERDICT_MAX: none that this version knows. */
static enum verdict verdict_of_number(uint64_t number)
{
	enum verdict v = VERDICT_NONE + 1;

	while (v < VERDICT_MAX && verdict_number(v) != number)
		v++;
	return v;
}

static const char *read_said(struct encoded *f, struct recorded *ret)
{
	const char *wrong = encoded__read(f, &said_members, ret);
	struct verdict_count count;
	struct encoded group;

	memset(ret->totals.verdicts, 0, sizeof(ret->totals.verdicts));
	while (!wrong && encoded__read_group(f, SAID_VERDICT, &group)) {
		enum verdict v;

		wrong = encoded__read(&group, &verdict_members, &count) ?: encoded__end(&group);
		v = wrong ? VERDICT_NONE : verdict_of_number(count.verdict);
		if (v == VERDICT_MAX)
			return "a verdict of unknown number: " NEWER;
		ret->totals.verdicts[v] = count.times;
	}
	if (!wrong && ret->ts_ns > UPTIME_MAX_NS)
		wrong = "a line at an impossible time";
	return wrong;
}

static const char *read_path(struct encoded *f, struct path *ret)
{
	const char *wrong = encoded__read(f, &path_members, ret);

	return wrong ?: path_is_sane(ret) ? NULL : "a path that cannot be";
}

static const char *read_record(struct encoded *f, struct recorded *ret)
{
	switch (ret->kind) {
	case RECORD_FACT:
		return read_fact(f, ret);
	case RECORD_SAID:
		return read_said(f, ret);
	case RECORD_PROCESS:
		ret->process.pad = 0;
		return encoded__read(f, &process_members, &ret->process);
	case RECORD_NAME:
		return encoded__read(f, &name_members, &ret->name);
	case RECORD_PATH:
		return read_path(f, &ret->path);
	case RECORD_KIND_MAX:
		break;
	}
	return "a record of unknown kind: " NEWER;
}

static enum record_kind kind_of_number(uint64_t number)
{
	enum record_kind kind = 0;

	while (kind < RECORD_KIND_MAX && record_numbers[kind] != number)
		kind++;
	return kind;
}

int recording__read(FILE *in, const char *name, struct recorded *ret)
{
	uint8_t head[HEAD_BYTES], bytes[PAYLOAD_MAX];
	const char *wrong;
	struct encoded f;
	int r = read_whole(in, name, head, sizeof(head));

	if (r <= 0)
		return r;
	ret->kind = kind_of_number(number_of_bytes(head, 2));
	ret->realtime_offset_ns = (int64_t)number_of_bytes(head + 4, 8);
	r = read_fields(in, name, number_of_bytes(head + 2, 2), bytes, &f);
	if (r)
		return r;
	if (ret->realtime_offset_ns > OFFSET_MAX_NS || ret->realtime_offset_ns < -OFFSET_MAX_NS)
		return bad(in, name, "an impossible wall clock");
	wrong = read_record(&f, ret) ?: encoded__end(&f);
	return wrong ? bad(in, name, wrong) : 1;
}
