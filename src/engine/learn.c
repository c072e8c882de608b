// SPDX-License-Identifier: BSD-2-Clause
#include "engine/learn.h"

#include <stdbool.h>

#include "base/util.h"
#include "engine/conn.h"
#include "engine/paths.h"
#include "idlewatch.h"

/* The kernel keeps the times of what was heard in jiffies: 10 ms at the longest (HZ 100). */
#define JIFFY_MAX_NS (10 * NS_PER_MS)

/*
 * The gap as the box may have seen it, at most: what we sent reached it up to a round
 * trip later, and what we heard last had passed it before we heard it.
 */
static uint64_t fatal_gap_ns(const struct conn *c)
{
	return c->silence.idle_ns + c->fact.srtt_us * NS_PER_US + JIFFY_MAX_NS;
}

/* Boxes give half-closed connections less time: those tell nothing of the others. */
static bool was_established(const struct iw_fact *f)
{
	return f->state == IW_TCP_ESTABLISHED ||
	       (f->type == IW_FACT_STATE && f->old_state == IW_TCP_ESTABLISHED);
}

/* The peer's kernel itself did not know the connection, whatever became of the path. */
static bool is_peers_own_reset(const struct conn *c)
{
	return c->rst_ttl && c->rst_ttl == c->usual_ttl;
}

void learn_survived(struct paths *p, const struct iw_fact *f)
{
	struct path_key key = path_key_of(f);

	paths__note(p, &key, GAP_SURVIVED, f->gap_ns, (int64_t)f->ts_ns);
}

void learn_verdict(struct paths *p, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);
	int64_t now_ns = (int64_t)c->fact.ts_ns;

	if (c->cause != CAUSE_IDLE || c->confidence < CONFIDENCE_LIKELY ||
	    !was_established(&c->fact))
		return;
	if (c->verdict == VERDICT_RESET_AFTER_IDLE && !is_peers_own_reset(c))
		paths__note(p, &key, GAP_RESET, fatal_gap_ns(c), now_ns);
	if (c->verdict != VERDICT_PATH_DEAD)
		return;
	c->fatal_ns = fatal_gap_ns(c);
	c->fatal_at_ns = now_ns;
	paths__note_death(p, &key, c->fatal_ns, c->fatal_at_ns);
}

void learn_recovered(struct paths *p, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);

	if (c->fatal_ns)
		paths__take_back(p, &key, c->fatal_ns, c->fatal_at_ns);
	c->fatal_ns = 0;
}

void learn_ended(struct paths *p, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);

	if (c->fatal_ns)
		paths__settle(p, &key, c->fatal_ns, c->fatal_at_ns);
	c->fatal_ns = 0;
}
