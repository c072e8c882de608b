/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures through the engine to a correlation, as if idlewatch had watched each end. */
#ifndef ENDS_FROM_CAPTURES_H
#define ENDS_FROM_CAPTURES_H

#include "capture/vantage.h"
#include "ends/correlation.h"

struct capture_options {
	const char *const *files;
	size_t n_files;
	const struct vantage *locals; /* only its addresses */
	uint64_t idle_ns; /* a gap shorter than this is not called idle */
};

/*
 * Reads all captures, each taken at one end, and correlates what the engine says of them.
 * What is wrong with them is said on stderr; what is good is used. Sets *ret_failed when a
 * file could not be read to its end. 0, or a negative errno: -ENODATA when nothing was of use.
 */
int correlation__from_captures(const struct capture_options *o, struct correlation **ret,
			       bool *ret_failed);

#endif /* ENDS_FROM_CAPTURES_H */
