// SPDX-License-Identifier: BSD-2-Clause
#include "engine/pulse.h"

#include "base/util.h"
#include "idlewatch.h"

/* How much two gaps may differ and still count as the same: a tenth, and a late timer. */
#define SAME_GAP 10
#define LATE_NS (500 * NS_PER_MS)

/* The stamps are in jiffies, 10 ms at the longest: two readings of one may differ by that. */
#define SAME_STAMP_NS (20 * NS_PER_MS)

static uint64_t before(uint64_t now_ns, uint64_t ago_ns)
{
	return now_ns - MIN(ago_ns, now_ns);
}

/* Longer than gaps of this length are. */
static bool is_longer(uint64_t gap_ns, uint64_t usual_ns)
{
	return gap_ns > usual_ns + usual_ns / SAME_GAP + LATE_NS;
}

static void note_gap(struct pulse *p, uint64_t gap_ns, bool ours)
{
	if (is_longer(gap_ns, p->gap_ns))
		p->times = p->ours = 0;
	else if (is_longer(p->gap_ns, gap_ns))
		return;
	p->gap_ns = MAX(p->gap_ns, gap_ns);
	p->times++;
	p->ours += ours;
}

/* Data passed since the last look: the first of it ended the gap. */
static void note_traffic(struct pulse *p, uint64_t sent_ns, uint64_t heard_ns, uint64_t apart_ns)
{
	bool sent = sent_ns > p->sent_ns + SAME_STAMP_NS;
	bool heard = heard_ns > p->heard_ns + SAME_STAMP_NS;
	uint64_t end_ns;

	if (!sent && !heard)
		return;
	end_ns = !heard ? sent_ns : !sent ? heard_ns : MIN(sent_ns, heard_ns);
	if (end_ns >= p->active_ns + 2 * apart_ns)
		note_gap(p, end_ns - p->active_ns, sent);
	p->sent_ns = sent_ns;
	p->heard_ns = heard_ns;
	p->active_ns = MAX(sent_ns, heard_ns);
}

void pulse__note(struct pulse *p, const struct iw_look_row *row)
{
	const struct iw_fact *f = &row->fact;
	uint64_t sent_ns = f->data_segs_out ? before(f->ts_ns, f->data_sent_ago_ns) : 0;
	uint64_t heard_ns = row->data_segs_in ? before(f->ts_ns, f->data_heard_ago_ns) : 0;

	if (p->first_ns) {
		note_traffic(p, sent_ns, heard_ns, before(f->ts_ns, p->last_ns));
	} else {
		p->first_ns = f->ts_ns;
		p->sent_ns = sent_ns;
		p->heard_ns = heard_ns;
		p->active_ns = MAX(sent_ns, heard_ns);
	}
	p->last_ns = f->ts_ns;
}

struct rhythm pulse__rhythm(const struct pulse *p)
{
	struct rhythm r = { .observed_ns = p->last_ns - p->first_ns };
	uint64_t going_on_ns = p->last_ns - MIN(p->active_ns, p->last_ns);

	if (p->times < PULSE_TIMES || is_longer(going_on_ns, p->gap_ns))
		return r;
	r.gap_ns = p->gap_ns;
	r.times = p->times;
	r.is_ours = p->ours == p->times;
	return r;
}
