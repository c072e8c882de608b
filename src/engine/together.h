/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Silences that began together: where connections that were idle for different times all
 * fall silent within a few seconds, something else than idleness has ended them. Pure.
 *
 * Kept are counts by path, and by namespace for all its paths, of each 2 s in which a
 * silence began; of the last thousands of those.
 */
#ifndef ENGINE_TOGETHER_H
#define ENGINE_TOGETHER_H

#include <stdbool.h>
#include <stdint.h>

struct path_key;
struct together;

/* What began a silence, as far as others are compared with it. */
struct beginning {
	const struct path_key *path;
	uint64_t since_ns; /* CLOCK_BOOTTIME of the first transmission that nothing answered */
	uint64_t gap_ns; /* the idle gap before it */
};

/* NULL when there is no memory. */
struct together *together__new(void);
void together__free(struct together *t);

/*
 * Notes a silence; each once. True when those that were noted before, around the same
 * time, are to be seen with other eyes: they began together, and did not before.
 */
bool together__note(struct together *t, const struct beginning *b);

/* The silence that was noted so was none: it ended too soon to tell of anything. */
void together__forget(struct together *t, const struct beginning *b);

/*
 * How many others began with it, if they make its own gap no explanation: on the same path
 * at least one whose gap differs by more than a tenth, or as many in its namespace as make
 * three on two paths; and more of them, by far, than in the minute before, unless that
 * minute has seen such a beginning itself. Else 0. It must have been noted.
 */
unsigned int together__others(const struct together *t, const struct beginning *b);

#endif /* ENGINE_TOGETHER_H */
