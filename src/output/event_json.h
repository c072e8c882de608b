/* SPDX-License-Identifier: BSD-2-Clause */
/* Events as JSON lines, and the JSON Schema of those lines. */
#ifndef OUTPUT_EVENT_JSON_H
#define OUTPUT_EVENT_JSON_H

#include "output/fields.h"

/* One object without its newline; the caller frees it. NULL: out of memory. */
char *event_json(const struct event *ev, const struct field_context *ctx);

/* The schema, indented, with its last newline; the caller frees it. NULL: out of memory. */
char *event_json_schema(void);

#endif /* OUTPUT_EVENT_JSON_H */
