// SPDX-License-Identifier: BSD-2-Clause
#include "ends/clock_offset.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/util.h"

static const char *const kind_names[] = {
	[OFFSET_UNKNOWN] = "unknown",	[OFFSET_BOUNDS] = "bounds",  [OFFSET_ESTIMATE] = "estimate",
	[OFFSET_MEASURED] = "measured", [OFFSET_SAME] = "one-clock",
};
static_assert(ARRAY_SIZE(kind_names) == OFFSET_KIND_MAX, "every kind of offset has a name");

const char *clock_offset_kind_name(enum clock_offset_kind kind)
{
	return kind_names[kind];
}

#define S_NS ((int64_t)NS_PER_S)

/*
 * The last packet that each end heard belongs to one exchange: a segment and its answer.
 * Between them lie a round trip and a delayed acknowledgement.
 */
#define EXCHANGE_NS S_NS

/* A packet is not on its way for longer (RFC 9293 reckons with two minutes; queues do not). */
#define SLACK_NS (3 * S_NS)

/* Clocks that drift apart by more than this many parts in a million are broken. */
#define DRIFT_MAX_PPM 2000

/* So many probes are compared; more teach nothing. */
#define PROBES_MAX 32

struct clock_offset clock_offset_none(void)
{
	return (struct clock_offset){ .kind = OFFSET_SAME };
}

struct clock_offset clock_offset_at(const struct clock_offset *o, int64_t at_ns)
{
	struct clock_offset moved = *o;
	int64_t by;

	if (!o->drifts || !at_ns)
		return moved;
	by = (int64_t)((double)(at_ns - o->at_ns) * o->drift_ppm / 1e6);
	moved.lo_ns += by;
	moved.hi_ns += by;
	moved.at_ns = at_ns;
	return moved;
}

static int by_time(const void *a, const void *b)
{
	const struct clock_offset_sample *x = a, *y = b;

	return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

/*
 * Whether some line passes all samples. A line of slope d does if and only if, of every
 * two, it leads from what one allows to what the other allows: that bounds d from both
 * sides. The middle of what is left is taken for the drift.
 */
static bool is_steady(const struct clock_offset_sample *s, size_t n, struct clock_offset *o)
{
	double least = -INFINITY, most = INFINITY;
	struct clock_offset line = *o;

	if (n < 2 || s[n - 1].at_ns - s[0].at_ns < S_NS)
		return false;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			double apart = MAX((double)(s[j].at_ns - s[i].at_ns), 1);

			least = MAX(least, (double)(s[j].lo_ns - s[i].hi_ns) / apart);
			most = MIN(most, (double)(s[j].hi_ns - s[i].lo_ns) / apart);
		}
	}
	if (least > most)
		return false;
	line.drifts = true;
	line.drift_ppm = (least + most) / 2 * 1e6;
	line.at_ns = s[n - 1].at_ns;
	line.lo_ns = INT64_MIN;
	line.hi_ns = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		int64_t by = (int64_t)((double)(line.at_ns - s[i].at_ns) * line.drift_ppm / 1e6);

		line.lo_ns = MAX(line.lo_ns, s[i].lo_ns + by);
		line.hi_ns = MIN(line.hi_ns, s[i].hi_ns + by);
	}
	*o = line;
	return true;
}

/* All samples of one kind, by rising time. */
static struct clock_offset combine_kind(const struct clock_offset_sample *s, size_t n)
{
	struct clock_offset o = { .kind = s[0].kind, .samples = n, .at_ns = s[n - 1].at_ns };
	struct clock_offset all = o;

	o.lo_ns = all.lo_ns = s[0].lo_ns;
	o.hi_ns = all.hi_ns = s[0].hi_ns;
	for (size_t i = 1; i < n; i++) {
		o.lo_ns = MAX(o.lo_ns, s[i].lo_ns);
		o.hi_ns = MIN(o.hi_ns, s[i].hi_ns);
		all.lo_ns = MIN(all.lo_ns, s[i].lo_ns);
		all.hi_ns = MAX(all.hi_ns, s[i].hi_ns);
	}
	if (o.lo_ns <= o.hi_ns || (s[0].kind != OFFSET_BOUNDS && is_steady(s, n, &o)))
		return o;
	all.contradictory = true;
	return all;
}

struct clock_offset clock_offset_combine(const struct clock_offset_sample *samples, size_t n)
{
	struct clock_offset_sample *best = calloc(n + 1, sizeof(*best));
	enum clock_offset_kind kind = OFFSET_UNKNOWN;
	struct clock_offset o = {};
	size_t n_best = 0;

