/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a path tolerates, in words. What was survived is rounded down, what was fatal is
 * rounded up, so that what is printed contains the truth too.
 */
#ifndef OUTPUT_PATH_TOLERANCE_H
#define OUTPUT_PATH_TOLERANCE_H

#include "engine/paths.h"

#define TOLERANCE_LEN 512

/*
 * "path forgets after 4.5s..8.1s", or as much as is known; when the gaps contradict
 * each other, all of what tolerance_gaps() says and why that may be. Empty when
 * nothing is known. now_ns as in struct gaps.
 */
void tolerance_text(const struct bracket *b, int64_t now_ns, char *buf, size_t size);

/* "survived 4.5s (2x, last 3m05s ago), died at 8.1s (1x, last 20ms ago)" */
void tolerance_gaps(const struct bracket *b, int64_t now_ns, char *buf, size_t size);

/*
 * "closed by the peer after 1m15s (16x, last 20ms ago): maybe the path's doing"; empty where
 * nothing of the kind is known.
 */
void tolerance_hints(const struct bracket *b, int64_t now_ns, char *buf, size_t size);

/*
 * "died at 4.1s (1x, last 3d02h ago), outvoted 3x since": what later gaps have made void;
 * empty where nothing is.
 */
void tolerance_outvoted(const struct bracket *b, int64_t now_ns, char *buf, size_t size);

/* The same with the two sides as durations alone; "-" where there is none. */
void tolerance_gap(const struct bracket *b, enum gap_kind kind, char *buf, size_t size);

/* In whole milliseconds, rounded as above. */
int64_t tolerance_ms(const struct bracket *b, enum gap_kind kind);

#endif /* OUTPUT_PATH_TOLERANCE_H */
