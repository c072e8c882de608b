/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds a connection, from what a look found and who held it before; and what
 * those processes, their users and namespaces are called.
 */
#ifndef WATCH_OWNERS_H
#define WATCH_OWNERS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine_config.h"
#include "idlewatch.h"

struct iw_look_row;
struct names;
struct owners;
struct recorder;

/*
 * What is learnt goes into names, and into the recording unless it is NULL. Command
 * lines may hold secrets and are read only when wanted. 0, or -ENOMEM with *ret untouched.
 */
int owners__new(struct names *names, struct recorder *recorder, bool cmdlines, struct owners **ret);
void owners__free(struct owners *o);

/*
 * The owners to tell of: those found, and those before that have exited since. Nobody
 * found: those before, as a socket that nobody holds any more was theirs. Writes at most
 * ENGINE_OWNERS_MAX to ret and returns how many; 0: nothing is known that was not before.
 */
size_t owners_merge(const struct iw_look_row *found, size_t n_found, const struct iw_owner *before,
		    size_t n_before, struct iw_owner ret[ENGINE_OWNERS_MAX]);

/* Finds out what the fact's user, its namespace and these owners are called. */
void owners__learn(struct owners *o, const struct iw_fact *fact, const struct iw_owner *owners,
		   size_t n);

#endif /* WATCH_OWNERS_H */
