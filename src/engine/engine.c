// SPDX-License-Identifier: BSD-2-Clause
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "engine/conn_table.h"
#include "engine/event.h"
#include "engine/learn.h"
#include "engine/paths.h"
#include "engine/reset.h"
#include "engine/stall.h"
#include "engine/suspend.h"
#include "engine/together.h"

/* A look that failed is repeated after so long. */
#define LOOK_AGAIN_NS (1 * NS_PER_S)

struct engine {
	struct engine_config config;
	engine_event_fn fn;
	void *ctx;
	struct conn_table conns;
	struct learner learner;
	struct totals totals;
	struct suspends sleeps;
};

int engine__new(const struct engine_config *config, engine_event_fn fn, void *ctx,
		struct engine **ret)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->learner.together = together__new();
	if (!e->learner.together ||
	    paths__new(config->prefix4, config->prefix6, PATHS_MAX, &e->learner.paths)) {
		engine__free(e);
		return -ENOMEM;
	}
	e->config = *config;
	e->conns.max = config->max_connections;
	e->fn = fn;
	e->ctx = ctx;
	*ret = e;
	return 0;
}

void engine__free(struct engine *e)
{
	if (!e)
		return;
	conn_table__clear(&e->conns);
	paths__free(e->learner.paths);
	together__free(e->learner.together);
	free(e);
}

struct paths *engine__paths(struct engine *e)
{
	return e->learner.paths;
}

void engine__end(struct engine *e)
{
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (c->is_proven)
			learn_ended(&e->learner, c, &e->config);
	}
}

static struct conn *find_conn(const struct engine *e, uint64_t cookie)
{
	return conn_table__find(&e->conns, cookie);
}

/* The host slept: what went unanswered before is not held against the path. */
static void forgive(struct engine *e)
{
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (c->stage == STAGE_WAITING || c->stage == STAGE_SUSPECT)
			c->tally.forgiven += conn__unanswered(c);
	}
}

/* --- saying it --- */

static void say(struct engine *e, enum event_type type, const struct conn *c, uint64_t ts_ns)
{
	struct event ev = conn__event(c, type, ts_ns);
	struct path_key key = path_key_of(&c->fact);
	struct bracket bracket;

	if (paths__find(e->learner.paths, &key, &bracket))
		ev.path = &bracket;

	e->fn(&ev, e->ctx);
}

/* --- suspicion, verdict, recovery --- */

/* Silences that were judged each for itself have turned out to begin together. */
static void revise(struct engine *e)
{
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (c->stage == STAGE_JUDGED)
			learn_outage(&e->learner, c, &e->config);
	}
}

static void say_suspicion(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	if (c->said)
		return;
	c->said = true;
	e->totals.suspects++;
	if (e->config.verify_ns && c->verify == VERIFY_NONE)
		c->verify_until_ns = ts_ns + e->config.verify_ns;
	say(e, EVENT_SUSPECT, c, ts_ns);
}

/* Most suspicions end well and are never said; those that are, when an answer is overdue. */
static void suspect(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	bool at_once = e->config.all_events || c->trigger == TRIGGER_REPEAT;

	if (c->stage == STAGE_WAITING) {
		c->stage = STAGE_SUSPECT;
		if (learn_suspect(&e->learner, c))
			revise(e);
		learn_cause(&e->learner, c, &e->config);
		c->confidence = CONFIDENCE_SUSPECT;
	}
	if (c->stage == STAGE_SUSPECT && at_once && conn__is_notable(c, &e->config))
		say_suspicion(e, c, ts_ns);
}

/* Announces the verdict that the connection has been given. */
static void announce(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	c->stage = STAGE_JUDGED;
	c->deadline_ns = conn__deadline(c, &e->config, ts_ns);
	e->totals.verdicts[c->verdict]++;
	learn_verdict(&e->learner, c);
	say(e, EVENT_VERDICT, c, ts_ns);
}

static void judge_now(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	suspect(e, c, ts_ns);
	say_suspicion(e, c, ts_ns);
	learn_cause(&e->learner, c, &e->config);
	conn__judge(c, &e->config);
	announce(e, c, ts_ns);
}

/* A line was written of its silence, so that its end is told, too. */
static bool is_told(const struct conn *c)
{
	return c->said || c->stage == STAGE_JUDGED;
}

