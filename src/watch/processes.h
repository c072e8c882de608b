/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -p, -f, --comm and --cgroup: the processes whose sockets are watched, and when the
 * last of those given by PID has ended.
 */
#ifndef WATCH_PROCESSES_H
#define WATCH_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct filter;
struct iw_look_row;
struct kernel;
struct look;
struct processes;

/*
 * Watches the filter's processes (the filter is the caller's and stays); gone(ctx) is
 * called once, when the last process given by PID has ended and no other choice is left.
 * With an empty filter everything is watched. Logs and returns a negative errno when one
 * cannot be watched (-ESRCH: not running any more).
 */
int processes__open(const struct filter *filter, uv_loop_t *loop, void (*gone)(void *ctx),
		    void *ctx, struct processes **ret);

/* -f: follows the children that there are and those to come. 0 or a negative errno, logged. */
int processes__follow(struct processes *p, struct kernel *k);

/* The loop must have run since its handles were closed. */
void processes__free(struct processes *p);

/* Whether connections are chosen by who holds them at all. */
bool processes__any(const struct processes *p);

/*
 * Whether one of them is among the owners in these rows, or held this socket when it was
 * noted; true when all are watched.
 */
bool processes__hold(struct processes *p, uint64_t cookie, const struct iw_look_row *rows,
		     size_t n_rows);

/* Adds one of their sockets, or all in the look, to those counted; each counts once. */
void processes__note_socket(struct processes *p, uint64_t cookie);
void processes__note_sockets(struct processes *p, const struct look *look);
uint64_t processes__sockets_seen(const struct processes *p);

/*
 * Notes a connection in trouble that no process is known to hold, so that whether it is one
 * of theirs cannot be told; or, with undecided false, that by now it can. Only where not all
 * are watched.
 */
void processes__note_undecided(struct processes *p, uint64_t cookie, bool undecided);
uint64_t processes__undecided(const struct processes *p);

#endif /* WATCH_PROCESSES_H */
