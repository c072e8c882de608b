/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The field registry: every fact that a line of output can carry, once. The text
 * tables, the JSON lines and the JSON Schema are all made from it.
 */
#ifndef OUTPUT_FIELDS_H
#define OUTPUT_FIELDS_H

#include "engine/event.h"
#include "host/names.h"

#define FIELD_TEXT_LEN 4096

enum field_kind {
	FIELD_INT = 0,
	FIELD_BOOL,
	FIELD_STRING,
	FIELD_INTS, /* a list of numbers */
	FIELD_MAX,
};

/* What a getter found; which member counts is told by the field's kind. */
struct field_value {
	int64_t number;
	bool yes;
	char text[FIELD_TEXT_LEN]; /* bytes as found: the output escapes them */
	int64_t numbers[64];
	size_t n_numbers;
};

/* What the getters need to know besides the event. */
struct field_context {
	char host[256];
	int64_t realtime_offset_ns; /* CLOCK_REALTIME less CLOCK_BOOTTIME */
	const struct names *names; /* what processes, users and namespaces are called */
	bool no_seq; /* sequence numbers are left out */
};

struct field {
	const char *key; /* in JSON; NULL: text only */
	const char *column; /* heading while watching; NULL: not there */
	int width; /* of the column; the last has 0 */
	const char *listed; /* heading in `idlewatch list`; NULL: not there */
	enum field_kind kind;
	const char *unit; /* NULL: none */
	const char *doc; /* one sentence */
	/* The only values a string may have: the i-th from 0, NULL after the last; or NULL. */
	const char *(*choice)(unsigned int i);
	/* False when this event has no such value: it is left out. */
	bool (*get)(const struct event *ev, const struct field_context *ctx,
		    struct field_value *ret);
};

extern const struct field fields[];
extern const size_t n_fields;

#endif /* OUTPUT_FIELDS_H */
