/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two hosts wrote of one connection: the client's and the server's line, to be
 * changed at will. Their clocks are the same.
 */
#ifndef TWO_ENDS_H
#define TWO_ENDS_H

#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "ends/correlation.h"

#define S ((int64_t)NS_PER_S)

/* A verdict of an end: three keepalives unanswered for 10 s, a minute after the last packet. */
static inline struct line verdict_of(const char *host, uint64_t conn, const uint8_t local[4],
				     uint16_t lport, const uint8_t peer[4], uint16_t pport)
{
	struct line l = { .event = EVENT_VERDICT,
			  .verdict = VERDICT_PATH_DEAD,
			  .cause = CAUSE_IDLE,
			  .confidence = CONFIDENCE_LIKELY,
			  .trigger = TRIGGER_KEEPALIVE,
			  .ts_ns = 1000000 * S,
			  .mono_ns = 5000 * NS_PER_S,
			  .has_conn = true,
			  .in_silence = true,
			  .has_seq = true,
			  .conn = conn,
			  .netns = 1,
			  .idle_ms = 60000,
			  .last_heard_ms = 70000,
			  .silence_ms = 10000,
			  .probes_sent = 3 };

	snprintf(l.host, sizeof(l.host), "%s", host);
	l.end = (struct line_end){ .family = AF_INET, .lport = lport, .pport = pport };
	memcpy(l.end.laddr, local, 4);
	memcpy(l.end.paddr, peer, 4);
	return l;
}

static const uint8_t here[] = { 10, 1, 1, 1 }, there[] = { 10, 2, 2, 2 }, nat[] = { 192, 0, 2, 1 };

static inline struct line client(void)
{
	struct line l = verdict_of("client", 7, here, 40000, there, 22);

	l.snd_una = l.snd_nxt = 1000;
	l.rcv_nxt = 2000;
	return l;
}

static inline struct line server(void)
{
	struct line l = verdict_of("server", 9, there, 22, here, 40000);

	l.incoming = true;
	l.snd_una = l.snd_nxt = 2000;
	l.rcv_nxt = 1000;
	return l;
}

/* Each line is of a file of its own. */
static inline struct correlation *correlate(const struct line *lines, size_t n)
{
	struct ends *ends = ends__new();
	struct correlation *c;

	assert_non_null(ends);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ends__add(ends, (unsigned int)i, &lines[i]), 0);
	assert_int_equal(correlation__new(ends, &c), 0);
	return c;
}

/* The same line, told that much later by both of its clocks. */
static inline struct line later(struct line l, int64_t ns)
{
	l.ts_ns += ns;
	l.mono_ns += (uint64_t)ns;
	return l;
}

#endif /* TWO_ENDS_H */
