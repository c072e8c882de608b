// SPDX-License-Identifier: BSD-2-Clause
#include "commands/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "engine/engine.h"
#include "output/outputs.h"
#include "store/recording.h"

struct replay {
	struct outputs outputs;
	struct engine *engine;
	struct names *names;
	uint64_t start_ns;
};

static void on_event(const struct event *ev, void *ctx)
{
	struct replay *r = ctx;

	outputs__event(&r->outputs, ev);
}

static void say(struct replay *r, const struct recorded *record)
{
	struct event ev = { .type = record->said,
			    .ts_ns = record->ts_ns,
			    .totals = &record->totals,
			    .detail = record->detail[0] ? record->detail : NULL };

	if (record->said == EVENT_SUMMARY) {
		engine__end(r->engine);
		ev.paths = engine__paths(r->engine);
	}
	if (record->said == EVENT_START) {
		r->start_ns = record->ts_ns;
		outputs__header(&r->outputs);
	}
	outputs__event(&r->outputs, &ev);
	if (record->said == EVENT_SUMMARY)
		outputs__summary(&r->outputs, &ev, record->ts_ns - r->start_ns);
}

static int replay_all(struct replay *r, FILE *in, const char *name)
{
	struct recorded record;
	int n;

	while ((n = recording__read(in, name, &record)) > 0) {
		r->outputs.context.realtime_offset_ns = record.realtime_offset_ns;
		if (record.kind == RECORD_SAID)
			say(r, &record);
		else if (record.kind == RECORD_PROCESS)
			names__set_process(r->names, &record.process);
		else if (record.kind == RECORD_NAME)
			names__set(r->names, (enum name_kind)record.name.kind, record.name.id,
				   record.name.text);
		else if (record.kind == RECORD_PATH)
			paths__remember(engine__paths(r->engine), &record.path);
		else
			engine__feed(r->engine, &record.fact,
				     record.n_owners ? record.owners : NULL, record.n_owners);
	}
	return n;
}

static int play(struct replay *r, FILE *in, const char *name, const struct output_config *config)
{
	struct recording_info info;
	int n = recording__read_info(in, name, &info);

	if (n <= 0)
		return n;
	n = engine__new(&info.config, on_event, r, &r->engine);
	if (!n)
		n = names__new(&r->names);
	if (n)
		return log_err(n, "--replay: out of memory");
	outputs__open(&r->outputs, config);
	r->outputs.context.names = r->names;
	memcpy(r->outputs.context.host, info.host, sizeof(info.host));
	n = replay_all(r, in, name);
	outputs__close(&r->outputs);
	return n;
}

int replay_run(const char *name, const struct output_config *config)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "rb") : stdin;
	struct replay replay = {};
	int r;

	if (!in)
		return log_err(-errno, "--replay: cannot open %s: %s", name, strerror(errno));
	r = play(&replay, in, name, config);
	engine__free(replay.engine);
	names__free(replay.names);
	if (in != stdin)
		fclose(in);
	return r;
}
