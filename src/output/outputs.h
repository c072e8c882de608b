/* SPDX-License-Identifier: BSD-2-Clause */
/* All the places an event goes to: text or JSON on standard output, JSON in a file. */
#ifndef OUTPUT_OUTPUTS_H
#define OUTPUT_OUTPUTS_H

#include "base/sink.h"
#include "engine/event.h"
#include "output/fields.h"

/* Where lines go. */
struct output_config {
	bool json; /* on standard output, instead of text */
	bool no_seq; /* sequence numbers are left out */
	bool report; /* a block for people after each verdict */
	bool verbose; /* text: suspicions too, and everybody who holds the connection */
	const char *file; /* JSON goes there as well, NULL none; kept, not copied */
};

struct outputs {
	struct output_config config;
	struct field_context context; /* clock and host name of the lines to come */
	struct sink out; /* standard output: text, or JSON with -j */
	struct sink file; /* of the config */
};

/* A file that cannot be opened is logged, and not fatal. */
void outputs__open(struct outputs *o, const struct output_config *config);
void outputs__close(struct outputs *o);

/* Opens the file anew (SIGHUP). */
void outputs__reopen(struct outputs *o);

/* The table's headings, where text is wanted. */
void outputs__header(struct outputs *o);

void outputs__event(struct outputs *o, const struct event *ev);

/* The readable summary: after text on standard output, beside JSON on standard error. */
void outputs__summary(struct outputs *o, const struct event *ev, uint64_t watched_ns);

/* Whether nobody reads standard output any more. */
bool outputs__reader_gone(struct outputs *o);

/* Lines that could not be written. */
uint64_t outputs__lost(const struct outputs *o);

#endif /* OUTPUT_OUTPUTS_H */
