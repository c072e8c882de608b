/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching this host: wires loop, kernel side, engine and outputs together, and owns them. */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "engine/engine_config.h"
#include "kernel/kernel_config.h"
#include "kernel/tap.h"
#include "output/outputs.h"

/* Each floor's own configuration, and what is watching's own. Strings are the caller's. */
struct watch_config {
	struct kernel_config kernel;
	struct engine_config engine;
	struct output_config output;
	struct tap_config tap; /* -i, --tc */
	uint64_t duration_ns; /* 0: until told to stop */
	bool verify; /* one connect to a suspected peer */
	bool cmdlines; /* of owners are read: they may hold secrets */
	const char *record; /* file of the raw facts, NULL none */
	const char *state; /* file of what paths tolerate, NULL none */
};

/*
 * Watches until told to stop. 0, with *ret_lost set when facts, connections or lines were
 * lost; or a negative errno, logged: -EPERM, -ENOTSUP as kernel__open(), -ESRCH when a
 * process of the filter has gone, and others.
 */
int watch_run(const struct watch_config *config, bool *ret_lost);

#endif /* WATCH_WATCH_H */
