/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --verify: one fresh TCP connect to a suspected connection's peer and port, from
 * its own namespace and address. At most one per peer per minute.
 */
#ifndef WATCH_VERIFY_H
#define WATCH_VERIFY_H

#include <uv.h>

#include "base/util.h"
#include "idlewatch.h"

#define VERIFY_TIMEOUT_NS (5 * NS_PER_S)

struct verifier;

/* result: 0 connected, else a negative errno (-ECONNREFUSED, -ETIMEDOUT, ...). */
typedef void (*verify_fn)(uint64_t cookie, int result, void *ctx);

/* 0, or -ENOMEM with *ret untouched. */
int verifier__new(uv_loop_t *loop, verify_fn fn, void *ctx, struct verifier **ret);

/*
 * Starts a connect for this connection; the result comes later. When its peer was
 * tried less than a minute ago that result is given again, at once if it is known.
 */
void verifier__start(struct verifier *v, const struct iw_fact *f);

/* Gives up what is under way; the loop must run before verifier__free(). */
void verifier__stop(struct verifier *v);
void verifier__free(struct verifier *v);

#endif /* WATCH_VERIFY_H */
