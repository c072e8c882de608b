/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel side cannot see in the namespace of a connection that is to be judged. */
#ifndef WATCH_BLIND_SPOTS_H
#define WATCH_BLIND_SPOTS_H

#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"

/* What was found lately; all zero to begin with. */
struct blind_spots {
	struct {
		uint64_t asked_ns; /* CLOCK_BOOTTIME, 0 never */
		uint32_t netns;
		char xdp[IW_REASON_LEN];
	} of[16];
	size_t next;
};

/* Writes into a fact of a socket on which a verdict may fall; does nothing to others. */
void blind_spots__note(struct blind_spots *b, struct iw_fact *f);

#endif /* WATCH_BLIND_SPOTS_H */
