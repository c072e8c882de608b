/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --record and --replay: the raw facts in a file, and back. All that the engine is
 * told goes through here, so a replay says the same lines.
 *
 * The file, all numbers little-endian:
 *
 *	"idlewatch record" (16 bytes), version of the format (2), size (2), settings
 *	kind (2), size (2), wall clock less CLOCK_BOOTTIME in ns (8), payload
 *	... and so on, record after record
 *
 * A record is a fact with its owners, a line that idlewatch said of itself, what a process
 * or a number is called in the lines that follow, or what was remembered of a path when it
 * began. Settings and payloads are tagged fields (store/recording_fields.h), and each enum
 * has numbers of its own for the file, so no recording depends on the layout of a struct or
 * the order of an enum. To record something new: give it a tag or a number that was never
 * used, in the tables of recording_tags.c. The version is raised only for what a tag cannot say.
 */
#ifndef STORE_RECORDING_H
#define STORE_RECORDING_H

#include <stdio.h>

#include "engine/engine_config.h"
#include "engine/event.h"
#include "engine/paths.h"
#include "host/names.h"
#include "idlewatch.h"

#define RECORD_OWNERS_MAX ENGINE_OWNERS_MAX
#define RECORD_DETAIL_LEN 256

enum record_kind {
	RECORD_FACT = 0, /* a fact and n owners */
	RECORD_SAID, /* start, lost or summary */
	RECORD_PROCESS, /* what is known of a process from here on */
	RECORD_NAME, /* what a number is called from here on */
	RECORD_PATH, /* what was known of a path from an earlier run */
	RECORD_KIND_MAX,
};

struct recorded {
	enum record_kind kind;
	int64_t realtime_offset_ns; /* of the lines that follow from it */
	/* FACT */
	struct iw_fact fact;
	struct iw_owner owners[RECORD_OWNERS_MAX];
	uint32_t n_owners; /* 0: nothing new is known of owners */
	/* SAID */
	enum event_type said;
	uint64_t ts_ns;
	struct totals totals;
	char detail[RECORD_DETAIL_LEN]; /* empty: none */
	/* PROCESS */
	struct process_info process;
	/* NAME */
	struct record_name {
		enum name_kind kind;
		uint32_t id;
		char text[NAME_LEN];
	} name;
	/* PATH */
	struct path path;
};

struct recording_info {
	struct engine_config config;
	char host[256];
};

/* Writing. A failure to write is logged once; recorder__lost() counts what is missing. */
struct recorder;

/* Creates the file, mode 0600. Logs and returns a negative errno. */
int recorder__open(const char *path, const struct recording_info *info, struct recorder **ret);
void recorder__write(struct recorder *r, const struct recorded *record);
uint64_t recorder__lost(const struct recorder *r);
void recorder__close(struct recorder *r);

/*
 * Reading, from a stream that may hold anything. Each returns 1 when there is one,
 * 0 at the end, or logs what is wrong at which offset and returns -EBADMSG.
 */
int recording__read_info(FILE *in, const char *name, struct recording_info *ret);
int recording__read(FILE *in, const char *name, struct recorded *ret);

#endif /* STORE_RECORDING_H */
