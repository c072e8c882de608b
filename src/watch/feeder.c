// SPDX-License-Identifier: BSD-2-Clause
#include "watch/feeder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/util.h"
#include "engine/elsewhere.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/suspend.h"
#include "host/proc.h"
#include "kernel/kernel.h"
#include "kernel/look.h"
#include "output/outputs.h"
#include "store/recording.h"
#include "watch/blind_spots.h"
#include "watch/icmp.h"
#include "watch/owners.h"
#include "watch/processes.h"
#include "watch/verify.h"

#define DUE_BATCH 1024
#define STUCK_MAX 65536 /* facts that wait for owners to be found; beyond, they go without */

/* Facts in the order in which they came. */
struct queue {
	struct iw_fact *facts;
	size_t n, room;
};

struct feeder {
	struct feeder_parts parts;
	struct queue queue;
	bool stuck; /* who holds what is queued could not be found: it waits for the next call */
	struct queue suspects; /* to be listened for and verified after feeding */
	uint64_t lost;
	bool look_denied; /* into another namespace: counted once in all */
	struct blind_spots blind_spots;
	uint64_t slept_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC, as last seen */
};

static uint64_t slept_ns(void)
{
	return now_ns() - clock_ns(CLOCK_MONOTONIC);
}

int feeder__new(const struct feeder_parts *parts, struct feeder **ret)
{
	struct feeder *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->parts = *parts;
	f->slept_ns = slept_ns();
	*ret = f;
	return 0;
}

void feeder__free(struct feeder *f)
{
	if (!f)
		return;
	free(f->queue.facts);
	free(f->suspects.facts);
	free(f);
}

static bool add_to_queue(struct queue *q, const struct iw_fact *fact)
{
	if (q->n == q->room) {
		size_t room = q->room ? 2 * q->room : 64;
		struct iw_fact *bigger = realloc(q->facts, room * sizeof(*bigger));

		if (!bigger)
			return false;
		q->facts = bigger;
		q->room = room;
	}
	q->facts[q->n++] = *fact;
	return true;
}

void feeder__queue(struct feeder *f, const struct iw_fact *fact)
{
	f->lost += !add_to_queue(&f->queue, fact);
}

void feeder__suspect(struct feeder *f, const struct iw_fact *fact)
{
	f->lost += !add_to_queue(&f->suspects, fact);
}

bool feeder__has_more(const struct feeder *f)
{
	return f->queue.n > 0 && !f->stuck;
}

uint64_t feeder__lost(const struct feeder *f)
{
	return f->lost;
}

/* A fact of ours, stamped now. */
static struct iw_fact fact_now(enum iw_fact_type type, uint64_t cookie)
{
	return (struct iw_fact){ .type = (uint8_t)type,
				 .ts_ns = now_ns(),
				 .mono_ns = clock_ns(CLOCK_MONOTONIC),
				 .cookie = cookie };
}

void feeder__check_clocks(struct feeder *f)
{
	uint64_t slept = slept_ns();
	struct iw_fact fact = fact_now(IW_FACT_CLOCK, 0);

	if (slept > f->slept_ns + SLEPT_NS)
		feeder__queue(f, &fact);
	f->slept_ns = slept;
}

void feeder__quoted(struct feeder *f, const struct icmp_quote *quote)
{
	uint64_t cookie = engine__find_flow(f->parts.engine, quote->netns, quote->family,
					    &quote->flow, quote->seq);
	struct iw_fact fact = fact_now(IW_FACT_ICMP, cookie);

	if (cookie)
		feeder__queue(f, &fact);
}

void feeder__verified(struct feeder *f, uint64_t cookie, int result)
{
	struct iw_fact fact = fact_now(IW_FACT_VERIFY, cookie);

	fact.result = result;
	feeder__queue(f, &fact);
}

/* --- feeding --- */

/* What may be the last thing heard of a connection: does its owner still live? */
static bool is_end(const struct iw_fact *fact)
{
	return fact->type == IW_FACT_STATE || fact->type == IW_FACT_ERROR ||
	       fact->type == IW_FACT_DESTROY || fact->type == IW_FACT_LOOK_MISSED;
}

static void find_owners(struct feeder *f, const struct iw_fact *fact,
			const struct engine_view *known, const struct iw_look_row *rows,
			size_t n_rows, struct recorded *ret)
{
	ret->n_owners =
		(uint32_t)owners_merge(rows, n_rows, known->owners, known->n_owners, ret->owners);
	/* A fact from user space names neither user nor namespace. */
	owners__learn(f->parts.owners, known->fact ?: fact, ret->owners, ret->n_owners);
}

