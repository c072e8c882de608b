// SPDX-License-Identifier: BSD-2-Clause
#include "ends/match.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

static const char *const how_names[] = {
	[MATCH_NONE] = "none",
	[MATCH_ADDRESSES] = "addresses",
	[MATCH_SEQS] = "sequence-numbers",
	[MATCH_SEQS_HALF] = "sequence-numbers-and-one-address",
	[MATCH_BOTH] = "sequence-numbers-and-addresses",
};
static_assert(ARRAY_SIZE(how_names) == MATCH_HOW_MAX, "every way to match has a name");

const char *match_how_name(enum match_how how)
{
	return how_names[how];
}

/* Above this, sequence numbers alone may agree by chance: addresses must agree as well. */
#define CHANCE_MAX 1e-3

/* Clocks that were never set right are not reckoned with when only addresses agree. */
#define SAME_TIME_NS ((int64_t)(3600 * NS_PER_S))

/* What is left of a port's 16 bits when one end's address and port agree. */
#define HALF_AGREES (1.0 / 65536)

#define SEQ_SPACE 4294967296.0

/* What an end has received up to, at some moment: what a peer's range must hold. */
struct spot {
	uint32_t rcv;
	struct end *end;
	const struct seqs *seqs;
};

struct matcher {
	struct spot *spots; /* by rising rcv */
	size_t n_spots;
	struct pair *pairs; /* one for each end, in the order of the ends; n_ends of them */
	struct end **ends;
	size_t n_ends;
};

static bool is_opposite(const struct line_end *a, const struct line_end *b)
{
	return a->family == b->family && a->lport == b->pport && a->pport == b->lport &&
	       !memcmp(a->laddr, b->paddr, sizeof(a->laddr)) &&
	       !memcmp(a->paddr, b->laddr, sizeof(a->paddr));
}

/* Whether one of the two knows the other by the address and port it has itself. */
static bool is_half_opposite(const struct line_end *a, const struct line_end *b)
{
	if (a->family != b->family)
		return false;
	return (a->lport == b->pport && !memcmp(a->laddr, b->paddr, sizeof(a->laddr))) ||
	       (a->pport == b->lport && !memcmp(a->paddr, b->laddr, sizeof(a->paddr)));
}

/* Whether what b has received up to lies in what a has sent and b may have. */
static bool reaches(const struct seqs *a, const struct seqs *b)
{
	uint32_t sent = a->nxt - a->una;

	/* From una to nxt, or received before una and after nxt: in between it was within. */
	return b->rcv_lo - a->una <= sent || b->rcv_hi - a->una <= sent ||
	       ((int32_t)(b->rcv_lo - a->una) < 0 && (int32_t)(b->rcv_hi - a->nxt) > 0);
}

static bool seqs_fit(const struct seqs *a, const struct seqs *b)
{
	return a->known && b->known && reaches(a, b) && reaches(b, a);
}

/* The share of all sequence numbers that would have fitted, both ways. */
static double share(const struct seqs *a, const struct seqs *b)
{
	double out = (double)(a->nxt - a->una) + (double)(b->rcv_hi - b->rcv_lo) + 1;
	double back = (double)(b->nxt - b->una) + (double)(a->rcv_hi - a->rcv_lo) + 1;

	return MIN(out / SEQ_SPACE, 1) * MIN(back / SEQ_SPACE, 1);
}

/* --- candidates by sequence numbers --- */

static int by_rcv(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	return (x->rcv > y->rcv) - (x->rcv < y->rcv);
}

static void add_spots(struct matcher *m, struct end *end, const struct seqs *seqs)
{
	if (!seqs->known)
		return;
	m->spots[m->n_spots++] = (struct spot){ seqs->rcv_lo, end, seqs };
	if (seqs->rcv_hi != seqs->rcv_lo)
		m->spots[m->n_spots++] = (struct spot){ seqs->rcv_hi, end, seqs };
}

static int fill_matcher(struct matcher *m, struct ends *e)
{
	size_t n = HASH_COUNT(e->by_key), at = 0;
	struct end *end, *next;

	m->ends = calloc(n + 1, sizeof(struct end *));
	m->pairs = calloc(n + 1, sizeof(*m->pairs));
	m->spots = calloc(2 * (n + e->n_episodes) + 1, sizeof(*m->spots));
	if (!m->ends || !m->pairs || !m->spots)
		return -ENOMEM;
	HASH_ITER(hh, e->by_key, end, next) {
		m->ends[at] = end;
		m->pairs[at++] = (struct pair){ .a = end };
		add_spots(m, end, &end->seqs);
		for (size_t i = 0; i < end->n_episodes; i++)
			add_spots(m, end, &end->episodes[i].seqs);
	}
	m->n_ends = n;
	qsort(m->spots, m->n_spots, sizeof(*m->spots), by_rcv);
	return 0;
}

