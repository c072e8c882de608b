// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzzes --replay: reader, engine and outputs on any bytes at all. Nothing may
 * crash, and no line may be anything but valid UTF-8 without raw control bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"
#include "output/event_json.h"
#include "store/recording.h"
#include "output/report.h"
#include "output/event_text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static struct field_context context;

static void check_terminal(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 && *text != '\n')
			abort();
	}
}

static void on_event(const struct event *ev, void *ctx)
{
	char text[EVENT_TEXT_LEN];
	char *line = event_json(ev, &context);

	(void)ctx;
	if (!line)
		abort();
	check_terminal(line);
	free(line);
	event_text(ev, &context, text, sizeof(text));
	check_terminal(text);
	if (ev->type == EVENT_VERDICT) {
		line = report_block(ev, &context);
		check_terminal(line);
		free(line);
	}
}

/* The end of the watch, with all that is known of paths. */
static void say_summary(struct engine *engine, const struct recorded *record)
{
	struct event ev = { .type = EVENT_SUMMARY,
			    .ts_ns = record->ts_ns,
			    .totals = &record->totals,
			    .paths = engine__paths(engine) };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	engine__end(engine);
	on_event(&ev, NULL);
	if (!out)
		return;
	event_text_summary(&ev, 0, out);
	fclose(out);
	check_terminal(text);
	free(text);
}

static void replay(FILE *in)
{
	struct recording_info info;
	struct engine *engine = NULL;
	struct names *names = NULL;
	struct recorded record;

	if (recording__read_info(in, "fuzz", &info) <= 0 || names__new(&names))
		return;
	context.names = names;
	if (engine__new(&info.config, on_event, NULL, &engine))
		abort();
	while (recording__read(in, "fuzz", &record) > 0) {
		context.realtime_offset_ns = record.realtime_offset_ns;
		if (record.kind == RECORD_FACT)
			engine__feed(engine, &record.fact, record.n_owners ? record.owners : NULL,
				     record.n_owners);
		else if (record.kind == RECORD_PROCESS)
			names__set_process(names, &record.process);
		else if (record.kind == RECORD_NAME)
			names__set(names, (enum name_kind)record.name.kind, record.name.id,
				   record.name.text);
		else if (record.kind == RECORD_PATH)
			paths__remember(engine__paths(engine), &record.path);
		else if (record.kind == RECORD_SAID && record.said == EVENT_SUMMARY)
			say_summary(engine, &record);
	}
	engine__free(engine);
	names__free(names);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	FILE *in;

	if (!size)
		return 0;
	in = fmemopen((void *)(uintptr_t)data, size, "rb");
	if (!in)
		return 0;
	replay(in);
	fclose(in);
	return 0;
}