/* The peer was heard and hears us. A silence ends; that it was one is remembered. */
static void end_well(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	if (c->stage >= STAGE_SUSPECT) {
		conn__note_recovery(c);
		learn_recovered(&e->learner, c, ts_ns);
	}
	if (is_told(c)) {
		e->totals.recovered++;
		say(e, EVENT_RECOVERED, c, ts_ns);
	}
	c->answered_una = c->fact.snd_una;
	c->answered_retransmits = c->fact.retransmits;
	c->stage = STAGE_WELL;
	c->said = false;
	c->verdict = VERDICT_NONE;
	c->cause = CAUSE_NONE;
	c->trigger = TRIGGER_NONE;
	c->confidence = CONFIDENCE_NONE;
	c->deadline_ns = UINT64_MAX;
}

/* --- one function per kind of fact --- */

static enum trigger trigger_of(const struct iw_fact *f)
{
	if (f->type == IW_FACT_RETRANSMIT || f->type == IW_FACT_DROP)
		return TRIGGER_RETRANSMISSION;
	return f->probe_kind == IW_PROBE_KEEPALIVE ? TRIGGER_KEEPALIVE : TRIGGER_ZERO_WINDOW_PROBE;
}

/* A transmission into silence: a probe or a retransmission. */
static void on_transmission(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (stall__is(c, f)) {
		if (stall__begin(c, f, trigger_of(f)))
			announce(e, c, f->ts_ns);
		return;
	}
	/* A stalled peer that stops answering has begun a silence. */
	if (c->stage == STAGE_WELL || c->verdict == VERDICT_PEER_STALLED)
		conn__begin_silence(c, f, trigger_of(f));
	c->trigger = trigger_of(f);
	learn_unanswered(c);
	conn__note_try(c, f);
	conn__count_untold(c, f);
	c->gives_up_ns = gives_up_ns(f, c->silence.since_ns);
	learn_cause(&e->learner, c, &e->config);
	if (conn__unanswered(c) >= 2)
		suspect(e, c, f->ts_ns);
	c->deadline_ns = conn__deadline(c, &e->config, f->ts_ns);
}

/*
 * The peer asks the same again and again: our answers do not reach it. The repeats are
 * counted by conn__note_unreached(), which hear() has called where a silence had begun.
 */
static void on_repeat(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (!(f->flags & IW_F_NEWS) || c->stage == STAGE_JUDGED)
		return;
	if (c->stage == STAGE_WELL) {
		conn__begin_silence(c, f, TRIGGER_REPEAT);
		c->silence.since_ns = f->ts_ns - MIN(f->gap_ns, f->ts_ns);
		c->silence.idle_ns = 0;
		c->unreached_ns = c->silence.since_ns;
		c->cause = CAUSE_OUTAGE;
		conn__note_unreached(c, f);
	}
	if (c->trigger != TRIGGER_REPEAT)
		return;
	c->last_try_ns = c->unreached_ns;
	if (c->tally.unreached >= 2)
		suspect(e, c, f->ts_ns);
	if (conn__is_enough(c, &e->config))
		judge_now(e, c, f->ts_ns);
}

static void on_heard(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (c->stage == STAGE_WELL && (f->heard_kind & IW_HEARD_ANSWER))
		c->answered_at_once++;
	on_repeat(e, c, f);
}

static void on_look(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (f->elsewhere_ago_ns) {
		c->elsewhere_ns = f->ts_ns - MIN(f->elsewhere_ago_ns, f->ts_ns);
		c->elsewhere = f->elsewhere;
	}
	if (c->stage != STAGE_WAITING && c->stage != STAGE_SUSPECT) {
		c->deadline_ns = conn__deadline(c, &e->config, f->ts_ns);
		return;
	}
	if (f->sk_err_soft && !c->tally.failed)
		c->tally.icmp_heard = true;
	conn__count_untold(c, f);
	learn_unanswered(c);
	learn_cause(&e->learner, c, &e->config);
	if (conn__is_ripe(c, &e->config, f->ts_ns) ||
	    (conn__is_overdue(c, f->ts_ns) && conn__is_notable(c, &e->config))) {
		suspect(e, c, f->ts_ns);
		say_suspicion(e, c, f->ts_ns);
	}
	/* Where saying so has begun a verification, it is waited for. */
	if (conn__is_ripe(c, &e->config, f->ts_ns))
		judge_now(e, c, f->ts_ns);
	else
		c->deadline_ns = conn__deadline(c, &e->config, f->ts_ns);
}

/* Nothing was seen of the socket, so nothing can be concluded: it is looked at again. */
static void on_failed_look(struct conn *c, const struct iw_fact *f)
{
	c->deadline_ns = f->ts_ns + LOOK_AGAIN_NS;
}

