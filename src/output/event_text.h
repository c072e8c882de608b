/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as a table, in the manner of tcplife. */
#ifndef OUTPUT_EVENT_TEXT_H
#define OUTPUT_EVENT_TEXT_H

#include <stdio.h>

#include "output/fields.h"

#define EVENT_TEXT_LEN 4096

/* The headings, without a newline; always terminated. */
void event_text_header(char *buf, size_t size);

/* One event without its newline; always terminated, and safe on a terminal. */
void event_text(const struct event *ev, const struct field_context *ctx, char *buf, size_t size);

/* The readable form of a summary event, several lines. */
void event_text_summary(const struct event *ev, uint64_t watched_ns, FILE *out);

#endif /* OUTPUT_EVENT_TEXT_H */
