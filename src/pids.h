/* SPDX-License-Identifier: BSD-2-Clause */
/* -p: the processes whose sockets are watched, and when the last of them has ended. */
#ifndef PIDS_H
#define PIDS_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "kernel.h"

struct pids;

/*
 * Watches these processes; gone(ctx) is called once, when the last has ended.
 * With none given everything is watched. Logs and returns a negative errno when one
 * cannot be watched (-ESRCH: not running, or not a process).
 */
int pids__open(const pid_t *pids, size_t n, uv_loop_t *loop, void (*gone)(void *ctx), void *ctx,
	       struct pids **ret);
/* The loop must have run since its handles were closed. */
void pids__free(struct pids *p);

/* Whether -p was given at all. */
bool pids__any(const struct pids *p);

/* Whether one of them is among the holders in these rows; true when -p was not given. */
bool pids__hold(const struct pids *p, const struct iw_look_row *rows, size_t n_rows);

/* Adds their sockets to those counted; each socket counts once. */
void pids__note_sockets(struct pids *p, const struct look *look);
uint64_t pids__sockets_seen(const struct pids *p);

#endif /* PIDS_H */
