// SPDX-License-Identifier: BSD-2-Clause
#include "ends/from_captures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "capture/packet_facts.h"
#include "ends/from_lines.h"
#include "engine/engine.h"
#include "output/event_json.h"
#include "output/fields.h"

#define DUE_MAX 64

struct capture {
	const struct capture_options *o;
	unsigned int file;
	struct vantage vantage;
	struct packet_facts packet_facts;
	struct engine *engine;
	struct ends *ends;
	struct field_context context;
	uint64_t now_ns; /* of the latest segment: stamps that go back do not count */
	uint64_t used;
	int error;
};

/* An event becomes a line, and the line is read: captures and lines go one way. */
static void on_event(const struct event *ev, void *ctx)
{
	struct capture *c = ctx;
	char *text = event_json(ev, &c->context);
	struct line_trouble unused;
	struct line line;
	int r;

	if (!text) {
		c->error = -ENOMEM;
		return;
	}
	r = line_parse(text, strlen(text), &line, &unused);
	free(text);
	if (!r)
		r = ends__add(c->ends, c->file, &line);
	if (r)
		c->error = r == -ENOMEM ? r : -EPROTO;
}

/* The first time: whose end is it? */
static int look_at_vantage(struct capture *c, const char *name)
{
	struct packets *packets;
	struct packet p;
	int r = packets__open(name, &packets);

	if (r)
		return r;
	packets__hush(packets);
	while (packets__next(packets, &p))
		vantage__note(&c->vantage, &p);
	packets__close(packets);
	return 0;
}

/* Gives the looks that the engine wants before this moment. */
static void give_looks(struct capture *c, uint64_t now_ns)
{
	uint64_t due_ns, cookies[DUE_MAX];
	struct iw_fact f;

	while ((due_ns = engine__deadline(c->engine)) <= now_ns) {
		size_t n = engine__due(c->engine, due_ns, cookies, DUE_MAX);

		for (size_t i = 0; i < n; i++) {
			f = packet_facts__look(&c->packet_facts, cookies[i], due_ns);
			engine__feed(c->engine, &f, NULL, 0);
		}
		/* What is not satisfied by then will not be by looking again at that moment. */
		if (engine__deadline(c->engine) <= due_ns)
			break;
	}
}

/* The kernel side tells of what was heard only where it matters, and so do we. */
static bool is_of_interest(const struct capture *c, const struct iw_fact *f)
{
	return f->type != IW_FACT_HEARD || (f->flags & IW_F_NEWS) ||
	       f->heard_kind & (IW_HEARD_ANSWER | IW_HEARD_PEER_PROBE | IW_HEARD_AFTER_GAP) ||
	       engine__knows(c->engine, f->cookie);
}

static void feed_packet(struct capture *c, struct packet *p)
{
	enum vantage_verdict whose = vantage__ask(&c->vantage, p);
	struct iw_fact facts[PACKET_FACTS_MAX];
	enum segment_kind kind;
	size_t n;

	if (whose == VANTAGE_UNKNOWN)
		return;
	c->used++;
	c->now_ns = MAX(c->now_ns, p->ts_ns);
	p->ts_ns = c->now_ns;
	give_looks(c, c->now_ns);
	n = packet_facts__feed(&c->packet_facts, p, whose == VANTAGE_SENDER, facts, &kind);
	for (size_t i = 0; i < n; i++) {
		if (is_of_interest(c, &facts[i]))
			engine__feed(c->engine, &facts[i], NULL, 0);
	}
}

/* The second time: what happened? */
static int read_facts(struct capture *c, const char *name, bool *ret_failed)
{
	struct packets *packets;
	struct packet p;
	int r = packets__open(name, &packets);

	if (r)
		return r;
	while (!c->error && packets__next(packets, &p))
		feed_packet(c, &p);
	give_looks(c, c->now_ns);
	packets__complain(packets);
	*ret_failed |= packets__failed(packets);
	packets__close(packets);
	return c->error;
}

static void complain(const struct capture *c, const char *name)
{
	uint64_t unknown = vantage__unknown(&c->vantage);

	if (unknown)
		log_warn("%s: at which end of %" PRIu64 " connections it was taken is not to be "
			 "told; name that end's address with --local",
			 name, unknown);
	if (c->packet_facts.refused || c->vantage.refused)
		log_warn("%s: no room for %" PRIu64 " segments of more than %d connections", name,
			 c->packet_facts.refused + c->vantage.refused, PACKET_CONNECTIONS_MAX);
	if (!c->used)
		log_warn("%s: there is no TCP connection in it that can be used", name);
}

static int load_file(struct capture *c, unsigned int number, bool *ret_failed)
{
	struct engine_config config = ENGINE_CONFIG_DEFAULT;
	const char *name = c->o->files[number];
	int r;

	config.idle_ns = c->o->idle_ns;
	config.all_events = true;
	config.max_connections = PACKET_CONNECTIONS_MAX;
	c->file = number;
	c->now_ns = 0;
	c->used = 0;
	snprintf(c->context.host, sizeof(c->context.host), "capture %u", number + 1);
	packet_facts__init(&c->packet_facts, c->o->idle_ns);
	memcpy(&c->vantage, c->o->locals, sizeof(c->vantage));
	r = look_at_vantage(c, name);
	if (!r)
		r = engine__new(&config, on_event, c, &c->engine);
	if (!r)
		r = read_facts(c, name, ret_failed);
	if (!r)
		complain(c, name);
	engine__free(c->engine);
	c->engine = NULL;
	packet_facts__clear(&c->packet_facts);
	vantage__clear(&c->vantage);
	return r;
}

int correlation__from_captures(const struct capture_options *o, struct correlation **ret,
			       bool *ret_failed)
{
	struct capture c = { .o = o, .ends = ends__new() };
	int r = c.ends ? 0 : -ENOMEM;

	for (unsigned int i = 0; r != -ENOMEM && i < o->n_files; i++) {
		r = load_file(&c, i, ret_failed);
		*ret_failed |= r != 0;
	}
	if (r == -ENOMEM || !c.ends->n_sources) {
		ends__free(c.ends);
		return r == -ENOMEM ? log_err(r, "out of memory") : -ENODATA;
	}
	ends_complain(c.ends);
	r = correlation__new(c.ends, ret);
	return r ? log_err(r, "out of memory") : 0;
}
