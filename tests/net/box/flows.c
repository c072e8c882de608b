// SPDX-License-Identifier: BSD-2-Clause
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "flows.h"
#include "packet.h"

#define FIRST_PORT 20000 /* of those that the box gives out itself */

/* What one end said last. */
struct said {
	bool seen; /* anything; `next` is there */
	uint32_t next; /* its next sequence number */
	uint32_t ack;
	uint16_t window;
	bool acked; /* `ack` and `window` are there */
	bool fin;
	struct stamp stamp;
	uint64_t stamp_ns;
};

struct flow {
	struct flow *next;
	bool v6;
	struct end_point client, server;
	struct end_point outer; /* the client as the server sees it */
	uint64_t last_ns; /* a packet of either end */
	bool forgotten;
	unsigned late; /* packets that came since */
	struct said said[DIR_MAX];
};

static struct flow *flows;
static uint64_t idle_limit;
static enum late_action late_action;
static uint8_t reset_ttl = 64;
static bool strict; /* only a SYN begins a flow */
static struct {
	bool on;
	uint8_t address[16];
} outside[2]; /* by whether it is IPv6 */
static bool translating; /* so nothing begins on the server's side */
static uint16_t next_port = FIRST_PORT;
static uint8_t answer_ttl[DIR_MAX];
static bool garbage[DIR_MAX];

