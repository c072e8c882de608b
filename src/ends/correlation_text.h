/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection with both its ends in words, for people, and as JSON. */
#ifndef ENDS_CORRELATION_TEXT_H
#define ENDS_CORRELATION_TEXT_H

#include <stdio.h>

#include "ends/correlation.h"

#define CORRELATION_NAME_LEN 320

/* What the words need besides: the files' names, by their numbers. */
struct correlation_view {
	const struct correlation *correlation;
	const char *const *files;
	size_t n_files;
	bool captures; /* the files are captures: no idlewatch wrote them */
};

/* Several lines, safe on a terminal. */
void correlation_print(FILE *out, const struct correlation_view *t, const struct connection *c);

/* How the clocks of the hosts differ, a line for each two that share a connection. */
void correlation_print_clocks(FILE *out, const struct correlation_view *t);

/* The verdict in one line, without what it rests on: "path-dead, certain: ..." */
void correlation_words(char *buf, size_t size, const struct connection *c);

/* The end's host, with its file where the name alone is not enough; safe on a terminal. */
void correlation_host(char *buf, size_t size, const struct correlation_view *t,
		      const struct end *end);

/* "18:31:04.123", UTC. */
void correlation_time(char *buf, size_t size, int64_t ns);

/* One JSON object, a line without its newline; the caller frees. NULL: no memory. */
char *correlation_json(const struct correlation_view *t, const struct connection *c);

#endif /* ENDS_CORRELATION_TEXT_H */
