// SPDX-License-Identifier: BSD-2-Clause
#include "engine/together.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/util.h"
#include "engine/paths.h"

#define WINDOW_NS (2 * NS_PER_S)
#define MINUTE_WINDOWS 30

/* So many windows to either side are the same moment. */
#define AROUND 3
#define WINDOWS_MAX 8192

/* So many times what the minute before had is no coincidence. */
#define BY_FAR 4

/* How much two gaps must differ: a tenth. */
#define SAME_GAP 10

struct scope {
	struct path_key key; /* for a whole namespace nothing but netns */
	uint64_t window; /* since_ns / WINDOW_NS */
};

struct window {
	struct scope scope;
	struct path_key first; /* path of the first silence */
	bool several_paths;
	bool remarkable; /* silences began together here, more than in the minute before */
	bool told; /* that others are to be seen with other eyes */
	unsigned int n;
	uint64_t min_ns, max_ns; /* of their gaps */
	UT_hash_handle hh;
};

struct together {
	struct window *windows; /* oldest first */
};

struct together *together__new(void)
{
	return calloc(1, sizeof(struct together));
}

static void drop(struct together *t, struct window *w)
{
	HASH_DEL(t->windows, w);
	free(w);
}

void together__free(struct together *t)
{
	struct window *w, *next;

	if (!t)
		return;
	HASH_ITER(hh, t->windows, w, next)
		drop(t, w);
	free(t);
}

/* --- windows --- */

static struct scope path_scope(const struct beginning *b)
{
	struct scope s = { .window = b->since_ns / WINDOW_NS };

	s.key = *b->path;
	return s;
}

static struct scope netns_scope(const struct beginning *b)
{
	return (struct scope){ .key = { .netns = b->path->netns },
			       .window = b->since_ns / WINDOW_NS };
}

static struct window *find(const struct together *t, const struct scope *scope, uint64_t window)
{
	struct scope wanted = *scope;
	struct window *w;

	wanted.window = window;
	HASH_FIND(hh, t->windows, &wanted, sizeof(wanted), w);
	return w;
}

static struct window *find_or_add(struct together *t, const struct scope *scope)
{
	struct window *w = find(t, scope, scope->window);

	if (w)
		return w;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->scope = *scope;
	w->min_ns = UINT64_MAX;
	HASH_ADD(hh, t->windows, scope, sizeof(w->scope), w);
	return w;
}

/* Several windows as one: what began within a few seconds of the middle one. */
static struct window around(const struct together *t, const struct scope *scope)
{
	struct window sum = { .scope = *scope, .min_ns = UINT64_MAX };

	for (uint64_t i = scope->window - MIN(scope->window, AROUND); i <= scope->window + AROUND;
	     i++) {
		const struct window *w = find(t, scope, i);

		if (!w)
			continue;
		if (!sum.n)
			sum.first = w->first;
		sum.several_paths |=
			w->several_paths || memcmp(&sum.first, &w->first, sizeof(sum.first)) != 0;
		sum.n += w->n;
		sum.min_ns = MIN(sum.min_ns, w->min_ns);
		sum.max_ns = MAX(sum.max_ns, w->max_ns);
	}
	return sum;
}

/* --- what they tell --- */

/* Whether there are more than usual; ret_part: the minute before has seen as much. */
static bool is_remarkable(const struct together *t, const struct window *sum, bool *ret_part)
{
	unsigned int before = 0;

	*ret_part = false;
	for (uint64_t i = AROUND + 1; i <= MINUTE_WINDOWS + AROUND && i <= sum->scope.window; i++) {
		const struct window *w = find(t, &sum->scope, sum->scope.window - i);

		*ret_part |= w && w->remarkable;
		before += w ? w->n : 0;
	}
	/* As many windows as those of the sum, at the mean of the minute's. */
	return (uint64_t)sum->n * MINUTE_WINDOWS > (uint64_t)BY_FAR * (2 * AROUND + 1) * before;
}

static bool differs(const struct window *sum, uint64_t gap_ns)
{
	return sum->min_ns + sum->min_ns / SAME_GAP < gap_ns ||
	       gap_ns + gap_ns / SAME_GAP < sum->max_ns;
}

/* What is to be said of one that is among them; at_least: so many others are needed. */
struct company {
	unsigned int others; /* 0: none that count */
	bool is_remarkable;
};

static struct company company_of(const struct together *t, const struct window *sum,
				 const struct beginning *b, unsigned int at_least)
{
	bool part, remarkable = is_remarkable(t, sum, &part);

	if (sum->n <= at_least || !differs(sum, b->gap_ns) || (!remarkable && !part))
		return (struct company){};
	return (struct company){ .others = sum->n - 1, .is_remarkable = remarkable };
}

static struct company company_on_path(const struct together *t, const struct beginning *b)
{
	struct scope scope = path_scope(b);
	struct window sum = around(t, &scope);

	return company_of(t, &sum, b, 1);
}

static struct company company_in_netns(const struct together *t, const struct beginning *b)
{
	struct scope scope = netns_scope(b);
	struct window sum = around(t, &scope);

	return sum.several_paths ? company_of(t, &sum, b, 2) : (struct company){};
}

unsigned int together__others(const struct together *t, const struct beginning *b)
{
	return MAX(company_on_path(t, b).others, company_in_netns(t, b).others);
}

/* --- keeping them --- */

/* For one silence's two windows: the oldest are forgotten. */
static void make_room(struct together *t)
{
	while (HASH_COUNT(t->windows) + 2 > WINDOWS_MAX)
		drop(t, t->windows);
}

static struct window *note_in(struct together *t, const struct scope *scope,
			      const struct beginning *b)
{
	struct window *w = find_or_add(t, scope);

	if (!w)
		return NULL;
	if (!w->n)
		w->first = *b->path;
	w->several_paths |= memcmp(&w->first, b->path, sizeof(w->first)) != 0;
	w->n++;
	w->min_ns = MIN(w->min_ns, b->gap_ns);
	w->max_ns = MAX(w->max_ns, b->gap_ns);
	return w;
}

/* True when that is news. */
static bool mark(struct window *w, struct company company)
{
	bool is_news = w && company.others && !w->told;

	if (is_news)
		w->told = true;
	if (w && company.is_remarkable)
		w->remarkable = true;
	return is_news;
}

bool together__note(struct together *t, const struct beginning *b)
{
	struct scope path = path_scope(b), netns = netns_scope(b);
	bool path_news, netns_news;
	struct window *w;

	make_room(t);
	w = note_in(t, &path, b);
	path_news = mark(w, company_on_path(t, b));
	w = note_in(t, &netns, b);
	netns_news = mark(w, company_in_netns(t, b));
	return path_news || netns_news;
}

static void forget_in(struct together *t, const struct scope *scope)
{
	struct window *w = find(t, scope, scope->window);

	if (w && !--w->n)
		drop(t, w);
}

void together__forget(struct together *t, const struct beginning *b)
{
	struct scope path = path_scope(b), netns = netns_scope(b);

	forget_in(t, &path);
	forget_in(t, &netns);
}
