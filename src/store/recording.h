/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --record and --replay: the raw facts in a file, and back. All that the engine is
 * told goes through here, so a replay says the same lines.
 *
 * The file: one struct record_header, then records, each a struct record_head and
 * its payload: a fact with its owners, a line that idlewatch said of itself, what a
 * process or a number is called in the lines that follow, or what was remembered of a
 * path when it began.
 * Written and read in the byte order of the machine.
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
	RECORD_FACT = 1, /* a fact and n owners */
	RECORD_SAID, /* start, lost or summary */
	RECORD_PROCESS, /* what is known of a process from here on */
	RECORD_NAME, /* what a number is called from here on */
	RECORD_PATH, /* what was known of a path from an earlier run */
};

struct record {
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
		uint32_t kind; /* enum name_kind */
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
void recorder__write(struct recorder *r, const struct record *record);
uint64_t recorder__lost(const struct recorder *r);
void recorder__close(struct recorder *r);

/*
 * Reading, from a stream that may hold anything. Each returns 1 when there is one,
 * 0 at the end, or logs what is wrong at which offset and returns -EBADMSG.
 */
int recording__read_info(FILE *in, const char *name, struct recording_info *ret);
int recording__read(FILE *in, const char *name, struct record *ret);

#endif /* STORE_RECORDING_H */