	for (size_t i = 0; i < n; i++)
		kind = MAX(kind, samples[i].kind);
	for (size_t i = 0; best && i < n; i++) {
		if (samples[i].kind == kind)
			best[n_best++] = samples[i];
	}
	if (n_best) {
		qsort(best, n_best, sizeof(*best), by_time);
		o = combine_kind(best, n_best);
	}
	free(best);
	return o;
}

/* --- from a silence --- */

static bool is_silent(const struct episode *ep)
{
	return (ep->last.verdict == VERDICT_PATH_DEAD || ep->last.verdict == VERDICT_NONE) &&
	       !ep->last.heard_unreached && !ep->last.rst_seen;
}

static int64_t last_try_ns(const struct episode *ep)
{
	return ep->last.ts_ns - (int64_t)(ep->last.waited_ms * NS_PER_MS);
}

/* Both ends hear nothing: neither's first try reached the other. */
static struct clock_offset_sample of_two_silences(const struct episode *a, const struct episode *b)
{
	bool idle = a->last.cause == CAUSE_IDLE && b->last.cause == CAUSE_IDLE;
	int64_t mid = b->heard_ns - a->heard_ns;

	if (idle)
		return (struct clock_offset_sample){ .kind = OFFSET_ESTIMATE,
						     .at_ns = a->heard_ns,
						     .lo_ns = mid - EXCHANGE_NS,
						     .hi_ns = mid + EXCHANGE_NS };
	/* What b heard last was sent before a's first lost packet, and the other way round. */
	return (struct clock_offset_sample){ .kind = OFFSET_BOUNDS,
					     .at_ns = a->since_ns,
					     .lo_ns = b->heard_ns - a->since_ns - SLACK_NS,
					     .hi_ns = b->since_ns - a->heard_ns + SLACK_NS };
}

/* One end sends and hears nothing; the other hears it, last at heard_ns. */
static struct clock_offset_sample of_one_way(const struct episode *sends,
					     const struct episode *hears)
{
	int64_t end = MAX(last_try_ns(sends), sends->end_ns);

	return (struct clock_offset_sample){ .kind = OFFSET_BOUNDS,
					     .at_ns = sends->since_ns,
					     .lo_ns = hears->heard_ns - end - SLACK_NS,
					     .hi_ns = hears->heard_ns - sends->since_ns };
}

size_t clock_offset_of_silence(const struct episode *a, const struct episode *b,
			       struct clock_offset_sample ret[2])
{
	struct clock_offset_sample s;
	size_t n = 0;

	if (is_silent(a) && is_silent(b)) {
		ret[n++] = of_two_silences(a, b);
	} else if (is_silent(a) && b->last.verdict == VERDICT_ONE_WAY) {
		ret[n++] = of_one_way(a, b);
	} else if (is_silent(b) && a->last.verdict == VERDICT_ONE_WAY) {
		s = of_one_way(b, a);
		/* Seen from the other end: at the moment by its clock, and all signs turned. */
		ret[n++] = (struct clock_offset_sample){ s.kind, s.at_ns + s.hi_ns, -s.hi_ns,
							 -s.lo_ns };
	}
	return n && ret[0].lo_ns <= ret[0].hi_ns ? n : 0;
}

/* --- from probes --- */

/* A probe that left at sent_ns and whose answer came at answered_ns. */
struct round_trip {
	int64_t sent_ns, answered_ns;
};

static int by_mark_time(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->ts_ns > y->ts_ns) - (x->ts_ns < y->ts_ns);
}

/* The marks by time: they were kept in a ring, from files in any order. */
static struct mark *sorted_marks(const struct end *end)
{
	struct mark *marks = calloc(end->n_marks + 1, sizeof(*marks));

	for (size_t i = 0; marks && i < end->n_marks; i++)
		marks[i] = end->marks[i];
	if (marks)
		qsort(marks, end->n_marks, sizeof(*marks), by_mark_time);
	return marks;
}

static size_t round_trips(const struct end *end, struct round_trip ret[PROBES_MAX])
{
	struct mark *marks = sorted_marks(end);
	size_t n = 0;

	for (size_t i = 1; marks && i < end->n_marks && n < PROBES_MAX; i++) {
		if (marks[i - 1].event == EVENT_PROBE_SENT &&
		    marks[i].event == EVENT_PROBE_ANSWERED)
			ret[n++] = (struct round_trip){ marks[i - 1].ts_ns, marks[i].ts_ns };
	}
	free(marks);
	return n;
}

