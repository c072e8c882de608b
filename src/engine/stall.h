/* SPDX-License-Identifier: BSD-2-Clause */
/* A peer that lives and takes nothing. Internal to the engine; pure. */
#ifndef ENGINE_STALL_H
#define ENGINE_STALL_H

#include <stdbool.h>

#include "engine/event.h"

struct conn;

/*
 * Whether this transmission asks for a window, and the peer has answered the one before it:
 * then nothing is wrong with the path.
 */
bool stall__is(const struct conn *c, const struct iw_fact *f);

/* Notes it. True when it has lasted so long that it is a verdict, which is set then. */
bool stall__begin(struct conn *c, const struct iw_fact *f, enum trigger trigger);

#endif /* ENGINE_STALL_H */
