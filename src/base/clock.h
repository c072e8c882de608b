/* SPDX-License-Identifier: BSD-2-Clause */
/* The system's clocks in nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/util.h"

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Counts suspend, never steps: the clock of all our facts and events. */
static inline uint64_t now_ns(void)
{
	return clock_ns(CLOCK_BOOTTIME);
}

/*
 * What to add to now_ns() for wall-clock time; may change at any moment. This thread may be
 * kept waiting between two readings: of a few tries the one that was quickest counts.
 */
static inline int64_t realtime_offset_ns(void)
{
	uint64_t quickest = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 5 && quickest > NS_PER_US; i++) {
		uint64_t before = now_ns();
		uint64_t real = clock_ns(CLOCK_REALTIME);
		uint64_t took = now_ns() - before;

		if (took >= quickest)
			continue;
		quickest = took;
		offset = (int64_t)(real - before - took / 2);
	}
	return offset;
}

#endif /* BASE_CLOCK_H */
