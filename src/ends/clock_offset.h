/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far one host's wall clock is from another's, from what both saw of the same
 * packets; docs/correlate.md has the rules. Pure.
 */
#ifndef ENDS_CLOCK_OFFSET_H
#define ENDS_CLOCK_OFFSET_H

#include "ends/ends.h"

enum clock_offset_kind {
	OFFSET_UNKNOWN = 0,
	OFFSET_BOUNDS, /* it lies between lo and hi, and more cannot be said */
	OFFSET_ESTIMATE, /* from the last exchange before a silence */
	OFFSET_MEASURED, /* from probes that left one end, reached the other and were answered */
	OFFSET_SAME, /* one and the same clock */
	OFFSET_KIND_MAX,
};

/* As it stands in JSON. */
const char *clock_offset_kind_name(enum clock_offset_kind kind);

/* The second host's clock less the first's was between lo and hi at that moment. */
struct clock_offset_sample {
	enum clock_offset_kind kind;
	int64_t at_ns; /* by the first's clock */
	int64_t lo_ns, hi_ns;
};

struct clock_offset {
	enum clock_offset_kind kind;
	int64_t lo_ns, hi_ns; /* at at_ns; UNKNOWN: do not count */
	int64_t at_ns;
	size_t samples; /* of that kind */
	bool drifts; /* lo and hi change by drift_ppm */
	double drift_ppm;
	bool contradictory; /* no steady drift explains the samples: lo and hi hold them all */
};

/* One clock: no offset at all. */
struct clock_offset clock_offset_none(void);

/* What the samples say together: only those of the best kind among them count. */
struct clock_offset clock_offset_combine(const struct clock_offset_sample *samples, size_t n);

/* The offset at another moment of the first's clock; 0: no moment is known. */
struct clock_offset clock_offset_at(const struct clock_offset *o, int64_t at_ns);

/*
 * What one silence that two ends share tells of their clocks: at most two samples are
 * written, their number is returned.
 */
size_t clock_offset_of_silence(const struct episode *a, const struct episode *b,
			       struct clock_offset_sample ret[2]);

/*
 * What the probes of two ends of one connection tell (--all-events). about is what is known
 * already, since regular probes look alike. At most two samples for each direction.
 */
size_t clock_offset_of_marks(const struct end *a, const struct end *b,
			     const struct clock_offset *about, struct clock_offset_sample ret[4]);

#endif /* ENDS_CLOCK_OFFSET_H */
