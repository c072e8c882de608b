/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An MTU black hole: small packets pass, long ones vanish, and no ICMP error says why.
 * Internal to the engine; pure. docs/verdicts.md has the rules in words.
 */
#ifndef ENGINE_MTU_H
#define ENGINE_MTU_H

#include <stdbool.h>

struct conn;

/* Whether what is sent again is so long that the path's MTU may stop it. */
bool mtu__may_stop(const struct conn *c);

/*
 * Whether the length of what is sent again explains best that it is not acknowledged; then
 * verdict, confidence and what else fits are set. answers: the peer's address answered this
 * host since; enough: neither chance nor patience explains it.
 */
bool mtu__judge(struct conn *c, bool enough, bool answers);

/*
 * Whether it explains a silence as well as a path that died does: nothing was heard, and
 * it is surely the first that long.
 */
bool mtu__fits_silence(const struct conn *c);

/* Whether it explains that the peer is heard and does not acknowledge as well. */
bool mtu__fits_one_way(const struct conn *c);

#endif /* ENGINE_MTU_H */
