// SPDX-License-Identifier: BSD-2-Clause
#include "ends/correlation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* As far as any clock can be from any other: a quarter of a century. */
#define ANY_NS ((int64_t)(NS_PER_S * 25 * 365 * 86400))

/* Connections whose probes are compared for one pair of clocks; more teach nothing new. */
#define COMPARED_MAX 16
#define SAMPLES_MAX 256

unsigned int end__clock(const struct end *end, const struct episode *ep)
{
	return ep ? ep->source : end->source;
}

/* --- clocks --- */

/* The pair of clocks that a pair of ends is by; turned: b's is the first. */
static bool clocks_of(const struct pair *p, struct clocks *ret)
{
	unsigned int a, b;

	if (!p->b)
		return false;
	a = end__clock(p->a, p->ea);
	b = end__clock(p->b, p->eb);
	ret->first = MIN(a, b);
	ret->second = MAX(a, b);
	return a > b;
}

static struct clocks *find_clocks(const struct correlation *c, const struct clocks *wanted)
{
	for (size_t i = 0; i < c->n_clocks; i++) {
		if (c->clocks[i].first == wanted->first && c->clocks[i].second == wanted->second)
			return &c->clocks[i];
	}
	return NULL;
}

static struct clock_offset turned(struct clock_offset o)
{
	int64_t lo = o.lo_ns;

	o.lo_ns = -o.hi_ns;
	o.hi_ns = -lo;
	o.drift_ppm = -o.drift_ppm;
	/* The same moment, by what is the first clock now. */
	o.at_ns += lo;
	return o;
}

/* b's clock less a's for this pair, by what is known of their hosts' clocks. */
static struct clock_offset offset_of(const struct correlation *c, const struct pair *p)
{
	struct clocks wanted = {};
	bool turn = clocks_of(p, &wanted);
	const struct clocks *known;

	if (!p->b || wanted.first == wanted.second)
		return clock_offset_none();
	known = find_clocks(c, &wanted);
	if (!known)
		return (struct clock_offset){};
	return turn ? turned(known->offset) : known->offset;
}

/* All that the pairs of these two clocks tell. */
static size_t collect_samples(const struct correlation *c, const struct clocks *clocks,
			      struct clock_offset_sample samples[SAMPLES_MAX])
{
	size_t n = 0, compared = 0;
	struct clock_offset about;

	for (size_t i = 0; i < c->n_connections && n + 2 <= SAMPLES_MAX; i++) {
		const struct pair *p = &c->connections[i].pair;
		struct clocks of;
		bool turn = clocks_of(p, &of);

		if (!p->ea || !p->eb || of.first != clocks->first || of.second != clocks->second)
			continue;
		n += clock_offset_of_silence(turn ? p->eb : p->ea, turn ? p->ea : p->eb,
					     samples + n);
	}
	about = clock_offset_combine(samples, n);
	for (size_t i = 0; i < c->n_connections && n + 4 <= SAMPLES_MAX; i++) {
		const struct pair *p = &c->connections[i].pair;
		struct clocks of;
		bool turn = clocks_of(p, &of);

		if (!p->b || !p->a->n_marks || !p->b->n_marks || of.first != clocks->first ||
		    of.second != clocks->second || compared++ == COMPARED_MAX)
			continue;
		n += clock_offset_of_marks(turn ? p->b : p->a, turn ? p->a : p->b, &about,
					   samples + n);
	}
	return n;
}

