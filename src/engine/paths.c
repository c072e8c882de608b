// SPDX-License-Identifier: BSD-2-Clause
#include "engine/paths.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/util.h"

/* How much two gaps may differ and still count as the same: a tenth of the one shown. */
#define SAME_GAP 10

/* Deaths that may still be taken back, of one path; of more, only the shortest are shown. */
#define PENDING_MAX 4

/* Ten years; and a time so far off that sums with it still fit. */
#define GAP_MAX_NS (10ULL * 365 * 86400 * NS_PER_S)
#define TIME_MAX_NS (INT64_MAX / 2)

/*
 * What was not seen for so long may have changed: one survived says nothing of a shorter
 * gap any more, and a fatal one is outvoted by the first that is survived.
 */
#define OLD_NS ((int64_t)(7 * 86400 * NS_PER_S))

struct death {
	uint64_t gap_ns;
	int64_t when_ns;
};

struct known {
	struct path path; /* with what is settled */
	struct death pending[PENDING_MAX];
	size_t n_pending;
	bool changed;
	UT_hash_handle hh;
};

struct paths {
	struct known *all; /* the one learnt of last comes last */
	unsigned int prefix4, prefix6;
	size_t max;
	uint64_t forgotten;
	bool changed;
};

int paths__new(unsigned int prefix4, unsigned int prefix6, size_t max, struct paths **ret)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->prefix4 = prefix4 ? prefix4 : 32;
	p->prefix6 = prefix6 ? prefix6 : 128;
	p->max = max;
	*ret = p;
	return 0;
}

void paths__free(struct paths *p)
{
	struct known *k, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->all, k, next) {
		HASH_DEL(p->all, k);
		free(k);
	}
	free(p);
}

/* --- keys --- */

static void keep_prefix(uint8_t addr[IW_ADDR_LEN], unsigned int bits)
{
	for (unsigned int i = 0; i < IW_ADDR_LEN; i++) {
		unsigned int left = bits > 8 * i ? MIN(bits - 8 * i, 8U) : 0;

		addr[i] &= (uint8_t)(0xff00U >> left);
	}
}

struct path_key path_key_of(const struct iw_fact *f)
{
	struct path_key key = { .netns_cookie = f->netns_cookie,
				.netns = f->netns,
				.family = f->family };

	key.prefix = f->family == AF_INET6 ? 128 : 32;
	memcpy(key.local, f->laddr, sizeof(key.local));
	memcpy(key.peer, f->paddr, sizeof(key.peer));
	keep_prefix(key.peer, key.prefix);
	return key;
}

/* What the path is shown as: itself where nothing is grouped. */
static struct path_key group_of(const struct paths *p, const struct path_key *key)
{
	struct path_key group = *key;
	unsigned int prefix = key->family == AF_INET6 ? p->prefix6 : p->prefix4;

	if (prefix < key->prefix) {
		group.prefix = (uint16_t)prefix;
		keep_prefix(group.peer, prefix);
	}
	return group;
}

