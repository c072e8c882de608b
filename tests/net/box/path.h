// SPDX-License-Identifier: BSD-2-Clause
/* What happens to packets on their way, whatever they say: lost, too long, late, held. */
#ifndef BOX_PATH_H
#define BOX_PATH_H

#include "box.h"

/* Which packets are swallowed: all of that direction that match all of this. */
struct rule {
	enum dir dir;
	uint16_t port; /* of TCP, on either end; 0: any, and other protocols too */
	size_t longer; /* IP packets of more bytes than that */
	double percent; /* of them, by chance */
	bool payload; /* only TCP segments with payload */
	unsigned times; /* so many; 0: always */
};

/* False when there is no room for more. */
bool path__add_rule(const struct rule *rule);
void path__drop_rules(enum dir dir);

void path__set_delay(enum dir dir, uint64_t delay_ns, uint64_t jitter_ns);
void path__set_double(enum dir dir, double percent);
/* So many are late by `by_ns` and may be overtaken by others. */
void path__set_reorder(enum dir dir, double percent, uint64_t by_ns);
void path__set_hops(unsigned hops);
void path__set_hold(enum dir dir, bool on);
void path__set_seed(uint64_t seed);

/* Whether a rule takes it; counted then. */
bool path__swallows(enum dir dir, const struct packet *p);

/* Sends it, now or later. `now` is the time. */
void path__send(enum dir dir, const struct packet *p, uint64_t now);

/* Sends what is due, and says when something will be. */
uint64_t path__run(uint64_t now);

#endif
