// SPDX-License-Identifier: BSD-2-Clause
#include "engine/learn.h"

#include <errno.h>

#include "base/util.h"
#include "engine/conn.h"
#include "engine/paths.h"
#include "engine/together.h"
#include "idlewatch.h"

/* The kernel keeps the times of what was heard in jiffies: 10 ms at the longest (HZ 100). */
#define JIFFY_MAX_NS (10 * NS_PER_MS)

/* A silence that ended sooner is none that others are compared with: packets do get lost. */
#define BLIP_NS (5 * NS_PER_S)

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

void learn_gap(struct learner *l, const struct iw_fact *f)
{
	struct path_key key = path_key_of(f);

	if (f->type == IW_FACT_SURVIVED)
		paths__note(l->paths, &key, GAP_SURVIVED, f->gap_ns, (int64_t)f->ts_ns);
	else
		paths__note_closed(l->paths, &key, f->gap_ns, f->times, (int64_t)f->ts_ns);
}

/* --- what began a silence --- */

static struct beginning beginning_of(const struct conn *c, const struct path_key *key)
{
	return (struct beginning){ .path = key,
				   .since_ns = c->silence.since_ns,
				   .gap_ns = c->silence.idle_ns };
}

void learn_cause(struct learner *l, struct conn *c, const struct engine_config *config)
{
	struct path_key key = path_key_of(&c->fact);
	struct beginning b = beginning_of(c, &key);
	uint64_t tolerated_ns = paths__tolerated_ns(l->paths, &key, (int64_t)c->fact.ts_ns);

	c->cause = conn__cause(c, config, 0);
	c->path_tolerates = false;
	c->together = 0;
	if (c->cause != CAUSE_IDLE)
		return;
	c->cause = conn__cause(c, config, tolerated_ns);
	c->path_tolerates = c->cause != CAUSE_IDLE;
	c->together = c->is_noted ? together__others(l->together, &b) : 0;
	if (c->together)
		c->cause = CAUSE_OUTAGE;
}

bool learn_suspect(struct learner *l, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);
	struct beginning b = beginning_of(c, &key);

	/* What the peer repeats, or does not read, begins no silence of ours. */
	if (c->is_noted || c->trigger == TRIGGER_REPEAT)
		return false;
	c->is_noted = true;
	return together__note(l->together, &b);
}

void learn_unanswered(struct conn *c)
{
	/* What came from the peer's address may have been another host's behind it. */
	uint64_t asked_ns = c->elsewhere >= IW_ELSEWHERE_TO ? c->elsewhere_ns : 0;
	uint64_t alive_ns = MAX(asked_ns, c->verified_ns);

	if (alive_ns > c->silence.since_ns && c->last_try_ns > alive_ns)
		c->is_proven = true;
}

/* --- fatal gaps --- */

static void take_back(struct learner *l, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);

	if (c->fatal_ns)
		paths__take_back(l->paths, &key, c->fatal_ns, c->fatal_at_ns);
	c->fatal_ns = 0;
}

void learn_outage(struct learner *l, struct conn *c, const struct engine_config *config)
{
	if (!c->fatal_ns)
		return;
	learn_cause(l, c, config);
	if (c->cause != CAUSE_IDLE)
		take_back(l, c);
}

bool learn_cut(struct learner *l, const struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);

	return paths__note_cut(l->paths, &key, fatal_gap_ns(c), (int64_t)c->fact.ts_ns);
}

/*
 * Where the peer's own kernel reset it, as far as can be told, or nobody asked for it and
 * it was the only one, little is known of the path.
 */
static void learn_reset(struct learner *l, const struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);
	bool is_paths_own = c->origin == ORIGIN_BOX || c->is_unasked;

	paths__note(l->paths, &key, is_paths_own ? GAP_RESET : GAP_DISOWNED, fatal_gap_ns(c),
		    (int64_t)c->fact.ts_ns);
}

void learn_verdict(struct learner *l, struct conn *c)
{
	struct path_key key = path_key_of(&c->fact);
	int64_t now_ns = (int64_t)c->fact.ts_ns;

	c->is_lesson = c->confidence >= CONFIDENCE_LIKELY && was_established(&c->fact);
	if (c->cause != CAUSE_IDLE || !c->is_lesson)
		return;
	if (c->verdict == VERDICT_RESET_AFTER_IDLE)
		learn_reset(l, c);
	if (c->verdict != VERDICT_PATH_DEAD)
		return;
	c->fatal_ns = fatal_gap_ns(c);
	c->fatal_at_ns = now_ns;
	paths__note_death(l->paths, &key, c->fatal_ns, c->fatal_at_ns);
}

void learn_recovered(struct learner *l, struct conn *c, uint64_t now_ns)
{
	struct path_key key = path_key_of(&c->fact);
	struct beginning b = beginning_of(c, &key);

	take_back(l, c);
	if (c->is_noted && now_ns < c->silence.since_ns + BLIP_NS)
		together__forget(l->together, &b);
	c->is_noted = false;
}

/* Nothing came after the verdict that tells another story of it. */
static bool is_uncontradicted(const struct conn *c)
{
	const struct tally *t = &c->tally;

	return !t->rst_heard && !t->icmp_heard && !t->neighbour_lost && !t->unreached &&
	       !t->dropped_in && !t->dropped_out && !t->failed;
}

/*
 * A program that closes first leaves it open whether the path would have taken the
 * connection up again; the kernel's giving up, and a path that carried other traffic
 * while this connection went on asking, do not.
 */
static bool is_settled(const struct conn *c)
{
	return is_uncontradicted(c) && (c->error == ETIMEDOUT || c->is_proven);
}

void learn_ended(struct learner *l, struct conn *c, const struct engine_config *config)
{
	struct path_key key = path_key_of(&c->fact);
	uint64_t fatal_ns = c->fatal_ns;

	if (c->verdict != VERDICT_PATH_DEAD || !c->is_lesson)
		return;
	learn_cause(l, c, config);
	take_back(l, c);
	if (fatal_ns && c->cause == CAUSE_IDLE && is_settled(c))
		paths__note(l->paths, &key, GAP_DIED, fatal_ns, c->fatal_at_ns);
	/* The path let longer ones pass, but lives, and has forgotten this one all the same. */
	else if (c->path_tolerates && !c->together && c->is_proven && is_uncontradicted(c))
		paths__doubt(l->paths, &key, fatal_gap_ns(c), (int64_t)c->fact.ts_ns);
}
