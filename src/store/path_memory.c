// SPDX-License-Identifier: BSD-2-Clause
#include "store/path_memory.h"

#include "base/clock.h"
#include "base/util.h"
#include "engine/engine.h"
#include "engine/paths.h"
#include "store/recording.h"
#include "store/state.h"

#define SAVE_EVERY_NS (5 * NS_PER_S)

static void remember(const struct path *path, void *ctx)
{
	struct path_memory *m = ctx;
	struct recorded record = { .kind = RECORD_PATH,
				   .realtime_offset_ns = realtime_offset_ns(),
				   .path = *path };

	if (m->recorder)
		recorder__write(m->recorder, &record);
	paths__remember(engine__paths(m->engine), path);
}

void path_memory__open(struct path_memory *m, const char *path, struct engine *engine,
		       struct recorder *recorder)
{
	*m = (struct path_memory){ .engine = engine, .recorder = recorder };
	if (!path || state__open(path, &m->state))
		return;
	if (!state__load(m->state, realtime_offset_ns(), remember, m))
		paths__saved(engine__paths(engine));
}

static void save(struct path_memory *m)
{
	if (m->state)
		state__save(m->state, engine__paths(m->engine), realtime_offset_ns());
	m->tried_ns = now_ns();
}

void path_memory__save_if_due(struct path_memory *m)
{
	if (now_ns() - m->tried_ns >= SAVE_EVERY_NS)
		save(m);
}

void path_memory__close(struct path_memory *m)
{
	if (m->engine)
		save(m);
	state__close(m->state);
	m->state = NULL;
}
