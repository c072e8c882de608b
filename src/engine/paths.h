/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each path tolerates: the longest idle gap that it let a connection survive and
 * the shortest that was fatal, between which the time-out of the box on it lies. Pure.
 *
 * A path is known by a network namespace, a local address and a peer's address. With
 * --group all peers of one prefix are shown as one; what is kept stays apart. Times are
 * CLOCK_BOOTTIME, below zero for what was learnt before this boot.
 */
#ifndef ENGINE_PATHS_H
#define ENGINE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"

#define PATHS_MAX 65536

struct path_key {
	uint8_t local[IW_ADDR_LEN]; /* network byte order; IPv4 in the first four bytes */
	uint8_t peer[IW_ADDR_LEN]; /* beyond the prefix all zero */
	uint64_t netns_cookie; /* of this boot; 0 unknown */
	uint32_t netns; /* its inode, which a later one may have again */
	uint16_t family; /* AF_INET or AF_INET6 */
	uint16_t prefix; /* bits of the peer's address that count: all, but for a group */
};

enum gap_kind {
	GAP_SURVIVED = 0,
	GAP_DIED, /* what was sent after it vanished */
	GAP_RESET, /* a box reset it: by the RST's TTL, or as it did others after a like gap */
	/* Those below are hints, and not of the bracket. */
	GAP_DISOWNED, /* the peer's own kernel reset it, for all that is known */
	GAP_CUT, /* an RST came unasked: the gap after which most did */
	GAP_CLOSED, /* the peer's FIN did: the same */
	GAP_KINDS,
};

/* Of one kind: the longest survived, the shortest fatal one, or the most frequent. */
struct gaps {
	uint64_t gap_ns;
	uint64_t times; /* how often one within a tenth of that known then was seen; 0: never */
	int64_t last_ns; /* the last of these */
	uint64_t against; /* so often the contrary was seen after that */
};

struct bracket {
	struct gaps of[GAP_KINDS];
};

/* Seen so often later, the contrary is believed. */
#define OUTVOTES 3

/* Whether there is such a gap, and later ones have not outvoted it. */
bool gaps_hold(const struct gaps *g);

/* Without what was outvoted. */
struct bracket bracket_in_force(const struct bracket *b);

struct path {
	struct path_key key;
	struct bracket bracket;
};

struct paths;

/* prefix4, prefix6: how many bits of a peer's address make a group; 0: all. 0 or -ENOMEM. */
int paths__new(unsigned int prefix4, unsigned int prefix6, size_t max, struct paths **ret);
void paths__free(struct paths *p);

/* The path of this fact's connection. */
struct path_key path_key_of(const struct iw_fact *f);

/*
 * A gap that ended at when_ns. One survived speaks against each fatal one before it that
 * was no longer.
 */
void paths__note(struct paths *p, const struct path_key *key, enum gap_kind kind, uint64_t gap_ns,
		 int64_t when_ns);

/*
 * An RST came unasked after this gap. True when the same happened after a like gap before,
 * and at another moment: connections that fell idle together may be aborted together.
 */
bool paths__note_cut(struct paths *p, const struct path_key *key, uint64_t gap_ns, int64_t when_ns);

/* The peer's FIN came after this gap, and after a like one so many times by now. */
void paths__note_closed(struct paths *p, const struct path_key *key, uint64_t gap_ns,
			uint64_t times, int64_t when_ns);

/* A gap was fatal that is shorter than one survived: it speaks against that. */
void paths__doubt(struct paths *p, const struct path_key *key, uint64_t gap_ns, int64_t when_ns);

/*
 * Like a GAP_DIED, but not settled yet: it counts until paths__take_back(), which needs
 * the same gap and time, and is not among what paths__each_changed() gives out.
 */
void paths__note_death(struct paths *p, const struct path_key *key, uint64_t gap_ns,
		       int64_t when_ns);
void paths__take_back(struct paths *p, const struct path_key *key, uint64_t gap_ns,
		      int64_t when_ns);

/* Adds what is remembered of a path. */
void paths__remember(struct paths *p, const struct path *path);

/*
 * What is known of this path, or of its group, and not outvoted; false, with *ret all zero,
 * when nothing is.
 */
bool paths__find(const struct paths *p, const struct path_key *key, struct bracket *ret);

/* The longest gap that was survived there, within the last week; 0: none. */
uint64_t paths__tolerated_ns(const struct paths *p, const struct path_key *key, int64_t now_ns);

/* The one learnt of last comes last. */
typedef void (*path_fn)(const struct path *path, void *ctx);

/* All of which something is known, in their groups; with what was outvoted. */
void paths__each(const struct paths *p, path_fn fn, void *ctx);

/* Those that changed since paths__saved(), each for itself, with what is settled. */
void paths__each_changed(const struct paths *p, path_fn fn, void *ctx);
void paths__saved(struct paths *p);
bool paths__changed(const struct paths *p);

/* As many as paths__each() gives out. */
size_t paths__count(const struct paths *p);

/* How many were forgotten for want of room. */
uint64_t paths__forgotten(const struct paths *p);

/*
 * For what comes from a file: a family that is one, no group, zeroes after IPv4
 * addresses, and gaps of less than ten years.
 */
bool path_is_sane(const struct path *path);

/* The shortest fatal gap of any kind that was not outvoted; 0: none. */
uint64_t bracket_fatal_ns(const struct bracket *b);

/* Whether that one is GAP_DIED or GAP_RESET; one of these, if there is none. */
enum gap_kind bracket_fatal_kind(const struct bracket *b);

/* Whether a gap was survived that is no shorter than one that was fatal. */
bool bracket_contradicts(const struct bracket *b);

/* Joins what two say of the same path. */
void bracket_merge(struct bracket *to, const struct bracket *more);

#endif /* ENGINE_PATHS_H */
