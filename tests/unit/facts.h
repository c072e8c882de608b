/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small world for the engine's tests: one socket and its peer, facts about them
 * as the kernel side would tell them, an engine, and all that it said.
 *
 * The socket is sshd's, 10.2.2.2:22 with 10.1.1.1:46560 at the other end. It was
 * last heard at heard_ns; its first unanswered packet went out at first_ns, two
 * hours later. Builders return facts by value, to be changed at will before
 * feed(). Those by which the peer speaks or time is lost (heard(), peer_probe(),
 * rst_in(), slept()) move the world on; the others only read it:
 *
 *	WORLD_TEST(third_probe_is_enough)
 *	{
 *		feed(w, probe_sent(w, 2));
 *		feed(w, probe_sent(w, 3));
 *		look_when_due(w);
 *		assert_said(w, "suspect path-dead");
 *		feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
 *	}
 *
 * w->sock is what each fact copies: change it to change the socket.
 */
#ifndef FACTS_H
#define FACTS_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/paths.h"

#define COOKIE 0x1f2e3d
#define HOST_NETNS 4026531840U
#define OTHER_NETNS 4026532001U

/* The kernel's numbers for TCP states. */
enum { STATE_ESTABLISHED = 1, STATE_CLOSE = 7, STATE_CLOSE_WAIT = 8 };

/* An event outlives its callback here, with all it points to. */
struct seen {
	struct event ev;
	struct attempt tries[EVENT_TRIES_MAX];
	char drop_seen_name[IW_REASON_LEN];
	char xdp_name[IW_REASON_LEN];
	struct iw_fact fact;
	struct iw_owner owners[ENGINE_OWNERS_MAX];
	char drop_name[IW_REASON_LEN];
	struct wire wire;
	struct flight flight;
};

struct world {
	struct engine_config config;
	struct engine *engine;
	struct iw_fact sock;
	uint64_t heard_ns; /* the peer's last segment, CLOCK_BOOTTIME */
	uint64_t first_ns; /* the first transmission after that */
	uint64_t slept_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC */
	uint64_t slept_since_heard_ns;
	struct seen **seen;
	size_t n_seen, n_told; /* all events; those that said() has given out */
	char text[4096];
};

/* --- the world --- */

static inline void remember_event(const struct event *ev, void *ctx)
{
	struct world *w = ctx;
	struct seen *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	w->seen = realloc(w->seen, (w->n_seen + 1) * sizeof(struct seen *));
	assert_non_null(w->seen);
	s->ev = *ev;
	if (ev->fact) {
		s->fact = *ev->fact;
		s->ev.fact = &s->fact;
	}
	assert_true(ev->n_owners <= ENGINE_OWNERS_MAX);
	for (size_t i = 0; i < ev->n_owners; i++)
		s->owners[i] = ev->owners[i];
	s->ev.owners = s->owners;
	assert_true(ev->n_tries <= EVENT_TRIES_MAX);
	for (size_t i = 0; i < ev->n_tries; i++)
		s->tries[i] = ev->tries[i];
	s->ev.tries = s->tries;
	if (ev->xdp_name) {
		snprintf(s->xdp_name, sizeof(s->xdp_name), "%s", ev->xdp_name);
		s->ev.xdp_name = s->xdp_name;
	}
	if (ev->drop_seen_name) {
		snprintf(s->drop_seen_name, sizeof(s->drop_seen_name), "%s", ev->drop_seen_name);
		s->ev.drop_seen_name = s->drop_seen_name;
	}
	if (ev->drop_name) {
		snprintf(s->drop_name, sizeof(s->drop_name), "%s", ev->drop_name);
		s->ev.drop_name = s->drop_name;
	}
	if (ev->wire) {
		s->wire = *ev->wire;
		s->ev.wire = &s->wire;
	}
	if (ev->flight) {
		s->flight = *ev->flight;
		s->ev.flight = &s->flight;
	}
	w->seen[w->n_seen++] = s;
}

static inline struct iw_fact usual_socket(void)
{
	return (struct iw_fact){
		.cookie = COOKIE,
		.netns = HOST_NETNS,
		.family = AF_INET,
		.laddr = { 10, 2, 2, 2 },
		.lport = 22,
		.paddr = { 10, 1, 1, 1 },
		.pport = 46560,
		.state = STATE_ESTABLISHED,
		.flags = IW_F_KEEPALIVE_ON | IW_F_ACCEPTED,
		.keepalive_time_ms = 7200000,
		.keepalive_intvl_ms = 75000,
		.keepalive_probes = 9,
		.retries2 = 15,
		.srtt_us = 20000,
		.rttvar_us = 200000,
		.snd_una = 1000,
		.snd_nxt = 1000,
		.write_seq = 1000,
		.snd_wnd = 64000,
		.segs_in = 500,
		.data_segs_out = 400,
		.ts_echo = 7000,
		.bytes_acked = 40000,
		.delivered = 400,
		.mss = 1448,
		.pmtu = 1500,
	};
}