static size_t probes_heard(const struct end *end, int64_t ret[PROBES_MAX])
{
	struct mark *marks = sorted_marks(end);
	size_t n = 0;

	for (size_t i = 0; marks && i < end->n_marks && n < PROBES_MAX; i++) {
		if (marks[i].event == EVENT_PEER_PROBE)
			ret[n++] = marks[i].ts_ns;
	}
	free(marks);
	return n;
}

/* Everything that one direction of one connection tells. */
struct probes {
	struct round_trip trips[PROBES_MAX];
	size_t n_trips;
	int64_t heard[PROBES_MAX];
	size_t n_heard;
};

/*
 * How many round trips have a probe heard within them, if the offset is that of one of them
 * with one probe, and the clocks may drift from there; 0 when no steady drift puts all of
 * them there.
 */
static size_t fitting(const struct probes *p, const struct round_trip *anchor, int64_t offset,
		      struct clock_offset_sample *ret_first, struct clock_offset_sample *ret_last)
{
	struct clock_offset_sample samples[PROBES_MAX];
	struct clock_offset together;
	size_t n = 0;

	for (size_t i = 0; i < p->n_trips; i++) {
		const struct round_trip *t = &p->trips[i];
		int64_t slack = t->answered_ns - t->sent_ns +
				llabs(t->sent_ns - anchor->sent_ns) / 1000000 * DRIFT_MAX_PPM;

		for (size_t j = 0; j < p->n_heard; j++) {
			int64_t there = p->heard[j] - offset;

			if (there < t->sent_ns - slack || there > t->answered_ns + slack)
				continue;
			samples[n++] = (struct clock_offset_sample){ OFFSET_MEASURED, t->sent_ns,
								     p->heard[j] - t->answered_ns,
								     p->heard[j] - t->sent_ns };
			break;
		}
	}
	if (!n)
		return 0;
	together = combine_kind(samples, n);
	if (together.contradictory || fabs(together.drift_ppm) > DRIFT_MAX_PPM)
		return 0;
	*ret_first = samples[0];
	*ret_last = samples[n - 1];
	return n;
}

/*
 * Tries every pairing of a probe sent with a probe heard. Regular probes fit at several
 * offsets, all but the first or last of them: only one that fits twice as many as all that
 * are far from it counts.
 */
static size_t best_fit(const struct probes *p, const struct clock_offset *about,
		       struct clock_offset_sample ret[2])
{
	bool bounded = about->kind != OFFSET_UNKNOWN && !about->contradictory;
	int64_t best_offset = 0;
	size_t best = 0, rival = 0;

	for (size_t i = 0; i < p->n_trips * p->n_heard; i++) {
		const struct round_trip *t = &p->trips[i / p->n_heard];
		int64_t offset = p->heard[i % p->n_heard] - t->sent_ns;
		struct clock_offset_sample first, last;
		size_t n;

		if (bounded && (offset < about->lo_ns - S_NS || offset > about->hi_ns + S_NS))
			continue;
		n = fitting(p, t, offset, &first, &last);
		if (n > best) {
			if (best && llabs(offset - best_offset) > S_NS)
				rival = best;
			best = n;
			best_offset = offset;
			ret[0] = first;
			ret[1] = last;
		} else if (llabs(offset - best_offset) > S_NS) {
			rival = MAX(rival, n);
		}
	}
	/* A single one fits anywhere: what it belongs to may not have been heard. */
	return best < 2 || 2 * rival > best ? 0 : 2;
}

size_t clock_offset_of_marks(const struct end *a, const struct end *b,
			     const struct clock_offset *about, struct clock_offset_sample ret[4])
{
	struct probes out = {}, back = {};
	struct clock_offset reversed = *about;
	size_t n, n_back;

	out.n_trips = round_trips(a, out.trips);
	out.n_heard = probes_heard(b, out.heard);
	n = best_fit(&out, about, ret);
	back.n_trips = round_trips(b, back.trips);
	back.n_heard = probes_heard(a, back.heard);
	reversed.lo_ns = -about->hi_ns;
	reversed.hi_ns = -about->lo_ns;
	n_back = best_fit(&back, &reversed, ret + n);
	for (size_t i = n; i < n + n_back; i++) {
		int64_t lo = ret[i].lo_ns, hi = ret[i].hi_ns;

		/* Seen from the other end: at the moment by its clock, and all signs turned. */
		ret[i] = (struct clock_offset_sample){ OFFSET_MEASURED, ret[i].at_ns + hi, -hi,
						       -lo };
	}
	return n + n_back;
}
