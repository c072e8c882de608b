/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes that hold a connection, in words for people. */
#ifndef OUTPUT_OWNERS_TEXT_H
#define OUTPUT_OWNERS_TEXT_H

#include "output/fields.h"

/*
 * One line of text for each owner with what is known of it. The heading is put before
 * the first, and as many blanks before the others. Escaped for the terminal; the caller
 * frees it. NULL: there is no owner, or no memory.
 */
char *owners_text(const struct event *ev, const struct field_context *ctx, const char *heading);

#endif /* OUTPUT_OWNERS_TEXT_H */
