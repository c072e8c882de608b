/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the lines of any number of hosts tell, one summary for each end of a connection.
 * The order of files and lines does not matter, nor does a line that comes twice.
 * Bounded: what there is no room for is counted. Pure.
 */
#ifndef ENDS_ENDS_H
#define ENDS_ENDS_H

#include <uthash.h>

#include "ends/lines.h"

#define ENDS_MAX 65536
#define EPISODES_MAX 65536 /* of all ends together */
#define EPISODES_OF_END_MAX 8 /* the latest */
#define MARKS_OF_END_MAX 128 /* the latest */
#define MARKS_MAX 524288 /* of all ends together */
#define SOURCES_MAX 256
#define WATCHES_MAX 64

/* From when to when an idlewatch ran, as far as its lines tell; that host's wall clock. */
struct watched_span {
	unsigned int file;
	int64_t from_ns, to_ns;
};

/* A host between two boots, or between two steps of its clock: one wall clock. */
struct source {
	char host[LINE_HOST_LEN];
	unsigned int file; /* the first that it was seen in */
	int64_t boot_ns; /* wall clock less CLOCK_BOOTTIME, as last seen */
	uint64_t lines;
	bool all_events; /* lines were seen that only --all-events gives */
	struct watched_span watches[WATCHES_MAX]; /* when more, the last goes on */
	size_t n_watches;
};

struct host {
	char name[LINE_HOST_LEN];
	unsigned int file; /* the first with a connection of it */
	bool many_files;
};

/* What was sent and not acknowledged, and what was received, by an end's own account. */
struct seqs {
	bool known;
	uint32_t una, nxt; /* sent up to nxt, acknowledged up to una */
	uint32_t rcv_lo, rcv_hi; /* received up to somewhere in here */
};

/* One silence of one end: from the first unanswered transmission to what ended it. */
struct episode {
	unsigned int source;
	uint64_t since_mono_ns;
	int64_t since_ns; /* wall clock */
	int64_t heard_ns; /* wall clock: the peer was last heard */
	uint64_t heard_mono_ns; /* of the line that says so, 0 none; an end's line says it last */
	int64_t verdict_ns; /* wall clock of the verdict, 0 none */
	int64_t end_ns; /* of recovered or closed, 0 none seen */
	struct seqs seqs;
	struct line last; /* the latest line of it, with its final counts */
};

/* With --all-events: one thing that was sent or heard. */
struct mark {
	enum event_type event;
	bool data; /* there was unacknowledged data: no keepalive */
	uint64_t gap_ms; /* IDLE_END: nothing had been heard for so long */
	int64_t ts_ns;
	uint64_t mono_ns;
};

/* What tells one end from all others; host as an index, as names may be long. */
struct end_key {
	uint32_t host;
	uint32_t netns;
	uint64_t conn;
	struct line_end end;
};

struct end {
	struct end_key key;
	unsigned int source; /* of its latest line */
	unsigned int file; /* the first that it was seen in */
	uint32_t pid; /* by the latest line that has one */
	char comm[LINE_COMM_LEN];
	bool incoming;
	bool all_events;
	uint64_t last_mono_ns, pid_mono_ns, seqs_mono_ns; /* the latest lines for each */
	int64_t first_ns, last_ns; /* its lines, wall clock */
	struct seqs seqs; /* by its latest line that has any */
	struct episode *episodes; /* by rising time */
	size_t n_episodes;
	uint64_t older_episodes; /* not kept */
	struct mark *marks; /* a ring */
	size_t n_marks, next_mark;
	UT_hash_handle hh;
};

struct ends {
	struct end *by_key; /* a uthash, in order of appearance */
	struct host *hosts;
	size_t n_hosts;
	struct source sources[SOURCES_MAX];
	size_t n_sources;
	size_t n_episodes, n_marks; /* of all ends */
	uint64_t refused_ends, refused_episodes, refused_marks, refused_sources;
};

/* NULL without memory. */
struct ends *ends__new(void);
void ends__free(struct ends *e);

/* Takes one line of the file with that number. 0 or -ENOMEM. */
int ends__add(struct ends *e, unsigned int file, const struct line *l);

#endif /* ENDS_ENDS_H */
