/* SPDX-License-Identifier: BSD-2-Clause */
/* --report: a verdict as a block of text for a ticket to those who run the path. */
#ifndef OUTPUT_REPORT_H
#define OUTPUT_REPORT_H

#include "output/fields.h"

/* Several lines without the last newline, safe on a terminal; the caller frees. NULL: no memory. */
char *report_block(const struct event *ev, const struct field_context *ctx);

#endif /* OUTPUT_REPORT_H */
