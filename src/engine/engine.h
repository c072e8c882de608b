/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts in, verdicts out. Pure: no clock, no I/O, no BPF. Everything the engine
 * knows of time comes from the facts' stamps, so the same facts in the same order
 * give the same events, live or replayed.
 *
 * The engine keeps state only for connections with something wrong. When it has
 * waited long enough for an answer it asks for a look at the socket
 * (engine__due()); the verdict falls on the LOOK fact that answers.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stddef.h>

#include "engine/engine_config.h"

struct engine;
struct event;
struct iw_fact;
struct iw_flow;
struct iw_owner;
struct paths;
struct totals;

/* Called once for each event; may not call back into the engine. */
typedef void (*engine_event_fn)(const struct event *ev, void *ctx);

/* 0 and an engine that engine__free() takes, or -ENOMEM with *ret untouched. */
int engine__new(const struct engine_config *config, engine_event_fn fn, void *ctx,
		struct engine **ret);
void engine__free(struct engine *e);

/*
 * Takes one fact. owners are the processes known to hold the socket, replacing
 * those given before; NULL when nothing new is known. Both are copied.
 */
void engine__feed(struct engine *e, const struct iw_fact *f, const struct iw_owner *owners,
		  size_t n_owners);

/* A connection as the engine has it; all of it good until the next fact is fed. */
struct engine_view {
	const struct iw_fact *fact; /* the socket as last seen; NULL: it is not followed */
	const struct iw_owner *owners; /* NULL: none is known */
	size_t n_owners;
	uint64_t silent_since_ns; /* CLOCK_BOOTTIME of the first unanswered transmission */
	bool in_trouble; /* something is wrong with it, so that it is to be followed on */
	uint64_t news_ns; /* mono_ns of the last fact with news of it */
};

struct engine_view engine__view(const struct engine *e, uint64_t cookie);

/* Whether it is followed at all. */
static inline bool engine__knows(const struct engine *e, uint64_t cookie)
{
	return engine__view(e, cookie).fact != NULL;
}

/*
 * The cookie of the silent connection that sent this packet, 0 when there is none.
 * seq must be one that it could have sent, a keepalive's included.
 */
uint64_t engine__find_flow(const struct engine *e, uint32_t netns, uint16_t family,
			   const struct iw_flow *from_us, uint32_t seq);

/* Whether any connection is silent or was judged, so that more may be learnt of it. */
bool engine__in_silence(const struct engine *e);

/* The earliest time something is due (CLOCK_BOOTTIME ns), UINT64_MAX for never. */
uint64_t engine__deadline(const struct engine *e);

/*
 * Connections that want a LOOK fact now (or LOOK_MISSED, LOOK_FAILED); at most max cookies
 * are written, the number is returned. Each stays due until it is given one; no verdict
 * falls on a look that failed.
 */
size_t engine__due(const struct engine *e, uint64_t now_ns, uint64_t *ret_cookies, size_t max);

/* What the paths tolerate; the engine's own, to be asked and reminded. */
struct paths *engine__paths(struct engine *e);

/* The watch ends: connections given up for dead will not recover before our eyes. */
void engine__end(struct engine *e);

/* Running totals: suspects, verdicts, recovered, closed, lost_refused. */
const struct totals *engine__totals(const struct engine *e);

#endif /* ENGINE_ENGINE_H */
