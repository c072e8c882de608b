/* SPDX-License-Identifier: BSD-2-Clause */
/* Where lines go: a file or standard output. A line is written whole or counted as lost. */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stdint.h>

struct sink {
	const char *path; /* not owned; NULL: standard output */
	int fd; /* -1: could not be opened, tried again at each line */
	bool failing; /* said so already */
	bool torn; /* the last line was cut off: begin the next on a fresh line */
	bool broken; /* nobody reads any more (EPIPE): write no more */
	uint64_t lost; /* lines */
};

/* Opens for appending, mode 0600; a failure is logged and not fatal. NULL: standard output. */
void sink__open(struct sink *s, const char *path);

/* Opens the path anew, after the file was moved away. */
void sink__reopen(struct sink *s);
void sink__close(struct sink *s);

/* Whether nobody reads standard output any more; then broken is set. */
bool sink__reader_gone(struct sink *s);

/* Writes the line and a newline. Failures are logged once and counted. */
void sink__write(struct sink *s, const char *line);

#endif /* BASE_SINK_H */
