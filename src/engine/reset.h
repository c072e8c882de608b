/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a reset is to a connection, and who sent it. Internal to the engine; pure.
 * docs/verdicts.md has the rules in words.
 */
#ifndef ENGINE_RESET_H
#define ENGINE_RESET_H

#include "engine/event.h"

struct conn;
struct engine_config;
struct iw_fact;

enum reset {
	RESET_END = 0, /* how connections end: no verdict */
	RESET_OF_FIRST, /* the answer to the first packet after a gap */
	RESET_OF_SECOND, /* the same, where that packet was lost and sent again */
	RESET_UNASKED, /* out of the blue, after a gap */
};

/* What this RST_IN fact is, before anything of it is noted. */
enum reset reset__sort(const struct conn *c, const struct iw_fact *f,
		       const struct engine_config *config);

/* Notes a reset, whatever it is; returns how sure it is who sent it. */
enum confidence reset__note(struct conn *c, const struct iw_fact *f);

/* Begins the silence that the reset ended at once, where none had begun. */
void reset__begin(struct conn *c, const struct iw_fact *f, enum reset reset);

/*
 * Sets verdict, confidence and origin. is_shared: other connections of the path were reset
 * so after a like gap.
 */
void reset__judge(struct conn *c, const struct iw_fact *f, enum reset reset, bool is_shared);

/* Who sent it, by its TTL; and how sure that is: suspect where nothing can be told. */
enum origin reset__origin(const struct iw_fact *f, enum confidence *ret_confidence);

#endif /* ENGINE_RESET_H */
