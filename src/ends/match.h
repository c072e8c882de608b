/* SPDX-License-Identifier: BSD-2-Clause */
/* Which two ends are one connection's; docs/correlate.md has the rules. Pure. */
#ifndef ENDS_MATCH_H
#define ENDS_MATCH_H

#include "ends/clock_offset.h"

enum match_how {
	MATCH_NONE = 0, /* no other end among the lines */
	MATCH_ADDRESSES, /* addresses and ports only */
	MATCH_SEQS, /* sequence numbers only: the addresses were translated on the way */
	MATCH_SEQS_HALF, /* sequence numbers, and one end's address as the other knows it */
	MATCH_BOTH, /* sequence numbers and all addresses and ports */
	MATCH_HOW_MAX,
};

/* As it stands in JSON. */
const char *match_how_name(enum match_how how);

/* A connection: an end, its other end if that was found, and the silence they share. */
struct pair {
	struct end *a, *b; /* b: NULL when there is none; a is the one that connected, if known */
	struct episode *ea, *eb; /* NULL: that end has nothing to say of this silence */
	enum match_how how;
	bool seqs_differ; /* ADDRESSES: both have sequence numbers, and they do not fit */
	double chance; /* that any two unrelated ends among the lines look alike so much */
	size_t rivals; /* others that fit as well: then b is NULL */
};

/*
 * Makes pairs of all ends; each end is in exactly one. 0 and an array for the caller to
 * free, or -ENOMEM. The silences are chosen by pair__choose().
 */
int match_ends(struct ends *e, struct pair **ret, size_t *ret_n);

/* Chooses the silence that the pair is about, the latest with a verdict; offset: b's less a's. */
void pair__choose(struct pair *p, const struct clock_offset *offset);

#endif /* ENDS_MATCH_H */
