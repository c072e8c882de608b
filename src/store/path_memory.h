/* SPDX-License-Identifier: BSD-2-Clause */
/* What the engine knows of paths, kept across runs: loaded at the start, saved as it grows. */
#ifndef STORE_PATH_MEMORY_H
#define STORE_PATH_MEMORY_H

#include <stdint.h>

struct engine;
struct recorder;
struct state;

struct path_memory {
	struct engine *engine; /* not owned */
	struct recorder *recorder; /* likewise; NULL: none */
	struct state *state; /* NULL: nothing is remembered */
	uint64_t tried_ns; /* to save, last */
};

/*
 * Reminds the engine of what the file holds, and the recording too, so that a replay
 * knows it. Failures are logged and not fatal. path NULL: there is nothing to remember.
 */
void path_memory__open(struct path_memory *m, const char *path, struct engine *engine,
		       struct recorder *recorder);

/* Every few seconds, if anything was learnt; so much is lost in a crash. */
void path_memory__save_if_due(struct path_memory *m);

/* Saves the rest. */
void path_memory__close(struct path_memory *m);

#endif /* STORE_PATH_MEMORY_H */
