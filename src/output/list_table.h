/* SPDX-License-Identifier: BSD-2-Clause */
/* Many events as one table, each column as wide as what is in it. */
#ifndef OUTPUT_LIST_TABLE_H
#define OUTPUT_LIST_TABLE_H

#include <stddef.h>

#include "output/fields.h"

/* How much of it fits on a terminal; 0: no bound. */
struct table_bounds {
	size_t lines;
	size_t columns;
};

/*
 * The fields that have a heading for lists, one line for each event and one for the
 * headings. Lines that do not fit are left out and counted in a last one; long lines are
 * cut. The caller frees; NULL: no memory.
 */
char *list_table_text(const struct event *events, size_t n, const struct field_context *ctx,
		      struct table_bounds bounds);

#endif /* OUTPUT_LIST_TABLE_H */
