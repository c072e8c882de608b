// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>

#include "packet.h"
#include "path.h"

#define RULES_MAX 32

struct waiting {
	struct waiting *next;
	uint64_t due_ns;
	enum dir dir;
	struct packet packet;
};

static struct rule rules[RULES_MAX];
static unsigned n_rules;
static struct {
	uint64_t delay_ns, jitter_ns;
	uint64_t last_due_ns; /* jitter alone does not let packets overtake each other */
	double double_percent, reorder_percent;
	uint64_t reorder_ns;
	bool hold;
} way[DIR_MAX];
static unsigned hops = 1;
static struct waiting *waiting; /* the earliest first */
static uint64_t random_state = 1;

/* --- chance --- */

void path__set_seed(uint64_t seed)
{
	random_state = seed ? seed : 1;
}

/* xorshift64*: the same packets are lost for the same seed. */
static double chance(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (double)((random_state * 0x2545f4914f6cdd1dull) >> 11) / (double)(1ull << 53);
}

static bool happens(double percent)
{
	return percent > 0 && chance() * 100 < percent;
}

/* --- swallowing --- */

bool path__add_rule(const struct rule *rule)
{
	if (n_rules == RULES_MAX)
		return false;
	rules[n_rules++] = *rule;
	return true;
}

void path__drop_rules(enum dir dir)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n_rules; i++) {
		if (rules[i].dir != dir)
			rules[kept++] = rules[i];
	}
	n_rules = kept;
}

static bool matches(const struct rule *r, enum dir dir, const struct packet *p)
{
	return r->dir == dir && packet__ip_len(p) > r->longer &&
	       (!r->port || (p->tcp && (p->src.port == r->port || p->dst.port == r->port))) &&
	       (!r->payload || (p->tcp && p->payload)) &&
	       (r->percent >= 100 || happens(r->percent));
}

static void use_up(unsigned i)
{
	if (rules[i].times && !--rules[i].times)
		rules[i] = rules[--n_rules];
}

bool path__swallows(enum dir dir, const struct packet *p)
{
	for (unsigned i = 0; i < n_rules; i++) {
		if (matches(&rules[i], dir, p)) {
			use_up(i);
			count(dir, SWALLOWED);
			return true;
		}
	}
	return false;
}

/* --- delay --- */

void path__set_delay(enum dir dir, uint64_t delay_ns, uint64_t jitter_ns)
{
	way[dir].delay_ns = delay_ns;
	way[dir].jitter_ns = jitter_ns;
}

void path__set_double(enum dir dir, double percent)
{
	way[dir].double_percent = percent;
}

void path__set_reorder(enum dir dir, double percent, uint64_t by_ns)
{
	way[dir].reorder_percent = percent;
	way[dir].reorder_ns = by_ns;
}

void path__set_hops(unsigned to)
{
	hops = to;
}

void path__set_hold(enum dir dir, bool on)
{
	way[dir].hold = on;
}

static uint64_t due_time(enum dir dir, uint64_t now)
{
	uint64_t due = now + way[dir].delay_ns;

	if (way[dir].jitter_ns)
		due += (uint64_t)(chance() * (double)way[dir].jitter_ns);
	if (happens(way[dir].reorder_percent))
		return due + way[dir].reorder_ns;
	if (due < way[dir].last_due_ns)
		due = way[dir].last_due_ns;
	way[dir].last_due_ns = due;
	return due;
}

static void enqueue(enum dir dir, const struct packet *p, uint64_t due_ns)
{
	struct waiting **at = &waiting;
	struct waiting *w = malloc(sizeof(*w));

	if (!w)
		abort();
	while (*at && (*at)->due_ns <= due_ns)
		at = &(*at)->next;
	*w = (struct waiting){ .next = *at, .due_ns = due_ns, .dir = dir, .packet = *p };
	*at = w;
}

void path__send(enum dir dir, const struct packet *p, uint64_t now)
{
	struct packet copy = *p;
	uint64_t due;

	if (!packet__take_hops(&copy, hops)) {
		count(dir, SWALLOWED);
		return;
	}
	if (way[dir].hold)
		count(dir, HELD);
	due = due_time(dir, now);
	enqueue(dir, &copy, due);
	if (happens(way[dir].double_percent))
		enqueue(dir, &copy, due);
}

uint64_t path__run(uint64_t now)
{
	struct waiting **at = &waiting;
	uint64_t due = NEVER;

	while (*at) {
		struct waiting *w = *at;

		if (way[w->dir].hold) {
			at = &w->next;
		} else if (w->due_ns > now) {
			due = earlier(due, w->due_ns);
			at = &w->next;
		} else {
			*at = w->next;
			box_forward(w->dir, &w->packet);
			free(w);
		}
	}
	return due;
}
