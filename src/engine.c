// SPDX-License-Identifier: BSD-2-Clause
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "silence.h"
#include "util.h"

/* As in the kernel's include/net/tcp_states.h. */
#define TCP_CLOSE 7

/* Silences that began like those survived need this many more unanswered than idle ones. */
#define OUTAGE_EXTRA 2

/* How much longer than any survived a gap must be to be blamed: a tenth. */
#define SURVIVED_MARGIN 10

enum stage {
	STAGE_WELL = 0, /* was silent, was heard again; kept to know its losses */
	STAGE_WAITING,	/* a transmission is out, its answer not yet overdue */
	STAGE_SUSPECT,	/* something went unanswered */
	STAGE_JUDGED,	/* a verdict was given */
};

struct conn {
	uint64_t cookie;
	struct iw_fact fact; /* as last seen */
	struct iw_owner owners[ENGINE_OWNERS_MAX];
	size_t n_owners;
	enum stage stage;
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	enum trigger trigger;
	struct silence silence;
	uint32_t segs_in; /* when the silence began: any more means the peer was heard */
	uint64_t gives_up_ns;
	uint64_t deadline_ns; /* when to look, UINT64_MAX never */
	unsigned int sent;    /* probes, in this silence */
	unsigned int answered;
	unsigned int failed;
	unsigned int retransmits;
	unsigned int streaks_lost;     /* silences that ended with the peer heard again */
	unsigned int streaks_answered; /* answers that came at once, as far as we were told */
	int send_errno;
	bool rst_heard;
	bool icmp_heard;
	bool drop_here;
	char drop_name[IW_REASON_LEN];
	UT_hash_handle hh;
};

struct engine {
	struct engine_config config;
	engine_event_fn fn;
	void *ctx;
	struct conn *conns; /* by cookie, oldest first */
	struct totals totals;
};

int engine__new(const struct engine_config *config, engine_event_fn fn, void *ctx,
		struct engine **ret)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->config = *config;
	e->fn = fn;
	e->ctx = ctx;
	*ret = e;
	return 0;
}

static void conn__drop(struct engine *e, struct conn *c)
{
	HASH_DEL(e->conns, c);
	free(c);
}

void engine__free(struct engine *e)
{
	struct conn *c, *next;

	if (!e)
		return;
	HASH_ITER(hh, e->conns, c, next)
		conn__drop(e, c);
	free(e);
}

static struct conn *conn__find(const struct engine *e, uint64_t cookie)
{
	struct conn *c;

	HASH_FIND(hh, e->conns, &cookie, sizeof(cookie), c);
	return c;
}

bool engine__knows(const struct engine *e, uint64_t cookie)
{
	return conn__find(e, cookie) != NULL;
}

/* Makes room by forgetting the oldest connection that is well again; false if none is. */
static bool engine__make_room(struct engine *e)
{
	struct conn *c, *next;

	if (HASH_COUNT(e->conns) < e->config.max_connections)
		return true;
	HASH_ITER(hh, e->conns, c, next) {
		if (c->stage == STAGE_WELL) {
			conn__drop(e, c);
			return true;
		}
	}
	return false;
}

static struct conn *conn__new(struct engine *e, const struct iw_fact *f)
{
	struct conn *c = engine__make_room(e) ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		e->totals.lost_refused++;
		return NULL;
	}
	c->cookie = f->cookie;
	c->fact = *f;
	c->deadline_ns = UINT64_MAX;
	HASH_ADD(hh, e->conns, cookie, sizeof(c->cookie), c);
	return c;
}

