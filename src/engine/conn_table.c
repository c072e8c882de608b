// SPDX-License-Identifier: BSD-2-Clause
#include "engine/conn_table.h"

#include <stdlib.h>

struct conn *conn_table__find(const struct conn_table *t, uint64_t cookie)
{
	struct conn *c;

	HASH_FIND(hh, t->all, &cookie, sizeof(cookie), c);
	return c;
}

struct conn *conn_table__add(struct conn_table *t, const struct iw_fact *f)
{
	struct conn *c;

	if (HASH_COUNT(t->all) >= t->max) {
		if (!t->well)
			return NULL;
		conn_table__drop(t, t->well);
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->cookie = f->cookie;
	c->fact = *f;
	c->deadline_ns = UINT64_MAX;
	HASH_ADD(hh, t->all, cookie, sizeof(c->cookie), c);
	return c;
}

void conn_table__drop(struct conn_table *t, struct conn *c)
{
	if (c->is_listed_well)
		HASH_DELETE(well_hh, t->well, c);
	HASH_DEL(t->all, c);
	free(c->owners);
	free(c);
}

void conn_table__note_stage(struct conn_table *t, struct conn *c)
{
	bool is_well = c->stage == STAGE_WELL;

	if (is_well == c->is_listed_well)
		return;
	c->is_listed_well = is_well;
	if (!is_well) {
		HASH_DELETE(well_hh, t->well, c);
		return;
	}
	HASH_ADD(well_hh, t->well, cookie, sizeof(c->cookie), c);
	if (HASH_CNT(well_hh, t->well) > CONNS_WELL_MAX)
		conn_table__drop(t, t->well);
}

void conn_table__clear(struct conn_table *t)
{
	struct conn *c, *next;

	HASH_ITER(hh, t->all, c, next)
		conn_table__drop(t, c);
}
