/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections that the engine knows. Internal to the engine; pure. */
#ifndef ENGINE_CONN_TABLE_H
#define ENGINE_CONN_TABLE_H

#include "engine/conn.h"

/*
 * Those that are well again are kept to know their losses: so many of them. Nobody tells
 * when such a one is closed, as the kernel side does not follow it any more.
 */
#define CONNS_WELL_MAX 4096

struct conn_table {
	struct conn *all; /* by cookie, oldest first */
	struct conn *well; /* the same of those that are well, the longest so first */
	size_t max;
};

struct conn *conn_table__find(const struct conn_table *t, uint64_t cookie);

/*
 * A new connection; where there is no room, the one that has been well for longest makes
 * room. NULL: there is none.
 */
struct conn *conn_table__add(struct conn_table *t, const struct iw_fact *f);

void conn_table__drop(struct conn_table *t, struct conn *c);

/* To be called when the connection's stage may have changed. */
void conn_table__note_stage(struct conn_table *t, struct conn *c);

void conn_table__clear(struct conn_table *t);

#endif /* ENGINE_CONN_TABLE_H */
