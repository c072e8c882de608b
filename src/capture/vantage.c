// SPDX-License-Identifier: BSD-2-Clause
#include "capture/vantage.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "capture/packet_facts.h"

/* The end that answers so many times sooner is the one that needs no round trip to do it. */
#define SOONER 4

/* A round trip below this may be as quick as a program. */
#define ROUND_TRIP_MIN_NS (200 * NS_PER_US)

void vantage__clear(struct vantage *v)
{
	struct vantage_conn *c, *next;

	HASH_ITER(hh, v->conns, c, next) {
		HASH_DEL(v->conns, c);
		free(c);
	}
}

static struct iw_flow reverse(const struct iw_flow *f)
{
	struct iw_flow r = *f;

	memcpy(r.source, f->dest, sizeof(r.source));
	memcpy(r.dest, f->source, sizeof(r.dest));
	r.source_port = f->dest_port;
	r.dest_port = f->source_port;
	return r;
}

/* The connection, and which of its halves sends from source to dest; NULL if it is not known. */
static struct vantage_conn *find_conn(const struct vantage *v, const struct iw_flow *flow,
				      int *ret_half)
{
	struct iw_flow back = reverse(flow);
	struct vantage_conn *c;

	*ret_half = 0;
	HASH_FIND(hh, v->conns, flow, sizeof(*flow), c);
	if (c)
		return c;
	*ret_half = 1;
	HASH_FIND(hh, v->conns, &back, sizeof(back), c);
	return c;
}

static struct vantage_conn *add_conn(struct vantage *v, const struct packet *p)
{
	struct vantage_conn *c =
		HASH_COUNT(v->conns) < 2 * PACKET_CONNECTIONS_MAX ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		v->refused++;
		return NULL;
	}
	c->key = p->flow;
	c->family = p->family;
	c->last = -1;
	HASH_ADD(hh, v->conns, key, sizeof(c->key), c);
	return c;
}

void vantage__note(struct vantage *v, const struct packet *p)
{
	int half;
	struct vantage_conn *c = find_conn(v, &p->flow, &half);
	struct vantage_half *h;
	uint64_t gap;

	if (!c) {
		half = 0;
		c = add_conn(v, p);
	}
	if (!c)
		return;
	h = &c->halves[half];
	h->ttl_min = h->segments ? MIN(h->ttl_min, p->ttl) : p->ttl;
	h->ttl_max = MAX(h->ttl_max, p->ttl);
	h->segments++;
	h->out += p->way == WAY_OUT;
	h->in += p->way == WAY_IN;
	if (c->last == !half && p->ts_ns > c->last_ns && !(p->flags & SEGMENT_RST)) {
		gap = p->ts_ns - c->last_ns;
		h->answer_ns = h->answer_ns ? MIN(h->answer_ns, gap) : gap;
	}
	c->last = half;
	c->last_ns = p->ts_ns;
}

static bool is_listed(const struct vantage *v, uint16_t family, const uint8_t addr[IW_ADDR_LEN])
{
	for (size_t i = 0; i < v->n_locals; i++) {
		if (v->locals[i].family == family && !memcmp(v->locals[i].addr, addr, IW_ADDR_LEN))
			return true;
	}
	return false;
}

/* What systems send with; a router on the way has taken one off. */
static bool is_fresh(const struct vantage_half *h)
{
	return h->segments && h->ttl_min == h->ttl_max &&
	       (h->ttl_min == 64 || h->ttl_min == 128 || h->ttl_min == 255);
}

/* 0 or 1: our half; -1: it cannot be told. Each rule decides or leaves it to the next. */
static int our_half(const struct vantage *v, const struct vantage_conn *c)
{
	const struct vantage_half *a = &c->halves[0], *b = &c->halves[1];
	bool first = is_listed(v, c->family, c->key.source);
	bool second = is_listed(v, c->family, c->key.dest);

	if (first != second)
		return first ? 0 : 1;
	/* Looped back, a segment goes out and comes in. */
	if ((a->out || b->in) != (b->out || a->in))
		return a->out || b->in ? 0 : 1;
	if (is_fresh(a) != is_fresh(b) && a->segments && b->segments)
		return is_fresh(a) ? 0 : 1;
	/* Whoever is heard alone: at the other end its answers would be seen, or a reset. */
	if (!a->segments || !b->segments)
		return is_fresh(a->segments ? a : b) ? (a->segments ? 0 : 1) : -1;
	if (!a->answer_ns || !b->answer_ns)
		return -1;
	if (b->answer_ns > ROUND_TRIP_MIN_NS && a->answer_ns * SOONER < b->answer_ns)
		return 0;
	if (a->answer_ns > ROUND_TRIP_MIN_NS && b->answer_ns * SOONER < a->answer_ns)
		return 1;
	return -1;
}

enum vantage_verdict vantage__ask(const struct vantage *v, const struct packet *p)
{
	int half;
	const struct vantage_conn *c = find_conn(v, &p->flow, &half);
	int ours = c ? our_half(v, c) : -1;

	if (ours < 0)
		return VANTAGE_UNKNOWN;
	return ours == half ? VANTAGE_SENDER : VANTAGE_RECEIVER;
}

uint64_t vantage__unknown(const struct vantage *v)
{
	const struct vantage_conn *c, *next;
	uint64_t n = 0;

	HASH_ITER(hh, v->conns, c, next)
		n += our_half(v, c) < 0;
	return n;
}