/* How well two ends fit whose sequence numbers do, and how likely that is chance. */
static enum match_how judge_fit(const struct matcher *m, const struct end *a, const struct end *b,
				double one, double *ret_chance)
{
	double pairs = (double)m->n_ends * (double)m->n_ends / 2;

	*ret_chance = pairs * one;
	if (is_opposite(&a->key.end, &b->key.end))
		return MATCH_BOTH;
	if (is_half_opposite(&a->key.end, &b->key.end)) {
		*ret_chance *= HALF_AGREES;
		return *ret_chance <= CHANCE_MAX ? MATCH_SEQS_HALF : MATCH_NONE;
	}
	return *ret_chance <= CHANCE_MAX ? MATCH_SEQS : MATCH_NONE;
}

/* Takes this other end if it fits better than what is known. */
static void consider(struct pair *p, struct end *other, enum match_how how, double chance)
{
	if (how < p->how || how == MATCH_NONE || p->b == other)
		return;
	if (how == p->how) {
		p->rivals++;
		return;
	}
	p->b = other;
	p->how = how;
	p->chance = chance;
	p->rivals = 0;
}

static void try_partner(const struct matcher *m, struct pair *p, const struct seqs *seqs,
			const struct spot *spot)
{
	enum match_how how;
	double chance;

	if (spot->end == p->a || !seqs_fit(seqs, spot->seqs))
		return;
	how = judge_fit(m, p->a, spot->end, share(seqs, spot->seqs), &chance);
	consider(p, spot->end, how, chance);
}

/* The first spot at or after this sequence number. */
static size_t first_match(const struct matcher *m, uint32_t rcv)
{
	size_t lo = 0, hi = m->n_spots;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->spots[mid].rcv < rcv)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* All ends that have received up to somewhere in what this one has sent. */
static void search_partner(const struct matcher *m, struct pair *p, const struct seqs *seqs)
{
	uint32_t sent = seqs->nxt - seqs->una;

	if (!seqs->known)
		return;
	for (size_t n = 0, i = first_match(m, seqs->una); n < m->n_spots; n++, i++) {
		const struct spot *spot = &m->spots[i % m->n_spots];

		if (spot->rcv - seqs->una > sent)
			break;
		try_partner(m, p, seqs, spot);
	}
}

/* --- candidates by addresses --- */

static int by_addresses(const void *a, const void *b)
{
	const struct pair *const *x = a, *const *y = b;

	return memcmp(&(*x)->a->key.end, &(*y)->a->key.end, sizeof(struct line_end));
}

static bool same_time(const struct end *a, const struct end *b)
{
	return a->first_ns < b->last_ns + SAME_TIME_NS && b->first_ns < a->last_ns + SAME_TIME_NS;
}

static void match_by_addresses(struct pair *p, struct pair *const *sorted, size_t n)
{
	struct end wanted = { .key.end = { .family = p->a->key.end.family,
					   .lport = p->a->key.end.pport,
					   .pport = p->a->key.end.lport } };
	struct pair want = { .a = &wanted }, *key = &want;
	size_t lo = 0, hi = n;

	memcpy(wanted.key.end.laddr, p->a->key.end.paddr, IW_ADDR_LEN);
	memcpy(wanted.key.end.paddr, p->a->key.end.laddr, IW_ADDR_LEN);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_addresses(&sorted[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && !by_addresses(&sorted[lo], &key); lo++) {
		struct end *other = sorted[lo]->a;

		if (sorted[lo] == p || !same_time(p->a, other))
			continue;
		consider(p, other, MATCH_ADDRESSES, 0);
		p->seqs_differ = p->a->seqs.known && other->seqs.known;
	}
}

static int match_addresses(struct matcher *m)
{
	struct pair **sorted = calloc(m->n_ends + 1, sizeof(struct pair *));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_ends; i++)
		sorted[i] = &m->pairs[i];
	qsort(sorted, m->n_ends, sizeof(struct pair *), by_addresses);
	for (size_t i = 0; i < m->n_ends; i++) {
		if (m->pairs[i].how == MATCH_NONE)
			match_by_addresses(&m->pairs[i], sorted, m->n_ends);
	}
	free(sorted);
	return 0;
}

/* --- all of them --- */

static int by_end(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->a > y->a) - (x->a < y->a);
}

/* Who is told of first does not hang on the order of the lines: the one that connected. */
static bool comes_second(const struct end *a, const struct end *b)
{
	if (a->incoming != b->incoming)
		return a->incoming;
	if (a->key.end.lport != b->key.end.lport)
		return a->key.end.lport < b->key.end.lport;
	return memcmp(&a->key.end, &b->key.end, sizeof(a->key.end)) > 0;
}

