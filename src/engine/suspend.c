// SPDX-License-Identifier: BSD-2-Clause
#include "engine/suspend.h"

#include "base/util.h"

bool suspend__note(struct suspends *s, const struct iw_fact *f)
{
	uint64_t offset = f->ts_ns - MIN(f->mono_ns, f->ts_ns);
	bool slept = s->known && offset > s->offset_ns + SLEPT_NS;

	if (slept)
		s->last[s->n++ % SLEEPS_MAX] = (struct sleep){
			.mono_ns = f->mono_ns,
			.slept_ns = offset - s->offset_ns,
		};
	if (!s->known || offset > s->offset_ns)
		s->offset_ns = offset;
	s->known = true;
	return slept;
}

/* Adds the sleeps that lie within the age. */
static uint64_t stretch(const struct suspends *s, const struct iw_fact *f, uint64_t ago_ns)
{
	uint64_t stretched = ago_ns;

	for (size_t i = 0; i < MIN(s->n, SLEEPS_MAX); i++) {
		if (s->last[i].mono_ns + ago_ns >= f->mono_ns)
			stretched += s->last[i].slept_ns;
	}
	return stretched;
}

struct iw_fact suspend__stretch(const struct suspends *s, const struct iw_fact *f)
{
	struct iw_fact awake = *f;

	awake.heard_ago_ns = stretch(s, f, f->heard_ago_ns);
	awake.flight_ago_ns = stretch(s, f, f->flight_ago_ns);
	awake.data_heard_ago_ns = stretch(s, f, f->data_heard_ago_ns);
	awake.data_sent_ago_ns = stretch(s, f, f->data_sent_ago_ns);
	if (f->gap_ns)
		awake.gap_ns = stretch(s, f, f->gap_ns);
	return awake;
}
