// SPDX-License-Identifier: BSD-2-Clause
#include "watch/census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/event.h"
#include "engine/exposure.h"
#include "engine/pulse.h"
#include "host/filter.h"
#include "host/netns.h"
#include "kernel/kernel.h"

/* --- what earlier looks showed --- */

struct watched {
	uint64_t cookie;
	uint64_t look; /* the last that saw it */
	struct pulse pulse;
	UT_hash_handle hh;
};

struct pulses {
	struct watched *all;
	uint64_t look;
};

struct pulses *pulses__new(void)
{
	return calloc(1, sizeof(struct pulses));
}

/* Those that the last look did not see; or all. */
static void drop_watched(struct pulses *p, bool all)
{
	struct watched *w, *next;

	HASH_ITER(hh, p->all, w, next) {
		if (!all && w->look == p->look)
			continue;
		HASH_DEL(p->all, w);
		free(w);
	}
}

void pulses__free(struct pulses *p)
{
	if (!p)
		return;
	drop_watched(p, true);
	free(p);
}

/* What is known of it, this look included; NULL when there is no memory, or none is kept. */
static const struct pulse *note_pulse(struct pulses *p, const struct iw_look_row *row)
{
	struct watched *w;

	if (!p)
		return NULL;
	HASH_FIND(hh, p->all, &row->fact.cookie, sizeof(row->fact.cookie), w);
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return NULL;
		w->cookie = row->fact.cookie;
		HASH_ADD(hh, p->all, cookie, sizeof(w->cookie), w);
	}
	w->look = p->look;
	pulse__note(&w->pulse, row);
	return &w->pulse;
}

/* --- the look --- */

struct walk {
	struct kernel *k;
	struct look *look;
};

static int walk_namespace(void *ctx)
{
	const struct walk *walk = ctx;

	return kernel__look_here(walk->k, walk->look);
}

/* Sockets that no process holds are in their namespace's table only. */
static void walk_namespaces(struct kernel *k, struct look *look)
{
	static bool told;
	struct walk walk = { .k = k, .look = look };
	size_t refused;
	int r = netns__each(walk_namespace, &walk, &refused);

	if (r)
		log_warn("cannot walk the network namespaces: %s", strerror(-r));
	if (refused && !told) {
		told = true;
		log_warn("%zu network namespaces cannot be entered: their connections that no "
			 "process holds are not seen",
			 refused);
	}
}

int census__look(struct kernel *k, struct look *ret)
{
	struct look look = {};
	int r;

	walk_namespaces(k, &look);
	r = kernel__look_files(k, &look);
	if (r) {
		look__free(&look);
		return log_err(r, "cannot look at the sockets of processes: %s", strerror(-r));
	}
	look__sort(&look);
	*ret = look;
	return 0;
}

static bool is_chosen(struct filter_query *query, const struct iw_look_row *rows, size_t n)
{
	if (!filter_any_process(query->filter))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].owner.pid && (filter_query__by_pid(query, &rows[i].owner) ||
					  filter_query__by_name(query, &rows[i].owner)))
			return true;
	}
	return false;
}

/* How many rows from this one on are about the same socket. */
static size_t rows_of_one(const struct look *look, size_t at)
{
	size_t n = 1;

	while (at + n < look->n_rows &&
	       look->rows[at + n].owner.cookie == look->rows[at].owner.cookie)
		n++;
	return n;
}

static void add_connection(struct census *c, size_t at, size_t n_rows, uint64_t assumed_ns,
			   struct pulses *pulses)
{
	const struct iw_look_row *row = &c->look.rows[at];
	struct exposure *exposure = &c->exposures[c->n];
	size_t n_owners = 0;

	for (size_t i = 0; i < n_rows; i++) {
		if (row[i].owner.pid)
			c->owners[at + n_owners++] = row[i].owner;
	}
	*exposure = exposure_of(row, assumed_ns, note_pulse(pulses, row));
	c->events[c->n++] = (struct event){
		.type = EVENT_CONNECTION,
		.ts_ns = row->fact.ts_ns,
		.fact = &row->fact,
		.owners = &c->owners[at],
		.n_owners = n_owners,
		.idle_ns = exposure->idle_ns,
		.last_heard_ns = exposure->heard_ns,
		.fin_heard = row->fact.flags & IW_F_FIN_HEARD,
		.exposure = exposure,
	};
}

int census__take(struct kernel *k, const struct filter *filter, uint64_t assumed_ns,
		 struct pulses *pulses, struct census *ret)
{
	struct filter_query query = { .filter = filter };
	struct census c = {};
	int r = census__look(k, &c.look);

	if (r)
		goto fail;
	c.events = calloc(c.look.n_rows + 1, sizeof(*c.events));
	c.owners = calloc(c.look.n_rows + 1, sizeof(*c.owners));
	c.exposures = calloc(c.look.n_rows + 1, sizeof(*c.exposures));
	if (!c.events || !c.owners || !c.exposures) {
		r = log_err(-ENOMEM, "out of memory");
		goto fail;
	}
	if (pulses)
		pulses->look++;
	for (size_t at = 0, n; at < c.look.n_rows; at += n) {
		n = rows_of_one(&c.look, at);
		if (is_chosen(&query, &c.look.rows[at], n))
			add_connection(&c, at, n, assumed_ns, pulses);
	}
	if (pulses)
		drop_watched(pulses, false);
	*ret = c;
	return 0;
fail:
	census__free(&c);
	return r;
}

void census__free(struct census *c)
{
	free(c->events);
	free(c->owners);
	free(c->exposures);
	look__free(&c->look);
	*c = (struct census){};
}