/* Only two ends that chose each other are a pair; the rest stands alone. Returns how many. */
static size_t keep_mutual(struct pair *pairs, size_t n)
{
	size_t kept = 0;

	qsort(pairs, n, sizeof(*pairs), by_end);
	for (size_t i = 0; i < n; i++) {
		struct pair key = { .a = pairs[i].b };
		const struct pair *other =
			key.a ? bsearch(&key, pairs, n, sizeof(*pairs), by_end) : NULL;

		if (other && (other->b != pairs[i].a || other->rivals || pairs[i].rivals)) {
			pairs[i].rivals += other->rivals + !pairs[i].rivals;
			pairs[i].how = MATCH_NONE;
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct pair p = pairs[i];
		bool second = p.b && p.how && comes_second(p.a, p.b);

		if (!p.how)
			p.b = NULL;
		if (second)
			pairs[i].a = NULL; /* told by the other's */
		else
			pairs[i] = p;
	}
	for (size_t i = 0; i < n; i++) {
		if (pairs[i].a)
			pairs[kept++] = pairs[i];
	}
	return kept;
}

int match_ends(struct ends *e, struct pair **ret, size_t *ret_n)
{
	struct matcher m = {};
	int r = fill_matcher(&m, e);

	for (size_t i = 0; !r && i < m.n_ends; i++) {
		struct end *end = m.ends[i];

		search_partner(&m, &m.pairs[i], &end->seqs);
		for (size_t k = 0; k < end->n_episodes; k++)
			search_partner(&m, &m.pairs[i], &end->episodes[k].seqs);
	}
	if (!r)
		r = match_addresses(&m);
	free(m.spots);
	free(m.ends);
	if (r) {
		free(m.pairs);
		return r;
	}
	*ret_n = keep_mutual(m.pairs, m.n_ends);
	*ret = m.pairs;
	return 0;
}

/* --- which silence --- */

/* The latest with a verdict, else the latest. */
static struct episode *main_episode(const struct end *end)
{
	struct episode *found = NULL;

	for (size_t i = 0; end && i < end->n_episodes; i++) {
		struct episode *ep = &end->episodes[i];

		if (!found || ep->last.verdict || !found->last.verdict)
			found = ep;
	}
	return found;
}

/* Whether two silences may be one and the same. offset is of the second's clock. */
static bool may_be_same(const struct pair *p, const struct episode *a, const struct episode *b,
			const struct clock_offset *offset)
{
	struct clock_offset there = clock_offset_at(offset, a->since_ns);

	if (p->how > MATCH_ADDRESSES && a->seqs.known && b->seqs.known &&
	    !seqs_fit(&a->seqs, &b->seqs))
		return false;
	if (there.kind == OFFSET_UNKNOWN || there.contradictory)
		return p->how > MATCH_ADDRESSES || (a->heard_ns < b->last.ts_ns + SAME_TIME_NS &&
						    b->heard_ns < a->last.ts_ns + SAME_TIME_NS);
	/* From the last that was heard to its end, at some offset that is possible. */
	return a->heard_ns <= b->last.ts_ns - there.lo_ns &&
	       b->heard_ns - there.hi_ns <= a->last.ts_ns;
}

/* The other end's silence that goes best with this one: the latest that may be the same. */
static struct episode *partner(const struct pair *p, const struct clock_offset *offset)
{
	struct episode *found = NULL;

	for (size_t i = 0; i < (p->ea ? p->b : p->a)->n_episodes; i++) {
		struct episode *ep = &(p->ea ? p->b : p->a)->episodes[i];
		bool same = p->ea ? may_be_same(p, p->ea, ep, offset)
				  : may_be_same(p, ep, p->eb, offset);

		if (same && (!found || ep->last.verdict || !found->last.verdict))
			found = ep;
	}
	return found;
}

void pair__choose(struct pair *p, const struct clock_offset *offset)
{
	struct episode *a = main_episode(p->a), *b = main_episode(p->b);
	struct clock_offset there = clock_offset_at(offset, a ? a->since_ns : 0);
	bool a_first;

	p->ea = p->eb = NULL;
	if (!p->b) {
		p->ea = a;
		return;
	}
	if (a && b && !a->last.verdict != !b->last.verdict)
		a_first = a->last.verdict;
	else
		a_first = a && (!b || a->since_ns >= b->since_ns - there.lo_ns);
	if (a_first) {
		p->ea = a;
		p->eb = partner(p, offset);
	} else if (b) {
		p->eb = b;
		p->ea = partner(p, offset);
	}
}