/* Tells the engine, and the recording, and sets the wall clock of the lines that follow. */
static void tell_engine(struct feeder *f, const struct iw_fact *fact,
			const struct engine_view *known, const struct iw_look_row *rows,
			size_t n_rows)
{
	struct recorded record = { .kind = RECORD_FACT,
				   .realtime_offset_ns = realtime_offset_ns(),
				   .fact = *fact };
	bool is_new = fact->flags & IW_F_NEWS && !known->fact;

	if (n_rows || is_new || is_end(fact))
		find_owners(f, fact, known, rows, n_rows, &record);
	blind_spots__note(&f->blind_spots, &record.fact);
	if (f->parts.recorder)
		recorder__write(f->parts.recorder, &record);
	f->parts.outputs->context.realtime_offset_ns = record.realtime_offset_ns;
	engine__feed(f->parts.engine, &record.fact, record.n_owners ? record.owners : NULL,
		     record.n_owners);
}

/*
 * A connection that the engine finds well, or does not follow (any more), need not be
 * followed by the kernel side either. Its next trouble is news again.
 */
static void let_go_if_well(struct feeder *f, const struct iw_fact *fact)
{
	const struct engine_view now = engine__view(f->parts.engine, fact->cookie);

	if (!now.in_trouble)
		kernel__untrack(f->parts.kernel, fact->cookie,
				now.fact ? now.news_ns : fact->mono_ns);
}

static bool has_owner(const struct iw_look_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].owner.pid)
			return true;
	}
	return false;
}

/* Whether a connection that is not followed is to be watched. */
static bool is_watched(struct feeder *f, const struct iw_fact *fact, const struct iw_look_row *rows,
		       size_t n_rows)
{
	struct processes *p = f->parts.processes;
	bool held = processes__hold(p, fact->cookie, rows, n_rows);

	if (held)
		processes__note_socket(p, fact->cookie);
	if (held || has_owner(rows, n_rows))
		processes__note_undecided(p, fact->cookie, false);
	else if (fact->flags & IW_F_NEWS && fact->holder != IW_HOLDER_KERNEL)
		processes__note_undecided(p, fact->cookie, true);
	return held;
}

static void feed_one(struct feeder *f, const struct iw_fact *fact, const struct look *look)
{
	size_t n_rows;
	const struct iw_look_row *rows = look__find(look, fact->cookie, &n_rows);
	const struct engine_view known = engine__view(f->parts.engine, fact->cookie);

	/* A path is nobody's: -p does not matter. */
	if (fact->type == IW_FACT_SURVIVED) {
		tell_engine(f, fact, &known, NULL, 0);
		return;
	}
	if (!known.fact && fact->cookie && !is_watched(f, fact, rows, n_rows)) {
		kernel__untrack(f->parts.kernel, fact->cookie, fact->mono_ns);
		return;
	}
	if (!known.fact && (fact->flags & IW_F_NEWS))
		icmp__listen(f->parts.icmp, fact->netns);
	tell_engine(f, fact, &known, rows, n_rows);
	if (known.fact || fact->flags & IW_F_NEWS)
		let_go_if_well(f, fact);
}

/* Where nobody holds a connection any more, who closed it is its owner. */
static void add_closers(struct feeder *f, const uint64_t *cookies, size_t n, struct look *look)
{
	size_t n_rows;

	for (size_t i = 0; i < n; i++) {
		struct iw_look_row row = {};

		if (look__find(look, cookies[i], &n_rows) ||
		    !kernel__closer(f->parts.kernel, cookies[i], &row.owner))
			continue;
		if (proc_has_exited(&row.owner))
			row.owner.flags |= IW_OWNER_EXITED;
		f->lost += look__add(look, &row) != 0;
	}
}

/* Looks at the connections among these facts that the engine does not know. 0 or an errno. */
static int look_at_new(struct feeder *f, const struct queue *q, struct look *ret)
{
	CLEANUP_FREE uint64_t *cookies = calloc(q->n, sizeof(*cookies));
	size_t n = 0;
	int r = 0;

	*ret = (struct look){};
	if (!cookies)
		return -ENOMEM;
	for (size_t i = 0; i < q->n; i++) {
		if (q->facts[i].cookie && q->facts[i].type != IW_FACT_SURVIVED &&
		    !engine__knows(f->parts.engine, q->facts[i].cookie))
			cookies[n++] = q->facts[i].cookie;
	}
	if (n)
		r = kernel__look(f->parts.kernel, cookies, n, NULL, 0, ret);
	if (!r)
		add_closers(f, cookies, n, ret);
	return r;
}

/*
 * Where connections are chosen by who holds them, a fact whose owners could not be looked
 * for waits: to drop it would be to say that nobody wanted it.
 */