static bool same_key(const struct path_key *a, const struct path_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* --- gaps --- */

/* The longest survived, the most frequent end, the shortest of others. */
static bool is_better(enum gap_kind kind, const struct gaps *a, const struct gaps *b)
{
	if (kind == GAP_CUT || kind == GAP_CLOSED)
		return a->times > b->times;
	return kind == GAP_SURVIVED ? a->gap_ns > b->gap_ns : a->gap_ns < b->gap_ns;
}

static bool is_same_gap(uint64_t a_ns, uint64_t shown_ns)
{
	uint64_t apart = a_ns > shown_ns ? a_ns - shown_ns : shown_ns - a_ns;

	return apart <= shown_ns / SAME_GAP;
}

bool gaps_hold(const struct gaps *g)
{
	return g->times && g->against < OUTVOTES;
}

/* Whether a is shown rather than b. */
static bool outranks(enum gap_kind kind, const struct gaps *a, const struct gaps *b)
{
	if (gaps_hold(a) != gaps_hold(b))
		return gaps_hold(a);
	return !b->times || is_better(kind, a, b);
}

static void merge_gaps(enum gap_kind kind, struct gaps *to, const struct gaps *more)
{
	struct gaps shown = *to, other = *more;

	if (!more->times)
		return;
	if (outranks(kind, more, to)) {
		shown = *more;
		other = *to;
	}
	if (other.times && is_same_gap(other.gap_ns, shown.gap_ns)) {
		shown.times += MIN(other.times, UINT64_MAX - shown.times);
		/* What spoke against the earlier does not against the later. */
		if (other.last_ns > shown.last_ns) {
			shown.last_ns = other.last_ns;
			shown.against = other.against;
		}
	}
	*to = shown;
}

struct bracket bracket_in_force(const struct bracket *b)
{
	struct bracket force = *b;

	for (enum gap_kind kind = 0; kind < GAP_KINDS; kind++) {
		if (!gaps_hold(&b->of[kind]))
			force.of[kind] = (struct gaps){};
	}
	return force;
}

void bracket_merge(struct bracket *to, const struct bracket *more)
{
	for (enum gap_kind kind = 0; kind < GAP_KINDS; kind++)
		merge_gaps(kind, &to->of[kind], &more->of[kind]);
}

enum gap_kind bracket_fatal_kind(const struct bracket *b)
{
	const struct gaps *died = &b->of[GAP_DIED], *reset = &b->of[GAP_RESET];

	return gaps_hold(reset) && (!gaps_hold(died) || reset->gap_ns < died->gap_ns) ? GAP_RESET
										      : GAP_DIED;
}

uint64_t bracket_fatal_ns(const struct bracket *b)
{
	const struct gaps *fatal = &b->of[bracket_fatal_kind(b)];

	return gaps_hold(fatal) ? fatal->gap_ns : 0;
}

bool bracket_contradicts(const struct bracket *b)
{
	uint64_t fatal = bracket_fatal_ns(b);

	return fatal && gaps_hold(&b->of[GAP_SURVIVED]) && b->of[GAP_SURVIVED].gap_ns >= fatal;
}

static bool is_zero_from(const uint8_t *addr, unsigned int from)
{
	for (unsigned int i = from; i < IW_ADDR_LEN; i++) {
		if (addr[i])
			return false;
	}
	return true;
}

bool path_is_sane(const struct path *path)
{
	const struct path_key *key = &path->key;
	unsigned int bits = key->family == AF_INET6 ? 128 : 32;

	if ((key->family != AF_INET && key->family != AF_INET6) || key->prefix != bits ||
	    !is_zero_from(key->local, bits / 8) || !is_zero_from(key->peer, bits / 8))
		return false;
	for (enum gap_kind kind = 0; kind < GAP_KINDS; kind++) {
		const struct gaps *g = &path->bracket.of[kind];

		if (!g->times != !g->gap_ns || g->gap_ns > GAP_MAX_NS || g->times > INT64_MAX ||
		    g->last_ns > TIME_MAX_NS || g->last_ns < -TIME_MAX_NS ||
		    g->against > (g->times ? INT64_MAX : 0))
			return false;
	}
	return true;
}

/* --- learning --- */

static struct known *find_known(const struct paths *p, const struct path_key *key)
{
	struct known *k;

	HASH_FIND(hh, p->all, key, sizeof(*key), k);
	return k;
}

static void forget_oldest(struct paths *p)
{
	struct known *oldest = p->all;

	HASH_DEL(p->all, oldest);
	free(oldest);
	p->forgotten++;
}

/* The path to learn of, which thereby becomes the one learnt of last; NULL: no memory. */
static struct known *touch(struct paths *p, const struct path_key *key)
{
	struct known *k = find_known(p, key);

	if (k) {
		HASH_DEL(p->all, k);
	} else {
		if (HASH_COUNT(p->all) >= p->max)
			forget_oldest(p);
		k = calloc(1, sizeof(*k));
		if (!k) {
			p->forgotten++;
			return NULL;
		}
		k->path.key = *key;
	}
	HASH_ADD(hh, p->all, path.key, sizeof(k->path.key), k);
	k->changed = p->changed = true;
	return k;
}

/* Something seen at when_ns speaks against this. */
static void vote_against(struct gaps *g, int64_t when_ns)
{
	if (!g->times || when_ns <= g->last_ns)
		return;
	g->against += when_ns - g->last_ns > OLD_NS ? OUTVOTES : 1;
	g->against = MIN(g->against, INT64_MAX);
}

static void vote_survived(struct known *k, uint64_t gap_ns, int64_t when_ns)
{
	static const enum gap_kind fatal[] = { GAP_DIED, GAP_RESET };

	for (size_t i = 0; k && i < ARRAY_SIZE(fatal); i++) {
		struct gaps *g = &k->path.bracket.of[fatal[i]];

		if (gap_ns >= g->gap_ns)
			vote_against(g, when_ns);
	}
}

static void vote_fatal(struct known *k, uint64_t gap_ns, int64_t when_ns)
{
	struct gaps *survived = k ? &k->path.bracket.of[GAP_SURVIVED] : NULL;

	if (survived && gap_ns < survived->gap_ns)
		vote_against(survived, when_ns);
}

void paths__note(struct paths *p, const struct path_key *key, enum gap_kind kind, uint64_t gap_ns,
		 int64_t when_ns)
{
	struct path one = { .key = *key };
	struct path_key group = group_of(p, key);

	one.bracket.of[kind] = (struct gaps){ .gap_ns = gap_ns, .times = 1, .last_ns = when_ns };
	paths__remember(p, &one);
	if (kind != GAP_SURVIVED)
		return;
	vote_survived(find_known(p, key), gap_ns, when_ns);
	if (!same_key(&group, key))
		vote_survived(find_known(p, &group), gap_ns, when_ns);
}

/*
 * The most frequent of gaps that may be anything: an unlike one counts against it. True
 * when there was a like one at another moment.
 */
static bool count_like(struct gaps *g, uint64_t gap_ns, int64_t when_ns)
{
	if (g->times && is_same_gap(gap_ns, g->gap_ns)) {
		if (when_ns - g->last_ns <= (int64_t)(gap_ns / SAME_GAP))
			return false;
		g->times++;
		g->last_ns = when_ns;
		return true;
	}
	if (g->times > 1)
		g->times--;
	else
		*g = (struct gaps){ .gap_ns = gap_ns, .times = 1, .last_ns = when_ns };
	return false;
}

bool paths__note_cut(struct paths *p, const struct path_key *key, uint64_t gap_ns, int64_t when_ns)
{
	struct path_key group = group_of(p, key);
	struct known *k = touch(p, key);
	bool like = k && count_like(&k->path.bracket.of[GAP_CUT], gap_ns, when_ns);

	if (same_key(&group, key))
		return like;
	k = touch(p, &group);
	return k && count_like(&k->path.bracket.of[GAP_CUT], gap_ns, when_ns);
}

void paths__note_closed(struct paths *p, const struct path_key *key, uint64_t gap_ns,
			uint64_t times, int64_t when_ns)
{
	struct path one = { .key = *key };
	struct known *k = find_known(p, key);
	const struct gaps *known = k ? &k->path.bracket.of[GAP_CLOSED] : NULL;

	/* Those counted before are among them, unless the count began anew. */
	if (known && is_same_gap(gap_ns, known->gap_ns))
		times -= MIN(times, known->times);
	one.bracket.of[GAP_CLOSED] =
		(struct gaps){ .gap_ns = gap_ns, .times = MAX(times, 1U), .last_ns = when_ns };
	paths__remember(p, &one);
}

void paths__doubt(struct paths *p, const struct path_key *key, uint64_t gap_ns, int64_t when_ns)
{
	struct path_key group = group_of(p, key);

	vote_fatal(touch(p, key), gap_ns, when_ns);
	if (!same_key(&group, key))
		vote_fatal(touch(p, &group), gap_ns, when_ns);
}

static void add_death(struct known *k, struct death death)
{
	size_t longest = 0;

	if (k->n_pending < PENDING_MAX) {
		k->pending[k->n_pending++] = death;
		return;
	}
	for (size_t i = 1; i < PENDING_MAX; i++) {
		if (k->pending[i].gap_ns > k->pending[longest].gap_ns)
			longest = i;
	}
	if (death.gap_ns < k->pending[longest].gap_ns)
		k->pending[longest] = death;
}

void paths__note_death(struct paths *p, const struct path_key *key, uint64_t gap_ns,
		       int64_t when_ns)
{
	const struct death death = { .gap_ns = gap_ns, .when_ns = when_ns };
	struct path_key group = group_of(p, key);
	struct known *k = touch(p, key);

	if (k)
		add_death(k, death);
	if (same_key(&group, key))
		return;
	k = touch(p, &group);
	if (k)
		add_death(k, death);
}

static void drop_death(struct known *k, struct death death)
{
	for (size_t i = 0; k && i < k->n_pending; i++) {
		if (k->pending[i].gap_ns != death.gap_ns || k->pending[i].when_ns != death.when_ns)
			continue;
		k->pending[i] = k->pending[--k->n_pending];
		k->changed = true;
		return;
	}
}

void paths__take_back(struct paths *p, const struct path_key *key, uint64_t gap_ns, int64_t when_ns)
{
	const struct death death = { .gap_ns = gap_ns, .when_ns = when_ns };
	struct path_key group = group_of(p, key);

	drop_death(find_known(p, key), death);
	if (!same_key(&group, key))
		drop_death(find_known(p, &group), death);
	p->changed = true;
}

void paths__remember(struct paths *p, const struct path *path)
{
	struct path_key group = group_of(p, &path->key);
	struct known *k = touch(p, &path->key);

	if (k)
		bracket_merge(&k->path.bracket, &path->bracket);
	if (same_key(&group, &path->key))
		return;
	k = touch(p, &group);
	if (k)
		bracket_merge(&k->path.bracket, &path->bracket);
}

/* --- telling --- */

static struct bracket bracket_of(const struct known *k)
{
	struct bracket b = k->path.bracket;

	for (size_t i = 0; i < k->n_pending; i++) {
		const struct gaps one = { .gap_ns = k->pending[i].gap_ns,
					  .times = 1,
					  .last_ns = k->pending[i].when_ns };

		merge_gaps(GAP_DIED, &b.of[GAP_DIED], &one);
	}
	return b;
}

static bool is_anything(const struct bracket *b)
{
	for (enum gap_kind kind = 0; kind < GAP_KINDS; kind++) {
		if (b->of[kind].times)
			return true;
	}
	return false;
}

bool paths__find(const struct paths *p, const struct path_key *key, struct bracket *ret)
{
	struct path_key group = group_of(p, key);
	const struct known *k = find_known(p, &group);

	*ret = k ? bracket_of(k) : (struct bracket){};
	*ret = bracket_in_force(ret);
	return is_anything(ret);
}

uint64_t paths__tolerated_ns(const struct paths *p, const struct path_key *key, int64_t now_ns)
{
	struct bracket b;

	paths__find(p, key, &b);
	return b.of[GAP_SURVIVED].last_ns > now_ns - OLD_NS ? b.of[GAP_SURVIVED].gap_ns : 0;
}

static bool is_shown(const struct paths *p, const struct path *path)
{
	struct path_key group = group_of(p, &path->key);

	return same_key(&group, &path->key) && is_anything(&path->bracket);
}

void paths__each(const struct paths *p, path_fn fn, void *ctx)
{
	struct known *k, *next;

	HASH_ITER(hh, p->all, k, next) {
		struct path path = { .key = k->path.key, .bracket = bracket_of(k) };

		if (is_shown(p, &path))
			fn(&path, ctx);
	}
}

void paths__each_changed(const struct paths *p, path_fn fn, void *ctx)
{
	struct known *k, *next;

	HASH_ITER(hh, p->all, k, next) {
		const struct path_key *key = &k->path.key;
		bool is_group = key->prefix != (key->family == AF_INET6 ? 128 : 32);

		if (k->changed && !is_group)
			fn(&k->path, ctx);
	}
}

void paths__saved(struct paths *p)
{
	struct known *k, *next;

	HASH_ITER(hh, p->all, k, next)
		k->changed = false;
	p->changed = false;
}

bool paths__changed(const struct paths *p)
{
	return p->changed;
}

static void count_one(const struct path *path, void *ctx)
{
	size_t *n = ctx;

	(void)path;
	(*n)++;
}

size_t paths__count(const struct paths *p)
{
	size_t n = 0;

	paths__each(p, count_one, &n);
	return n;
}

uint64_t paths__forgotten(const struct paths *p)
{
	return p->forgotten;
}