static int find_all_clocks(struct correlation *c)
{
	struct clock_offset_sample samples[SAMPLES_MAX];

	for (size_t i = 0; i < c->n_connections; i++) {
		struct clocks of = {}, *more;

		if (!c->connections[i].pair.b)
			continue;
		clocks_of(&c->connections[i].pair, &of);
		if (of.first == of.second || find_clocks(c, &of))
			continue;
		more = realloc(c->clocks, (c->n_clocks + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->clocks = more;
		of.offset = clock_offset_combine(samples, collect_samples(c, &of, samples));
		c->clocks[c->n_clocks++] = of;
	}
	return 0;
}

/* --- both ends' accounts, by the first one's clock --- */

static struct moment by_first(int64_t ns, const struct clock_offset *o)
{
	if (!o)
		return (struct moment){ ns, ns };
	if (o->kind == OFFSET_UNKNOWN)
		return (struct moment){ ns - ANY_NS, ns + ANY_NS };
	return (struct moment){ ns - o->hi_ns, ns - o->lo_ns };
}

static unsigned int left_unanswered(const struct line *l)
{
	bool data = l->trigger == TRIGGER_RETRANSMISSION || l->trigger == TRIGGER_DATA;
	unsigned int sent = data ? l->retransmits + 1 : l->probes_sent;

	if (data)
		return sent - MIN(sent, l->probes_failed);
	return sent - MIN(sent, l->probes_answered);
}

/* Whether an idlewatch wrote lines of this end's host at or after that moment. */
static bool watched_at(const struct ends *ends, const struct end *end, const struct episode *ep,
		       struct moment m)
{
	const struct source *s = &ends->sources[end__clock(end, ep)];

	for (size_t i = 0; i < s->n_watches; i++) {
		if (s->watches[i].to_ns >= m.hi_ns)
			return true;
	}
	return false;
}

static struct side side_of(const struct end *end, const struct episode *ep,
			   const struct clock_offset *o)
{
	struct side s = { .known = end };
	const struct line *l;

	if (end)
		s.all_events = end->all_events;
	if (!ep)
		return s;
	l = &ep->last;
	s.silent = true;
	s.verdict = l->verdict;
	s.cause = l->cause;
	s.confidence = l->confidence;
	s.left = left_unanswered(l);
	s.recovered = l->event == EVENT_RECOVERED;
	s.closed = l->event == EVENT_CLOSED;
	s.forged = l->forged;
	s.forged_known = l->forged_known;
	s.rst_seen = l->rst_seen;
	/* Of connections that came from there, another host behind the address may be one. */
	s.peer_lives = l->peer_answers || (l->peer_elsewhere >= IW_ELSEWHERE_TO &&
					   l->peer_elsewhere_ms < l->silence_ms);
	s.heard = by_first(ep->heard_ns, o);
	s.since = by_first(ep->since_ns, o);
	s.last = by_first(l->ts_ns, o);
	return s;
}

/* The other's probes that y's lines list for sure between x's first try and x's end. */
static unsigned int count_heard(const struct side *x, const struct end *y,
				const struct clock_offset *o)
{
	unsigned int n = 0;

	for (size_t i = 0; y && x->silent && i < y->n_marks; i++) {
		struct moment m = by_first(y->marks[i].ts_ns, o);

		n += y->marks[i].event == EVENT_PEER_PROBE && m.lo_ns >= x->since.hi_ns &&
		     m.hi_ns <= x->last.hi_ns + (int64_t)NS_PER_S;
	}
	return n;
}

/* The same moment by the second's clock, as well as it is known. */
static struct moment by_second(struct moment m, const struct clock_offset *o)
{
	if (o->kind == OFFSET_UNKNOWN)
		return m;
	return (struct moment){ m.lo_ns + o->lo_ns, m.hi_ns + o->hi_ns };
}

static void judge_connection(struct connection *c, const struct ends *ends)
{
	const struct pair *p = &c->pair;
	struct side *a = &c->sides[0], *b = &c->sides[1];
	struct clock_offset o = clock_offset_at(&c->offset, p->ea ? p->ea->since_ns : 0);

	c->offset = o;
	*a = side_of(p->a, p->ea, NULL);
	*b = side_of(p->b, p->eb, &o);
	a->probes_heard = count_heard(b, p->a, NULL);
	b->probes_heard = count_heard(a, p->b, &o);
	a->watched = a->silent || (b->silent && watched_at(ends, p->a, p->ea, b->since));
	b->watched = b->silent ||
		     (a->silent && p->b && watched_at(ends, p->b, p->eb, by_second(a->since, &o)));
	c->both = joint_verdict_of(c->sides);
}

/* --- all of it --- */

int64_t connection__verdict_ns(const struct connection *c)
{
	const struct episode *ea = c->pair.ea, *eb = c->pair.eb;

	if (!c->both.verdict)
		return 0;
	if (ea && (ea->last.verdict || !eb))
		return ea->verdict_ns ?: ea->last.ts_ns;
	return (eb->verdict_ns ?: eb->last.ts_ns) - c->offset.lo_ns;
}

static int by_verdict(const void *a, const void *b)
{
	const struct connection *x = a, *y = b;
	int64_t t = connection__verdict_ns(x), u = connection__verdict_ns(y);

	if (t != u)
		return t < u ? 1 : -1;
	return memcmp(&x->pair.a->key, &y->pair.a->key, sizeof(x->pair.a->key));
}

static int fill_connections(struct correlation *c)
{
	struct pair *pairs;
	size_t n;
	int r = match_ends(c->ends, &pairs, &n);

	if (r)
		return r;
	c->connections = calloc(n + 1, sizeof(*c->connections));
	for (size_t i = 0; c->connections && i < n; i++) {
		c->connections[i].pair = pairs[i];
		c->ambiguous += pairs[i].rivals > 0;
	}
	free(pairs);
	if (!c->connections)
		return -ENOMEM;
	c->n_connections = n;
	return 0;
}

int correlation__new(struct ends *ends, struct correlation **ret)
{
	struct correlation *c = calloc(1, sizeof(*c));
	struct clock_offset unknown = {};
	int r;

	if (!c) {
		ends__free(ends);
		return -ENOMEM;
	}
	c->ends = ends;
	r = fill_connections(c);
	/* First by sequence numbers alone; with the clocks known, by time as well. */
	for (size_t i = 0; !r && i < c->n_connections; i++)
		pair__choose(&c->connections[i].pair, &unknown);
	if (!r)
		r = find_all_clocks(c);
	if (r) {
		correlation__free(c);
		return r;
	}
	for (size_t i = 0; i < c->n_connections; i++) {
		struct connection *conn = &c->connections[i];

		conn->offset = offset_of(c, &conn->pair);
		pair__choose(&conn->pair, &conn->offset);
		judge_connection(conn, ends);
	}
	qsort(c->connections, c->n_connections, sizeof(*c->connections), by_verdict);
	*ret = c;
	return 0;
}

void correlation__free(struct correlation *c)
{
	if (!c)
		return;
	ends__free(c->ends);
	free(c->connections);
	free(c->clocks);
	free(c);
}
