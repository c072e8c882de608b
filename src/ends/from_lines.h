/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of JSON lines to a correlation. */
#ifndef ENDS_FROM_LINES_H
#define ENDS_FROM_LINES_H

#include "ends/correlation.h"

/*
 * Reads all files ("-" is standard input) and correlates what they tell. What is wrong with
 * them is said on stderr; what is good is used. Sets *ret_failed when a file could not be
 * read. 0, or a negative errno: -ENODATA when there was no line of use.
 */
int correlation__from_lines(const char *const *files, size_t n, struct correlation **ret,
			    bool *ret_failed);

/* Says on stderr what there was no room for. */
void ends_complain(const struct ends *ends);

#endif /* ENDS_FROM_LINES_H */