static int by_pid(const void *a, const void *b)
{
	const struct iw_owner *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Replaces the owners, unless nobody holds the socket any more: then the last ones stay. */
static void conn__set_owners(struct conn *c, const struct iw_owner *owners, size_t n)
{
	if (!owners || !n)
		return;
	c->n_owners = MIN(n, ENGINE_OWNERS_MAX);
	memcpy(c->owners, owners, c->n_owners * sizeof(*owners));
	qsort(c->owners, c->n_owners, sizeof(*c->owners), by_pid);
}

/*
 * Takes the socket's new state. Who it connects stays as first seen: the kernel
 * forgets the local port on the way to CLOSE.
 */
static void conn__see(struct conn *c, const struct iw_fact *f)
{
	struct iw_fact first = c->fact;

	c->fact = *f;
	c->fact.family = first.family;
	c->fact.lport = first.lport;
	c->fact.pport = first.pport;
	memcpy(c->fact.laddr, first.laddr, sizeof(first.laddr));
	memcpy(c->fact.paddr, first.paddr, sizeof(first.paddr));
}

/* --- saying it --- */

static uint64_t since(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0;
}

static void engine__say(struct engine *e, enum event_type type, const struct conn *c,
			uint64_t ts_ns)
{
	bool in_silence = c->stage != STAGE_WELL;
	struct event ev = {
		.type = type,
		.ts_ns = ts_ns,
		.fact = &c->fact,
		.owners = c->owners,
		.n_owners = c->n_owners,
		.verdict = c->verdict,
		.cause = c->cause,
		.confidence = c->confidence,
		.trigger = c->trigger,
		.in_silence = in_silence,
		.last_heard_ns = c->fact.heard_ago_ns + since(ts_ns, c->fact.ts_ns),
		.probes_sent = c->sent,
		.probes_answered = c->answered,
		.probes_failed = c->failed,
		.retransmits = c->retransmits,
		.send_errno = c->send_errno,
		.rst_heard = c->rst_heard,
		.fin_heard = c->fact.flags & IW_F_FIN_HEARD,
		.icmp_heard = c->icmp_heard,
		.drop_here = c->drop_here,
		.drop_name = c->drop_name[0] ? c->drop_name : NULL,
		.error = c->fact.sk_err,
	};

	if (c->fact.type == IW_FACT_HEARD) {
		ev.last_heard_ns = 0;
		ev.idle_ns = c->fact.gap_ns;
	}
	if (in_silence) {
		ev.idle_ns = c->silence.idle_ns;
		ev.silence_ns = since(ts_ns, c->silence.since_ns);
		ev.gives_up_in_ns = since(c->gives_up_ns, ts_ns);
	}
	e->fn(&ev, e->ctx);
}

/* --- silence begins, goes on, ends --- */

static void conn__begin_silence(struct conn *c, const struct iw_fact *f, enum trigger trigger)
{
	c->stage = STAGE_WAITING;
	c->verdict = VERDICT_NONE;
	c->confidence = CONFIDENCE_NONE;
	c->trigger = trigger;
	c->silence = silence_of(f);
	c->segs_in = f->segs_in;
	c->sent = c->answered = c->failed = c->retransmits = 0;
	c->send_errno = 0;
	c->rst_heard = c->icmp_heard = c->drop_here = false;
	c->drop_name[0] = '\0';
}

/*
 * A silence is blamed on idleness when it began with the first packet after a gap
 * that is longer than every gap this connection came back from.
 */
static enum cause conn__cause(const struct engine *e, const struct conn *c)
{
	uint64_t survived = c->fact.survived_ns;

	if (c->silence.idle_ns < e->config.idle_ns)
		return CAUSE_OUTAGE;
	return c->silence.idle_ns > survived + survived / SURVIVED_MARGIN ? CAUSE_IDLE
									  : CAUSE_OUTAGE;
}

/* Transmissions in this silence whose answer never came. */
static unsigned int conn__unanswered(const struct conn *c)
{
	return c->trigger == TRIGGER_RETRANSMISSION ? c->retransmits : c->sent + c->failed;
}

/*
 * How many must go unanswered before it is called dead: what the user asked for,
 * more where the silence did not begin with idleness, and more again where this
 * connection is known to lose packets and live.
 */
static unsigned int conn__needed(const struct engine *e, const struct conn *c)
{
	bool data = c->trigger == TRIGGER_RETRANSMISSION;
	unsigned int n = data ? e->config.retransmits : e->config.probes;
	uint64_t resent = c->fact.total_retrans - MIN(c->fact.total_retrans, c->retransmits);
	unsigned int by_data = losses_needed(resent, c->fact.segs_out);
	unsigned int by_streaks = losses_needed(c->streaks_lost, c->streaks_answered + 1);

	if (c->cause == CAUSE_OUTAGE)
		n += OUTAGE_EXTRA;
	return MAX(n, MAX(by_data, by_streaks));
}

static uint64_t last_moment_ns(const struct conn *c)
{
	uint64_t left = since(c->gives_up_ns, c->fact.ts_ns);

	return c->gives_up_ns - MIN(500 * NS_PER_MS, left / 4);
}

/* After a transmission: when to look whether it was answered. */
static void conn__plan(const struct engine *e, struct conn *c)
{
	const struct iw_fact *f = &c->fact;
	uint64_t answer_due = f->ts_ns + grace_ns(f, c->gives_up_ns);

	if (c->stage == STAGE_JUDGED)
		c->deadline_ns = UINT64_MAX;
	else if (conn__unanswered(c) >= conn__needed(e, c))
		c->deadline_ns = answer_due;
	else
		c->deadline_ns = MAX(answer_due, last_moment_ns(c));
}

static void engine__suspect(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	if (c->stage != STAGE_WAITING)
		return;
	c->stage = STAGE_SUSPECT;
	c->confidence = CONFIDENCE_SUSPECT;
	e->totals.suspects++;
	engine__say(e, EVENT_SUSPECT, c, ts_ns);
}

/* docs/verdicts.md gives these rules in words. */
static void engine__judge(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	bool enough = conn__unanswered(c) >= conn__needed(e, c);

	engine__suspect(e, c, ts_ns);
	if (c->failed || c->drop_here) {
		c->verdict = VERDICT_LOCAL_DROP;
		c->confidence = CONFIDENCE_CERTAIN;
	} else if (c->icmp_heard) {
		c->verdict = VERDICT_UNREACHABLE;
		c->confidence = CONFIDENCE_CERTAIN;
	} else {
		c->verdict = VERDICT_PATH_DEAD;
		c->confidence = enough ? CONFIDENCE_LIKELY : CONFIDENCE_SUSPECT;
	}
	c->stage = STAGE_JUDGED;
	c->deadline_ns = UINT64_MAX;
	e->totals.verdicts[c->verdict]++;
	engine__say(e, verdict_event(c->verdict), c, ts_ns);
}

/* The peer was heard. A silence ends; what was lost in it is remembered. */
static void engine__heard(struct engine *e, struct conn *c, uint64_t ts_ns)
{
	if (c->stage >= STAGE_SUSPECT) {
		e->totals.recovered++;
		c->streaks_lost++;
		engine__say(e, EVENT_RECOVERED, c, ts_ns);
	}
	c->stage = STAGE_WELL;
	c->deadline_ns = UINT64_MAX;
}

/* --- one function per kind of fact --- */

static enum trigger trigger_of(const struct iw_fact *f)
{
	if (f->type == IW_FACT_RETRANSMIT)
		return TRIGGER_RETRANSMISSION;
	return f->probe_kind == IW_PROBE_KEEPALIVE ? TRIGGER_KEEPALIVE : TRIGGER_ZERO_WINDOW_PROBE;
}

static void conn__count_transmission(struct conn *c, const struct iw_fact *f, bool first)
{
	if (f->type == IW_FACT_RETRANSMIT) {
		/* Those before the first fact were unanswered too if the silence began earlier. */
		c->retransmits = first ? f->retransmits : c->retransmits + 1;
		return;
	}
	if (first && f->probes_out)
		c->sent = f->probes_out - 1U + (f->result > 0);
	if (f->result) {
		c->failed++;
		c->send_errno = f->result < 0 ? -f->result : ENOBUFS;
	} else {
		c->sent++;
	}
}

/* A transmission into silence: a probe or a retransmission. */
static void engine__on_transmission(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	bool first = c->stage == STAGE_WELL;

	if (first)
		conn__begin_silence(c, f, trigger_of(f));
	c->trigger = trigger_of(f);
	conn__count_transmission(c, f, first);
	if (f->sk_err_soft)
		c->icmp_heard = true;
	c->gives_up_ns = gives_up_ns(f, c->silence.since_ns);
	c->cause = conn__cause(e, c);
	if (conn__unanswered(c) >= 2)
		engine__suspect(e, c, f->ts_ns);
	conn__plan(e, c);
}

static void engine__on_look(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (c->stage != STAGE_WAITING && c->stage != STAGE_SUSPECT)
		return;
	if (f->ts_ns < c->deadline_ns)
		return;
	engine__judge(e, c, f->ts_ns);
}

static void engine__on_closed(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	if (f->sk_err == EHOSTUNREACH || f->sk_err == ENETUNREACH)
		c->icmp_heard = true;
	/* The kernel gave up before we had made up our mind. */
	if ((f->sk_err == ETIMEDOUT || c->icmp_heard) &&
	    (c->stage == STAGE_WAITING || c->stage == STAGE_SUSPECT))
		engine__judge(e, c, f->ts_ns);
	if (c->stage >= STAGE_SUSPECT) {
		e->totals.closed++;
		engine__say(e, EVENT_CLOSED, c, f->ts_ns);
	}
	conn__drop(e, c);
}

static void engine__on_drop(struct conn *c, const struct iw_fact *f)
{
	if (f->drop_netns != f->netns)
		return;
	c->drop_here = true;
	memcpy(c->drop_name, f->drop_name, sizeof(c->drop_name));
	c->drop_name[sizeof(c->drop_name) - 1] = '\0';
}

/* With --all-events, lines that need no suspicion. */
static void engine__say_plain(struct engine *e, const struct iw_fact *f, const struct conn *known,
			      const struct iw_owner *owners, size_t n_owners)
{
	struct conn plain = { .cookie = f->cookie, .fact = *f };
	enum event_type type;

	if (f->type == IW_FACT_PROBE_SENT)
		type = EVENT_PROBE_SENT;
	else if (f->type == IW_FACT_RETRANSMIT)
		type = EVENT_RETRANSMIT;
	else if (f->heard_kind & IW_HEARD_PEER_PROBE)
		type = EVENT_PEER_PROBE;
	else if (f->heard_kind & IW_HEARD_ANSWER)
		type = EVENT_PROBE_ANSWERED;
	else
		type = EVENT_IDLE_END;
	if (known)
		conn__set_owners(&plain, known->owners, known->n_owners);
	conn__set_owners(&plain, owners, n_owners);
	engine__say(e, type, &plain, f->ts_ns);
}

/* Whether this fact shows that the peer was heard since the silence began. */
static bool shows_heard(const struct conn *c, const struct iw_fact *f)
{
	if (c->stage == STAGE_WELL || f->type == IW_FACT_LOOK_MISSED)
		return false;
	return f->type == IW_FACT_HEARD || (f->type != IW_FACT_RST_IN && !c->rst_heard &&
					    f->type != IW_FACT_DROP && f->segs_in != c->segs_in);
}

static void engine__dispatch(struct engine *e, struct conn *c, const struct iw_fact *f)
{
	switch ((enum iw_fact_type)f->type) {
	case IW_FACT_PROBE_SENT:
	case IW_FACT_RETRANSMIT:
		if (f->flags & IW_F_NEWS)
			engine__on_transmission(e, c, f);
		break;
	case IW_FACT_HEARD:
		if (f->heard_kind & IW_HEARD_ANSWER)
			c->streaks_answered++;
		break;
	case IW_FACT_RST_IN:
		c->rst_heard = true;
		break;
	case IW_FACT_DROP:
		engine__on_drop(c, f);
		break;
	case IW_FACT_LOOK:
	case IW_FACT_LOOK_MISSED:
		engine__on_look(e, c, f);
		break;
	case IW_FACT_STATE:
		if (f->state == TCP_CLOSE)
			engine__on_closed(e, c, f);
		break;
	case IW_FACT_DESTROY:
		engine__on_closed(e, c, f);
		break;
	default: /* RST_OUT, ERROR: the fact's own fields say it all */
		break;
	}
}

static bool is_plain(const struct iw_fact *f)
{
	return f->type == IW_FACT_PROBE_SENT || f->type == IW_FACT_RETRANSMIT ||
	       f->type == IW_FACT_HEARD;
}

void engine__feed(struct engine *e, const struct iw_fact *f, const struct iw_owner *owners,
		  size_t n_owners)
{
	struct conn *c = conn__find(e, f->cookie);

	if (e->config.all_events && is_plain(f))
		engine__say_plain(e, f, c, owners, n_owners);
	if (!c && (f->flags & IW_F_NEWS))
		c = conn__new(e, f);
	if (!c)
		return;
	conn__set_owners(c, owners, n_owners);
	if (f->type != IW_FACT_LOOK_MISSED)
		conn__see(c, f);
	if (shows_heard(c, f)) {
		if (f->type == IW_FACT_HEARD && (f->heard_kind & IW_HEARD_ANSWER) && c->sent)
			c->answered++;
		engine__heard(e, c, f->ts_ns);
	}
	engine__dispatch(e, c, f);
}

/* --- what is due --- */

uint64_t engine__deadline(const struct engine *e)
{
	uint64_t first = UINT64_MAX;
	struct conn *c, *next;

	HASH_ITER(hh, e->conns, c, next)
		first = MIN(first, c->deadline_ns);
	return first;
}

size_t engine__due(const struct engine *e, uint64_t now_ns, uint64_t *ret_cookies, size_t max)
{
	struct conn *c, *next;
	size_t n = 0;

	HASH_ITER(hh, e->conns, c, next) {
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
