/* SPDX-License-Identifier: BSD-2-Clause */
/* The system's clocks in nanoseconds. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#include "util.h"

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

/* What to add to now_ns() for wall-clock time; may change at any moment. */
static inline int64_t realtime_offset_ns(void)
{
	return (int64_t)clock_ns(CLOCK_REALTIME) - (int64_t)now_ns();
}

#endif /* CLOCK_H */
