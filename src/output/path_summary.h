/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths as text: for the summary, and for the table of `idlewatch paths`. */
#ifndef OUTPUT_PATH_SUMMARY_H
#define OUTPUT_PATH_SUMMARY_H

#include <stdio.h>

#include "base/format.h"
#include "engine/paths.h"

/* "10.2.2.2", or "10.2.2.0/24" for a group. */
#define PATH_PEER_LEN (ADDRESS_LEN + 8)
void path_peer(const struct path_key *key, char *buf, size_t size);

/* "consistent with ...", or that no known default is; empty when nothing was fatal. */
#define PATH_HINT_LEN 1024
void path_hint(const struct bracket *b, char *buf, size_t size);

/*
 * The paths that were seen to be fatal, a few lines each and ten paths at most, the one
 * learnt of last first. Nothing when there is none. now_ns as in struct gaps.
 */
void path_summary(const struct paths *paths, int64_t now_ns, FILE *out);

#endif /* OUTPUT_PATH_SUMMARY_H */