/* A reset after a gap of idleness may be a verdict; any other is an end. */
static void on_reset(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	enum reset reset = reset__sort(c, f, &e->config);

	reset__note(c, f);
	if (c->stage == STAGE_SUSPECT && c->trigger == TRIGGER_REPEAT &&
	    c->tally.unreached >= e->config.probes)
		judge_now(e, c, f->ts_ns); /* the peer has given up on hearing us */
	if (reset == RESET_END || c->stage == STAGE_JUDGED)
		return;
	reset__begin(c, f, reset);
	learn_cause(&e->learner, c, &e->config);
	/* An aborted program is the likelier reason after a gap that others have survived. */
	if (c->silence.idle_ns >= e->config.idle_ns &&
	    (reset != RESET_UNASKED || c->cause == CAUSE_IDLE)) {
		reset__judge(c, f, reset, reset == RESET_UNASKED && learn_cut(&e->learner, c));
		announce(e, c, f->ts_ns);
	}
	c->tally.rst_heard = true;
}

/* The kernel gave up before there was anything to judge by: judge by what it says. */
static void judge_late(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (c->stage == STAGE_WELL) {
		conn__begin_silence(c, f,
				    f->retransmits ? TRIGGER_RETRANSMISSION : TRIGGER_KEEPALIVE);
		c->tally.retransmits = f->retransmits;
		c->tally.sent = f->probes_out;
		learn_cause(&e->learner, c, &e->config);
	}
	if (conn__final_error(f) != ETIMEDOUT) {
		/* A transmission that was seen to leave tells ICMP from a route of ours. */
		if (c->n_tries)
			c->tally.icmp_heard = true;
		else
			c->tally.said_unreachable = true;
	}
	judge_now(e, c, f->ts_ns);
}

static void on_closed(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	/* tcp_write_err() gives the application what ICMP left behind, if anything. */
	int error = conn__final_error(f);
	bool lost = error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH ||
		    (error && error == f->sk_err_soft);

	if (lost && c->stage != STAGE_JUDGED)
		judge_late(e, c, f);
	if (is_told(c)) {
		e->totals.closed++;
		say(e, EVENT_CLOSED, c, f->ts_ns);
	}
	learn_ended(&e->learner, c, &e->config);
	conn_table__drop(&e->conns, c);
}

static void on_drop(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	bool ours = (f->flags & IW_F_NEWS) && !(f->flags & IW_F_DROP_INPUT);

	if (c->stage == STAGE_WELL && ours) {
		conn__begin_silence(c, f, trigger_of(f));
		c->last_try_ns = f->ts_ns;
		c->gives_up_ns = gives_up_ns(f, c->silence.since_ns);
		learn_cause(&e->learner, c, &e->config);
	}
	if (c->stage == STAGE_WELL)
		return;
	conn__note_drop(c, f);
	if (ours && conn__unanswered(c) >= 2)
		suspect(e, c, f->ts_ns);
	c->deadline_ns = conn__deadline(c, &e->config, f->ts_ns);
}

static void on_verify(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	c->verify = !f->result			 ? VERIFY_ANSWERS
		    : f->result == -ECONNREFUSED ? VERIFY_REFUSED
		    : f->result == -ETIMEDOUT	 ? VERIFY_SILENT
						 : VERIFY_FAILED;
	if (c->verify == VERIFY_ANSWERS || c->verify == VERIFY_REFUSED)
		c->verified_ns = f->ts_ns;
	c->verify_until_ns = 0;
	c->deadline_ns = conn__deadline(c, &e->config, f->ts_ns);
}

/* With --all-events, lines that need no suspicion. */
static void say_plain(struct engine *e, const struct iw_fact *f, const struct conn *known,
		      const struct iw_owner *owners, size_t n_owners)
{
	struct conn plain = { .cookie = f->cookie, .fact = *f };

	if (known)
		conn__set_owners(&plain, known->owners, known->n_owners);
	conn__set_owners(&plain, owners, n_owners);
	conn__see(&plain, f);
	say(e, conn__plain_event(f), &plain, f->ts_ns);
	free(plain.owners);
}

static bool is_plain(const struct iw_fact *f)
{
	return f->type == IW_FACT_PROBE_SENT || f->type == IW_FACT_RETRANSMIT ||
	       f->type == IW_FACT_HEARD;
}

