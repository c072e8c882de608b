/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Suspend. The kernel measures ages by clocks that stop meanwhile; a firewall's do
 * not. Each fact carries both clocks, and where their difference has grown the
 * host has slept. Pure.
 */
#ifndef ENGINE_SUSPEND_H
#define ENGINE_SUSPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "idlewatch.h"

#define SLEEPS_MAX 16

/* The two clocks drift apart by less than this unless the host slept. */
#define SLEPT_NS (500 * NS_PER_MS)

/* CLOCK_MONOTONIC stood still for slept_ns. */
struct sleep {
	uint64_t mono_ns; /* when it was noticed */
	uint64_t slept_ns;
};

/* All zeroes to begin with. */
struct suspends {
	struct sleep last[SLEEPS_MAX]; /* a ring */
	size_t n;
	uint64_t offset_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC, as last seen */
	bool known;
};

/* Compares the fact's clocks; true when the host has slept since the last fact. */
bool suspend__note(struct suspends *s, const struct iw_fact *f);

/* The fact with its ages as CLOCK_BOOTTIME would have measured them. */
struct iw_fact suspend__stretch(const struct suspends *s, const struct iw_fact *f);

#endif /* ENGINE_SUSPEND_H */
