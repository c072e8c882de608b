/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads JSON lines that idlewatch wrote, on this host or another, by this version or
 * another: a stream of any length, in little memory. A line that cannot be used is
 * counted by what is wrong with it, the first of each kind is named on stderr, and
 * reading goes on.
 */
#ifndef ENDS_LINES_H
#define ENDS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event.h"

#define LINE_HOST_LEN 64
#define LINE_COMM_LEN 48 /* each of its bytes may have become three */
#define LINE_BYTES_MAX 65536

/* One end of a connection as one line shows it. */
struct line_end {
	uint16_t family; /* AF_INET or AF_INET6 */
	uint16_t lport, pport; /* 0 unknown */
	uint8_t laddr[IW_ADDR_LEN]; /* as in struct iw_fact */
	uint8_t paddr[IW_ADDR_LEN];
};

/* What this program takes from a line. Strings are bytes from a file: hostile. */
struct line {
	enum event_type event;
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	enum trigger trigger;
	int64_t ts_ns; /* that host's wall clock, since the epoch */
	uint64_t mono_ns; /* its CLOCK_BOOTTIME */
	char host[LINE_HOST_LEN];
	/* about a connection */
	bool has_conn; /* conn, netns and end count */
	bool has_seq;
	bool in_silence; /* the counts of a silence are there */
	uint64_t conn;
	uint32_t netns;
	struct line_end end;
	uint32_t pid; /* 0 unknown */
	char comm[LINE_COMM_LEN];
	bool incoming;
	uint32_t snd_una, snd_nxt, rcv_nxt;
	uint64_t idle_ms, last_heard_ms, silence_ms, waited_ms;
	uint32_t probes_sent, probes_answered, probes_failed, retransmits, heard_unreached;
	uint32_t keepalive_intvl_s;
	uint64_t peer_elsewhere_ms; /* 0 never */
	enum iw_elsewhere peer_elsewhere;
	int error;
	int taken_error; /* what it must have been, where the program had taken it already */
	bool rst_seen, fin_seen, icmp_seen, local_drop;
	bool forged, forged_known;
	bool drop_seen;
	bool peer_answers; /* a fresh connect was answered, be it by a refusal */
};

/* Why a line was not used. */
enum line_fault {
	LINE_CUT = 0, /* the file ends in the middle of it */
	LINE_TOO_LONG,
	LINE_NOT_JSON,
	LINE_NOT_OURS, /* JSON, but no line of idlewatch */
	LINE_OTHER_SCHEMA,
	LINE_BAD_VALUE,
	LINE_UNKNOWN_EVENT, /* of a newer version: no fault of the file */
	LINE_FAULT_MAX,
};

struct lines;

/* name is "-" for standard input and is kept, not copied. Logs and returns a negative errno. */
int lines__open(const char *name, struct lines **ret);
void lines__close(struct lines *l);

/* The next line that is of use: 1, or 0 at the end; logs what is wrong on its way. */
int lines__next(struct lines *l, struct line *ret);

uint64_t lines__used(const struct lines *l);
uint64_t lines__skipped(const struct lines *l);

/* Says on stderr how many lines were skipped, and why, if any were. */
void lines__complain(const struct lines *l);

/* Why line_parse() refused. */
struct line_trouble {
	enum line_fault fault;
	const char *what; /* in a few words, static or in this thread's buffer; NULL none */
};

/*
 * Reads one line of text, without its newline. 0, or -EBADMSG with the reason in
 * *ret_trouble and *ret untouched.
 */
int line_parse(const char *text, size_t n, struct line *ret, struct line_trouble *ret_trouble);

#endif /* ENDS_LINES_H */