static void dispatch(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	switch ((enum iw_fact_type)f->type) {
	case IW_FACT_PROBE_SENT:
	case IW_FACT_RETRANSMIT:
		if (f->flags & IW_F_NEWS)
			on_transmission(e, c, f);
		break;
	case IW_FACT_HEARD:
		on_heard(e, c, f);
		break;
	case IW_FACT_RST_IN:
		on_reset(e, c, f);
		break;
	case IW_FACT_DROP:
		on_drop(e, c, f);
		break;
	case IW_FACT_ICMP:
		c->tally.icmp_heard = true;
		break;
	case IW_FACT_VERIFY:
		on_verify(e, c, f);
		break;
	case IW_FACT_WIRE_OUT:
	case IW_FACT_WIRE_IN:
		conn__note_wire(c, f);
		break;
	case IW_FACT_LOOK:
	case IW_FACT_LOOK_MISSED:
		on_look(e, c, f);
		break;
	case IW_FACT_LOOK_FAILED:
		on_failed_look(c, f);
		break;
	case IW_FACT_STATE:
	case IW_FACT_ERROR: /* follows the state's change on some kernels, precedes it on others */
		if (f->state == IW_TCP_CLOSE)
			on_closed(e, c, f);
		break;
	case IW_FACT_DESTROY:
		on_closed(e, c, f);
		break;
	default: /* RST_OUT: the fact's own fields say it all */
		break;
	}
}

/* Ends or marks the silence if the peer was heard; true when a silence ended. */
static bool hear(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	switch (conn__hearing(c, f)) {
	case HEARING_ANSWER:
		if (c->tally.sent && f->type == IW_FACT_HEARD &&
		    (f->heard_kind & IW_HEARD_ANSWER) && c->verdict != VERDICT_PEER_STALLED)
			c->tally.answered++;
		end_well(e, c, f->ts_ns);
		return true;
	case HEARING_UNREACHED:
		conn__note_unreached(c, f);
		return false;
	case HEARING_PASSED:
		conn__note_passed(c, f);
		return false;
	default:
		return false;
	}
}

void engine__feed(struct engine *e, const struct iw_fact *raw, const struct iw_owner *owners,
		  size_t n_owners)
{
	struct conn *c = find_conn(e, raw->cookie);
	struct iw_fact f;

	if (suspend__note(&e->sleeps, raw))
		forgive(e);
	if (raw->type == IW_FACT_CLOCK)
		return;
	f = suspend__stretch(&e->sleeps, raw);
	if (f.type == IW_FACT_SURVIVED || f.type == IW_FACT_IDLE_END) {
		learn_gap(&e->learner, &f);
		return;
	}
	if (e->config.all_events && is_plain(&f))
		say_plain(e, &f, c, owners, n_owners);
	if (!c && (f.flags & IW_F_NEWS)) {
		c = conn_table__add(&e->conns, &f);
		e->totals.lost_refused += !c;
	}
	if (!c)
		return;
	if (f.flags & IW_F_NEWS)
		c->news_ns = raw->mono_ns;
	conn__set_owners(c, owners, n_owners);
	if (conn__is_snapshot(&f))
		conn__see(c, &f);
	/*
	 * When the peer was heard is not known where no hook shows it: then the transmission
	 * that tells of it counts as the first of a new silence.
	 */
	if (hear(e, c, &f) && conn__is_deaf(c, &e->config))
		f.probes_out = f.retransmits = 1;
	dispatch(e, c, &f);
	c = find_conn(e, f.cookie); /* it may have ended */
	if (c)
		conn_table__note_stage(&e->conns, c);
}

/* --- what is due --- */

struct engine_view engine__view(const struct engine *e, uint64_t cookie)
{
	const struct conn *c = find_conn(e, cookie);

	if (!c)
		return (struct engine_view){};
	return (struct engine_view){ .fact = &c->fact,
				     .owners = c->n_owners ? c->owners : NULL,
				     .n_owners = c->n_owners,
				     .silent_since_ns = c->silence.since_ns,
				     .in_trouble = c->stage != STAGE_WELL,
				     .news_ns = c->news_ns };
}

uint64_t engine__find_flow(const struct engine *e, uint32_t netns, uint16_t family,
			   const struct iw_flow *from_us, uint32_t seq)
{
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (c->stage != STAGE_WELL && c->fact.netns == netns && c->fact.family == family &&
		    conn__sent(c, from_us, seq))
			return c->cookie;
	}
	return 0;
}

bool engine__in_silence(const struct engine *e)
{
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (c->stage != STAGE_WELL)
			return true;
	}
	return false;
}

uint64_t engine__deadline(const struct engine *e)
{
	uint64_t first = UINT64_MAX;
	struct conn *c, *next;

	HASH_ITER(hh, e->conns.all, c, next)
		first = MIN(first, c->deadline_ns);
	return first;
}

size_t engine__due(const struct engine *e, uint64_t now_ns, uint64_t *ret_cookies, size_t max)
{
	struct conn *c, *next;
	size_t n = 0;

	HASH_ITER(hh, e->conns.all, c, next) {
		if (n == max)
			break;
		if (c->deadline_ns <= now_ns)
			ret_cookies[n++] = c->cookie;
	}
	return n;
}

const struct totals *engine__totals(const struct engine *e)
{
	return &e->totals;
}