/* A new engine with this configuration; what was said is forgotten. */
static inline void restart(struct world *w, const struct engine_config *config)
{
	engine__free(w->engine);
	w->engine = NULL;
	w->config = *config;
	assert_int_equal(engine__new(config, remember_event, w, &w->engine), 0);
	w->n_told = w->n_seen;
}

static inline void restart_with_room_for(struct world *w, size_t n)
{
	struct engine_config config = w->config;

	config.max_connections = n;
	restart(w, &config);
}

static inline int set_world_up(void **state)
{
	static const struct engine_config usual = {
		.probes = 3, .retransmits = 5, .idle_ns = MINUTE_NS, .max_connections = 64
	};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->sock = usual_socket();
	w->first_ns = 10 * HOUR_NS;
	w->heard_ns = w->first_ns - 2 * HOUR_NS;
	restart(w, &usual);
	*state = w;
	return 0;
}

static inline int tear_world_down(void **state)
{
	struct world *w = *state;

	engine__free(w->engine);
	for (size_t i = 0; i < w->n_seen; i++)
		free(w->seen[i]);
	free(w->seen);
	free(w);
	return 0;
}

/* Seconds after the first unanswered transmission. */
static inline uint64_t at_s(const struct world *w, unsigned int s)
{
	return w->first_ns + s * NS_PER_S;
}

/* The next silence begins then; the peer was heard last where it was. */
static inline void silence_from(struct world *w, uint64_t first_ns)
{
	w->first_ns = first_ns;
}

/* --- facts of it --- */

#include "world_facts.h"

/* --- feeding --- */

static inline void feed(struct world *w, struct iw_fact f)
{
	engine__feed(w->engine, &f, NULL, 0);
}

static inline void feed_owned(struct world *w, struct iw_fact f, const struct iw_owner *owners,
			      size_t n)
{
	engine__feed(w->engine, &f, owners, n);
}

/* Lets time pass until something is due: true if it is this connection, and looks at it. */
static inline bool look_when_due(struct world *w)
{
	uint64_t when = engine__deadline(w->engine), cookie = 0;

	if (when == UINT64_MAX || engine__due(w->engine, when, &cookie, 1) != 1)
		return false;
	if (cookie != w->sock.cookie)
		return false;
	feed(w, look(w, when));
	return true;
}

/* The same until nothing is due any more. */
static inline void look_to_the_end(struct world *w)
{
	while (look_when_due(w))
		;
}

/* Feeds it, with the looks that are due before it. */
static inline void feed_in_time(struct world *w, struct iw_fact f)
{
	while (engine__deadline(w->engine) < f.ts_ns && look_when_due(w))
		;
	feed(w, f);
}

/* Those that are news, up to the k-th. */
static inline void feed_probes(struct world *w, unsigned int k)
{
	for (unsigned int i = 2; i <= k; i++)
		feed_in_time(w, probe_sent(w, i));
}

static inline void feed_retransmits(struct world *w, unsigned int k)
{
	for (unsigned int i = 1; i <= k; i++)
		feed_in_time(w, retransmit(w, i));
}

/* Longer than any grace, shorter than any wait for the kernel to give up. */
#define SOON_NS (4 * NS_PER_S)

static inline bool due_soon_after(const struct world *w, struct iw_fact f)
{
	uint64_t when = engine__deadline(w->engine);

	return when >= f.ts_ns && when - f.ts_ns <= SOON_NS;
}

/* --- what was said --- */

/* Names of the events since the last call, with a blank between. */
static inline const char *said(struct world *w)
{
	size_t at = 0;

	w->text[0] = '\0';
	for (; w->n_told < w->n_seen && at < sizeof(w->text); w->n_told++) {
		const struct event *ev = &w->seen[w->n_told]->ev;

		at += (size_t)snprintf(w->text + at, sizeof(w->text) - at, "%s%s", at ? " " : "",
				       event_name(ev->type, ev->verdict));
	}
	return w->text;
}

#define assert_said(w, names) assert_string_equal(said(w), (names))

/* The last event. */
static inline const struct event *last(const struct world *w)
{
	assert_true(w->n_seen > 0);
	return &w->seen[w->n_seen - 1]->ev;
}

/* The last but n. */
static inline const struct event *last_but(const struct world *w, size_t n)
{
	assert_true(w->n_seen > n);
	return &w->seen[w->n_seen - 1 - n]->ev;
}

/* A test that has a world w. */
#define WORLD_TEST(test) TEST_WITH(test, struct world *w, set_world_up, tear_world_down)

#endif /* FACTS_H */
