// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the parts of the box share: which way a packet goes, and what its settings count.
 * The box is one process with one thread; each part keeps its state to itself.
 */
#ifndef BOX_H
#define BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS 1000000ull /* in ns */

/* Which way a packet goes. As an index: that of the end that sent it. */
enum dir {
	C2S, /* client to server */
	S2C,
	DIR_MAX
};

enum counter {
	FORWARDED,
	SWALLOWED, /* lost, too long, of a forgotten flow */
	HELD, /* came while that direction was held */
	ANSWERED, /* answered by the box itself: a keepalive, or with RST or ICMP */
	COUNTER_MAX
};

static inline enum dir opposite(enum dir dir)
{
	return dir == C2S ? S2C : C2S;
}

void count(enum dir dir, enum counter counter);

/* The earlier of two times. */
static inline uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#define NEVER UINT64_MAX

struct packet;

/* Sends a packet now to the host that packets of this direction go to; false when that host
 * has no link. */
bool box_send(enum dir dir, struct packet *packet);

/* The same with a packet from the other host, which is told (ICMP) when there is no link. */
void box_forward(enum dir dir, struct packet *packet);

/* How many there were so far. */
unsigned long box_count(enum dir dir, enum counter counter);

/* When the last packet came or went. */
uint64_t box_last_ns(void);

#endif
