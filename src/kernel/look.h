/* SPDX-License-Identifier: BSD-2-Clause */
/* What the socket iterator says: sockets and who holds them. */
#ifndef KERNEL_LOOK_H
#define KERNEL_LOOK_H

#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"

/* By cookie and then PID, once sorted. The rows are its own. */
struct look {
	struct iw_look_row *rows;
	size_t n_rows;
};

/* Reads an iterator's descriptor to its end. Returns 0 or a negative errno. */
int look__read(struct look *look, int fd);

/*
 * Sorts; a process that holds a socket by several descriptors is then listed once, and
 * a row without an owner only where the socket has none.
 */
void look__sort(struct look *look);

/* Adds one row at its place in a sorted look. 0 or -ENOMEM. */
int look__add(struct look *look, const struct iw_look_row *row);

void look__free(struct look *look);

/* The rows of one cookie: *ret_n of them, from the pointer returned; NULL if none. */
const struct iw_look_row *look__find(const struct look *look, uint64_t cookie, size_t *ret_n);

#endif /* KERNEL_LOOK_H */