static bool put_back(struct feeder *f, struct queue *q)
{
	f->lost++;
	f->stuck = processes__any(f->parts.processes) && q->n < STUCK_MAX;
	if (f->stuck)
		f->queue = *q;
	return f->stuck;
}

static void feed_queue(struct feeder *f)
{
	struct queue q = f->queue;
	struct look look;

	f->queue = (struct queue){};
	f->stuck = false;
	if (q.n) {
		if (look_at_new(f, &q, &look) && put_back(f, &q))
			return;
		for (size_t i = 0; i < q.n; i++)
			feed_one(f, &q.facts[i], &look);
		look__free(&look);
	}
	free(q.facts);
}

/* The namespace of the first of these connections that the look did not find; 0: none. */
static uint32_t netns_missed(const struct feeder *f, const uint64_t *cookies, size_t n,
			     const struct look *look)
{
	size_t n_rows;

	for (size_t i = 0; i < n; i++) {
		if (cookies[i] && !look__find(look, cookies[i], &n_rows))
			return engine__view(f->parts.engine, cookies[i]).fact->netns;
	}
	return 0;
}

/*
 * A socket whose program has closed it, with data still to deliver, is in no table of
 * open files; its namespace has it. One walk for all those of a namespace.
 */
static void look_for_orphans(struct feeder *f, const uint64_t *cookies, size_t n, struct look *look,
			     bool *ret_failed)
{
	uint64_t left[DUE_BATCH];
	uint32_t netns;

	memcpy(left, cookies, n * sizeof(*cookies));
	while ((netns = netns_missed(f, left, n, look))) {
		int r = kernel__look_in(f->parts.kernel, netns, left, n, look);
		/* A namespace that is gone has nothing to show. */
		bool failed = r && r != -ENOENT;

		/* What is not permitted is said once: it is asked for again each second. */
		f->lost += failed && !(r == -EPERM && f->look_denied);
		f->look_denied |= r == -EPERM;
		/* What is not found there either is gone. */
		for (size_t i = 0; i < n; i++) {
			if (!left[i] || engine__view(f->parts.engine, left[i]).fact->netns != netns)
				continue;
			left[i] = 0;
			ret_failed[i] = failed;
		}
	}
}

/* Adds to a connection's look what it showed of its peer's other connections. */
static void note_elsewhere(struct iw_fact *fact, const struct look *look,
			   const struct engine_view *known)
{
	struct elsewhere e = elsewhere_of(look->rows, look->n_rows, known->fact,
					  known->silent_since_ns, fact->ts_ns);

	fact->elsewhere_ago_ns = e.ago_ns;
	fact->elsewhere = e.kind;
}

/* Gives these connections their look; where a walk failed, the engine is told so. */
static void look_at(struct feeder *f, const uint64_t *cookies, size_t n)
{
	struct kernel_peer peers[DUE_BATCH];
	bool failed[DUE_BATCH] = { false };
	bool all_failed;
	struct look look;

	for (size_t i = 0; i < n; i++)
		peers[i] = kernel_peer_of(engine__view(f->parts.engine, cookies[i]).fact);
	all_failed = kernel__look(f->parts.kernel, cookies, n, peers, n, &look) != 0;
	if (all_failed)
		f->lost++;
	else
		look_for_orphans(f, cookies, n, &look, failed);
	for (size_t i = 0; i < n; i++) {
		size_t n_rows;
		const struct iw_look_row *rows = look__find(&look, cookies[i], &n_rows);
		const struct engine_view known = engine__view(f->parts.engine, cookies[i]);
		struct iw_fact fact =
			n_rows ? rows->fact
			       : fact_now(all_failed || failed[i] ? IW_FACT_LOOK_FAILED
								  : IW_FACT_LOOK_MISSED,
					  cookies[i]);

		note_elsewhere(&fact, &look, &known);
		tell_engine(f, &fact, &known, rows, n_rows);
		let_go_if_well(f, &fact);
	}
	look__free(&look);
}

static void serve_suspects(struct feeder *f)
{
	struct queue q = f->suspects;

	f->suspects = (struct queue){};
	for (size_t i = 0; i < q.n && f->parts.verifier; i++)
		verifier__start(f->parts.verifier, &q.facts[i]);
	free(q.facts);
}

int feeder__process(struct feeder *f)
{
	uint64_t cookies[DUE_BATCH];
	size_t n;
	int r = kernel__consume(f->parts.kernel);

	feed_queue(f);
	if (engine__deadline(f->parts.engine) <= now_ns()) {
		/* An answer that has arrived is heard before a verdict is given. */
		icmp__drain(f->parts.icmp);
		feed_queue(f);
	}
	while ((n = engine__due(f->parts.engine, now_ns(), cookies, DUE_BATCH)))
		look_at(f, cookies, n);
	serve_suspects(f);
	return r;
}
