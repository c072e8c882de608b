// SPDX-License-Identifier: BSD-2-Clause
#include "store/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

#define MAGIC "idlewatch facts\n"
#define THRESHOLD_MAX 255
#define CONNECTIONS_MAX (1U << 20)

struct record_header {
	char magic[16];
	uint32_t version; /* IW_FACT_VERSION */
	uint32_t fact_size;
	uint32_t owner_size;
	uint32_t probes;
	uint32_t retransmits;
	uint32_t all_events;
	uint32_t max_connections;
	uint8_t light; /* 0 in recordings of builds that had no --light */
	uint8_t prefix4; /* 0: all bits, as in recordings that are older than it */
	uint8_t prefix6;
	uint8_t pad;
	uint64_t idle_ns;
	uint64_t verify_ns;
	char host[256];
};

struct record_head {
	uint32_t kind;
	uint32_t size; /* of the payload */
	int64_t realtime_offset_ns;
};

struct said_payload {
	uint64_t ts_ns;
	uint64_t type;
	struct totals totals;
	char detail[RECORD_DETAIL_LEN];
};

struct recorder {
	FILE *out;
	const char *path;
	uint64_t lost;
	bool failing;
};

/* --- writing --- */

int recorder__open(const char *path, const struct recording_info *info, struct recorder **ret)
{
	struct record_header h = {
		.magic = MAGIC,
		.version = IW_FACT_VERSION,
		.fact_size = sizeof(struct iw_fact),
		.owner_size = sizeof(struct iw_owner),
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
	struct recorder *r;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return log_err(-errno, "--record: cannot open %s: %s", path, strerror(errno));
	memcpy(h.host, info->host, sizeof(h.host));
	r = calloc(1, sizeof(*r));
	if (r)
		r->out = fdopen(fd, "wb");
	if (!r || !r->out) {
		close(fd);
		free(r);
		return log_err(-ENOMEM, "out of memory");
	}
	r->path = path;
	if (fwrite(&h, sizeof(h), 1, r->out) != 1 || fflush(r->out)) {
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

static bool write_fact(FILE *out, const struct record *record)
{
	return fwrite(&record->fact, sizeof(record->fact), 1, out) == 1 &&
	       fwrite(record->owners, sizeof(*record->owners), record->n_owners, out) ==
		       record->n_owners;
}

static bool write_said(FILE *out, const struct record *record)
{
	struct said_payload said = { .ts_ns = record->ts_ns,
				     .type = record->said,
				     .totals = record->totals };

	memcpy(said.detail, record->detail, sizeof(said.detail));
	return fwrite(&said, sizeof(said), 1, out) == 1;
}

static bool write_payload(FILE *out, const struct record *record)
{
	switch (record->kind) {
	case RECORD_FACT:
		return write_fact(out, record);
	case RECORD_SAID:
		return write_said(out, record);
	case RECORD_PROCESS:
		return fwrite(&record->process, sizeof(record->process), 1, out) == 1;
	case RECORD_NAME:
		return fwrite(&record->name, sizeof(record->name), 1, out) == 1;
	case RECORD_PATH:
		return fwrite(&record->path, sizeof(record->path), 1, out) == 1;
	}
	return false;
}

static size_t payload_size(const struct record *record)
{
	switch (record->kind) {
	case RECORD_FACT:
		return sizeof(struct iw_fact) + record->n_owners * sizeof(struct iw_owner);
	case RECORD_SAID:
		return sizeof(struct said_payload);
	case RECORD_PROCESS:
		return sizeof(record->process);
	case RECORD_NAME:
		return sizeof(record->name);
	case RECORD_PATH:
		return sizeof(record->path);
	}
	return 0;
}

void recorder__write(struct recorder *r, const struct record *record)
{
	struct record_head head = {
		.kind = record->kind,
		.size = (uint32_t)payload_size(record),
		.realtime_offset_ns = record->realtime_offset_ns,
	};

	/* Flushed each time: facts are rare, and the end may be sudden. */
	if (fwrite(&head, sizeof(head), 1, r->out) == 1 && write_payload(r->out, record) &&
	    !fflush(r->out))
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

int recording__read_info(FILE *in, const char *name, struct recording_info *ret)
{
	struct record_header h;
	int r = read_whole(in, name, &h, sizeof(h));

	if (r < 0)
		return r;
	if (!r || memcmp(h.magic, MAGIC, sizeof(h.magic)))
		return bad(in, name, "not a recording of idlewatch");
	if (h.version != IW_FACT_VERSION || h.fact_size != sizeof(struct iw_fact) ||
	    h.owner_size != sizeof(struct iw_owner))
		return bad(in, name, "recorded by another version of idlewatch");
	if (!h.probes || h.probes > THRESHOLD_MAX || !h.retransmits ||
	    h.retransmits > THRESHOLD_MAX || h.all_events > 1 || h.light > 1 ||
	    !h.max_connections || h.max_connections > CONNECTIONS_MAX || h.prefix4 > 32 ||
	    h.prefix6 > 128)
		return bad(in, name, "settings out of range");
	*ret = (struct recording_info){
		.config = { .probes = h.probes,
			    .retransmits = h.retransmits,
			    .light = h.light != 0,
			    .idle_ns = h.idle_ns,
			    .all_events = h.all_events,
			    .verify_ns = h.verify_ns,
			    .max_connections = h.max_connections,
			    .prefix4 = h.prefix4,
			    .prefix6 = h.prefix6 },
	};
	memcpy(ret->host, h.host, sizeof(ret->host) - 1);
	return 1;
}

static int read_fact(FILE *in, const char *name, uint32_t size, struct record *ret)
{
	size_t owners = size - MIN(size, sizeof(ret->fact));
	int r;

	if (size < sizeof(ret->fact) || owners % sizeof(*ret->owners) ||
	    owners > sizeof(ret->owners))
		return bad(in, name, "a fact of impossible size");
	ret->n_owners = (uint32_t)(owners / sizeof(*ret->owners));
	r = read_whole(in, name, &ret->fact, sizeof(ret->fact));
	if (r > 0 && owners)
		r = read_whole(in, name, ret->owners, owners);
	if (r <= 0)
		return r ? r : bad(in, name, "the file ends in the middle");
	if (ret->fact.type >= IW_FACT_MAX || ret->fact.probe_kind >= IW_PROBE_MAX ||
	    ret->fact.result == INT32_MIN)
		return bad(in, name, "a fact of unknown kind");
	ret->fact.drop_name[sizeof(ret->fact.drop_name) - 1] = '\0';
	for (uint32_t i = 0; i < ret->n_owners; i++)
		ret->owners[i].comm[sizeof(ret->owners[i].comm) - 1] = '\0';
	return 1;
}

static int read_said(FILE *in, const char *name, uint32_t size, struct record *ret)
{
	struct said_payload said;
	int r;

	if (size != sizeof(said))
		return bad(in, name, "a line of impossible size");
	r = read_whole(in, name, &said, sizeof(said));
	if (r <= 0)
		return r ? r : bad(in, name, "the file ends in the middle");
	if (said.type != EVENT_START && said.type != EVENT_LOST && said.type != EVENT_SUMMARY)
		return bad(in, name, "a line of unknown kind");
	ret->said = (enum event_type)said.type;
	ret->ts_ns = said.ts_ns;
	ret->totals = said.totals;
	memcpy(ret->detail, said.detail, sizeof(ret->detail));
	ret->detail[sizeof(ret->detail) - 1] = '\0';
	return 1;
}

/* Reads a payload that must have this size. */
static int read_fixed(FILE *in, const char *name, uint32_t size, void *ret, size_t expected)
{
	int r;

	if (size != expected)
		return bad(in, name, "a record of impossible size");
	r = read_whole(in, name, ret, expected);
	return r ? r : bad(in, name, "the file ends in the middle");
}

static int read_process(FILE *in, const char *name, uint32_t size, struct process_info *ret)
{
	int r = read_fixed(in, name, size, ret, sizeof(*ret));

	ret->cgroup.path[sizeof(ret->cgroup.path) - 1] = '\0';
	ret->cgroup.container[sizeof(ret->cgroup.container) - 1] = '\0';
	ret->cgroup.runtime[sizeof(ret->cgroup.runtime) - 1] = '\0';
	ret->cgroup.unit[sizeof(ret->cgroup.unit) - 1] = '\0';
	ret->cmdline[sizeof(ret->cmdline) - 1] = '\0';
	return r;
}

static int read_name(FILE *in, const char *name, uint32_t size, struct record_name *ret)
{
	int r = read_fixed(in, name, size, ret, sizeof(*ret));

	if (r > 0 && ret->kind >= NAME_KIND_MAX)
		return bad(in, name, "a name of unknown kind");
	ret->text[sizeof(ret->text) - 1] = '\0';
	return r;
}

static int read_path(FILE *in, const char *name, uint32_t size, struct path *ret)
{
	int r = read_fixed(in, name, size, ret, sizeof(*ret));

	if (r > 0 && !path_is_sane(ret))
		return bad(in, name, "a path that cannot be");
	return r;
}

int recording__read(FILE *in, const char *name, struct record *ret)
{
	struct record_head head;
	int r = read_whole(in, name, &head, sizeof(head));

	if (r <= 0)
		return r;
	ret->realtime_offset_ns = head.realtime_offset_ns;
	ret->kind = (enum record_kind)head.kind;
	if (head.kind == RECORD_FACT)
		return read_fact(in, name, head.size, ret);
	if (head.kind == RECORD_SAID)
		return read_said(in, name, head.size, ret);
	if (head.kind == RECORD_PROCESS)
		return read_process(in, name, head.size, &ret->process);
	if (head.kind == RECORD_NAME)
		return read_name(in, name, head.size, &ret->name);
	if (head.kind == RECORD_PATH)
		return read_path(in, name, head.size, &ret->path);
	return bad(in, name, "a record of unknown kind");
}