static bool same(const struct end_point *a, const struct end_point *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool has_port(const struct flow *f, uint16_t port)
{
	return !port || f->client.port == port || f->server.port == port;
}

static struct flow *find(enum dir dir, const struct packet *p)
{
	for (struct flow *f = flows; f; f = f->next) {
		if (f->v6 != p->v6)
			continue;
		if (dir == C2S ? same(&f->client, &p->src) && same(&f->server, &p->dst)
			       : same(&f->outer, &p->dst) && same(&f->server, &p->src))
			return f;
	}
	return NULL;
}

/* --- addresses and ports --- */

static bool is_taken(const struct flow *but, const struct end_point *outer)
{
	for (struct flow *f = flows; f; f = f->next) {
		if (f != but && f->v6 == but->v6 && same(&f->outer, outer) &&
		    same(&f->server, &but->server))
			return true;
	}
	return false;
}

static void give_new_port(struct flow *f)
{
	do {
		f->outer.port = next_port++;
		if (!next_port)
			next_port = FIRST_PORT;
	} while (is_taken(f, &f->outer));
}

static void choose_outer(struct flow *f)
{
	f->outer = f->client;
	if (!outside[f->v6].on)
		return;
	memcpy(f->outer.addr, outside[f->v6].address, sizeof(f->outer.addr));
	if (is_taken(f, &f->outer))
		give_new_port(f);
}

void flows__masquerade(bool v6, const uint8_t *address)
{
	outside[v6].on = translating = true;
	memcpy(outside[v6].address, address, v6 ? 16 : 4);
}

void flows__remap(uint16_t port)
{
	translating = true;
	for (struct flow *f = flows; f; f = f->next) {
		if (has_port(f, port))
			give_new_port(f);
	}
}

static void translate(enum dir dir, struct packet *p, const struct flow *f)
{
	if (dir == C2S && !same(&p->src, &f->outer))
		packet__set_src(p, &f->outer);
	if (dir == S2C && !same(&p->dst, &f->client))
		packet__set_dst(p, &f->client);
}

/* --- what was said --- */

static bool is_keepalive(const struct packet *p, const struct said *other)
{
	return !(p->flags & (TH_SYN | TH_FIN | TH_RST)) && p->flags & TH_ACK && p->payload <= 1 &&
	       other->acked && p->seq + 1 == other->ack;
}

static void note(struct flow *f, enum dir dir, const struct packet *p, uint64_t now)
{
	struct said *said = &f->said[dir];
	uint32_t next =
		p->seq + (uint32_t)p->payload + !!(p->flags & TH_SYN) + !!(p->flags & TH_FIN);

	if (p->flags & TH_SYN || (int32_t)(next - said->next) > 0 || !said->seen)
		said->next = next;
	said->seen = true;
	if (p->flags & TH_ACK) {
		said->acked = true;
		said->ack = p->ack;
		said->window = p->window;
	}
	if (p->stamp.there) {
		said->stamp = p->stamp;
		said->stamp_ns = now;
	}
	said->fin |= !!(p->flags & TH_FIN);
	if (p->flags & TH_RST)
		f->said[C2S].fin = f->said[S2C].fin = true;
	f->last_ns = now;
}

static struct flow *begin(enum dir dir, const struct packet *p, uint64_t now)
{
	bool syn = (p->flags & (TH_SYN | TH_ACK)) == TH_SYN;
	struct flow *f;

	if ((dir == S2C && translating) || (strict && !syn))
		return NULL;
	f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	f->v6 = p->v6;
	f->client = dir == C2S ? p->src : p->dst;
	f->server = dir == C2S ? p->dst : p->src;
	choose_outer(f);
	f->next = flows;
	flows = f;
	note(f, dir, p, now);
	return f;
}

static void begin_again(struct flow *f)
{
	f->forgotten = false;
	f->late = 0;
	memset(f->said, 0, sizeof(f->said));
}

/* --- answers --- */

static void answer(enum dir dir, struct packet *p)
{
	count(opposite(dir), ANSWERED);
	box_send(opposite(dir), p);
}

static void answer_reset(enum dir dir, const struct packet *to)
{
	struct packet p;

	if (packet__make_reset(&p, to, reset_ttl))
		answer(dir, &p);
}

/* A reset towards the end that packets of `dir` go to, in the name of the other. */
static void reset_end(const struct flow *f, enum dir dir)
{
	const struct said *receiver = &f->said[opposite(dir)];
	struct segment s = {
		.v6 = f->v6,
		.src = dir == C2S ? f->outer : f->server,
		.dst = dir == C2S ? f->server : f->client,
		.seq = receiver->ack,
		.ack = receiver->next,
		.flags = TH_RST | TH_ACK,
		.ttl = reset_ttl,
	};
	struct packet p;

	if (!receiver->acked)
		return;
	packet__make_tcp(&p, &s);
	count(dir, ANSWERED);
	box_send(dir, &p);
}

static void answer_unreachable(enum dir dir, const struct packet *to, const uint8_t *gateway)
{
	struct packet p;

	packet__make_unreachable(&p, to, gateway);
	answer(dir, &p);
}

/* As the other end would, whose clock is taken to go on in milliseconds. */
static void answer_keepalive(enum dir dir, const struct flow *f, const struct packet *to,
			     uint64_t now)
{
	const struct said *other = &f->said[opposite(dir)];
	struct segment s = {
		.v6 = f->v6,
		.src = to->dst,
		.dst = to->src,
		.seq = to->ack,
		.ack = to->seq + 1,
		.window = other->window,
		.flags = TH_ACK,
		.ttl = answer_ttl[dir],
		.stamp.there = to->stamp.there,
		.stamp.value = other->stamp.value + (uint32_t)((now - other->stamp_ns) / MS),
		.stamp.echo = to->stamp.value,
	};
	struct packet p;

	packet__make_tcp(&p, &s);
	answer(dir, &p);
}

/* --- forgetting --- */

void flows__forget(uint64_t idle_ns, enum late_action action, uint8_t ttl)
{
	idle_limit = idle_ns;
	late_action = action;
	reset_ttl = ttl;
	strict = idle_ns > 0;
}

static bool has_ended(const struct flow *f)
{
	return f->said[C2S].fin && f->said[S2C].fin;
}

static void forget(struct flow *f)
{
	f->forgotten = true;
	f->late = 0;
	if ((late_action != EXPIRE_RESET && late_action != EXPIRE_SILENT) || has_ended(f))
		return;
	reset_end(f, C2S);
	reset_end(f, S2C);
}

void flows__forget_now(uint16_t port)
{
	strict = true;
	for (struct flow *f = flows; f; f = f->next) {
		if (!f->forgotten && has_port(f, port))
			forget(f);
	}
}

bool flows__all_forgotten(void)
{
	for (struct flow *f = flows; f; f = f->next) {
		if (!f->forgotten && !has_ended(f))
			return false;
	}
	return true;
}

/* What comes too late: `f` is NULL where there never was such a flow. */
static void come_late(enum dir dir, struct flow *f, const struct packet *p, const uint8_t *gateway)
{
	unsigned late = f ? f->late++ : 1;

	count(dir, SWALLOWED);
	switch (late_action) {
	case LATE_RESET:
	case EXPIRE_RESET:
		answer_reset(dir, p);
		break;
	case LATE_RESET_BOTH:
		answer_reset(dir, p);
		if (f && !late)
			reset_end(f, dir);
		break;
	case LATE_LOSE_FIRST:
		if (late)
			answer_reset(dir, p);
		break;
	case LATE_UNREACHABLE:
		answer_unreachable(dir, p, gateway);
		break;
	case LATE_SILENCE:
	case EXPIRE_SILENT:
	case LATE_MAX:
		break;
	}
}

uint64_t flows__run(uint64_t now)
{
	uint64_t due = NEVER;

	if (!idle_limit)
		return NEVER;
	for (struct flow *f = flows; f; f = f->next) {
		if (f->forgotten)
			continue;
		if (f->last_ns + idle_limit <= now)
			forget(f);
		else
			due = earlier(due, f->last_ns + idle_limit);
	}
	return due;
}

/* --- each packet --- */

void flows__answer_keepalives(enum dir dir, uint8_t ttl)
{
	answer_ttl[dir] = ttl;
}

void flows__add_garbage(enum dir dir, bool on)
{
	garbage[dir] = on;
}

bool flows__pass(enum dir dir, struct packet *p, const uint8_t *gateway, uint64_t now)
{
	bool syn = (p->flags & (TH_SYN | TH_ACK)) == TH_SYN;
	struct flow *f = find(dir, p);
	bool keepalive;

	if (!f)
		f = begin(dir, p, now);
	else if (f->forgotten && syn)
		begin_again(f);
	if (!f || f->forgotten) {
		come_late(dir, f, p, gateway);
		return false;
	}
	keepalive = is_keepalive(p, &f->said[opposite(dir)]);
	note(f, dir, p, now);
	if (keepalive && answer_ttl[dir]) {
		answer_keepalive(dir, f, p, now);
		return false;
	}
	if (keepalive && garbage[dir] && !p->payload)
		packet__append_byte(p);
	translate(dir, p, f);
	return true;
}
