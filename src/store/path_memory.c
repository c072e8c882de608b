// SPDX-License-Identifier: BSD-2-Clause
#include "store/path_memory.h"

#include "base/clock.h"
#include "base/util.h"

#define SAVE_EVERY_NS (5 * NS_PER_S)

static void remember(const struct path *path, void *ctx)
{
	struct memory *m = ctx;
	struct record record = { .kind = RECORD_PATH,
				 .realtime_offset_ns = realtime_offset_ns(),
				 .path = *path };

	if (m->recorder)
		recorder__write(m->recorder, &record);
	paths__remember(engine__paths(m->engine), path);
}

void memory__open(struct memory *m, const char *path, struct engine *engine,
		  struct recorder *recorder)
{
	*m = (struct memory){ .engine = engine, .recorder = recorder };
	if (!path || state__open(path, &m->state))
		return;
	if (!state__load(m->state, realtime_offset_ns(), remember, m))
		paths__saved(engine__paths(engine));
}

static void memory__save(struct memory *m)
{
	if (m->state)
		state__save(m->state, engine__paths(m->engine), realtime_offset_ns());
	m->tried_ns = now_ns();
}

void memory__save_if_due(struct memory *m)
{
	if (now_ns() - m->tried_ns >= SAVE_EVERY_NS)
		memory__save(m);
}

void memory__close(struct memory *m)
{
	if (m->engine)
		memory__save(m);
	state__close(m->state);
	m->state = NULL;
}
