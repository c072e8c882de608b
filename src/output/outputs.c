// SPDX-License-Identifier: BSD-2-Clause
#include "output/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/event_json.h"
#include "output/event_text.h"
#include "output/owners_text.h"
#include "output/report.h"

void outputs__open(struct outputs *o, const struct output_config *config)
{
	*o = (struct outputs){ .config = *config, .context.no_seq = config->no_seq };
	sink__open(&o->out, NULL);
	if (config->file)
		sink__open(&o->file, config->file);
}

void outputs__close(struct outputs *o)
{
	if (o->config.file)
		sink__close(&o->file);
}

void outputs__reopen(struct outputs *o)
{
	if (o->config.file)
		sink__reopen(&o->file);
}

void outputs__header(struct outputs *o)
{
	char text[EVENT_TEXT_LEN];

	if (o->config.json)
		return;
	event_text_header(text, sizeof(text));
	sink__write(&o->out, text);
}

static void write_json(struct outputs *o, struct sink *sink, const struct event *ev)
{
	char *line = event_json(ev, &o->context);

	if (line)
		sink__write(sink, line);
	else
		sink->lost++;
	free(line);
}

/* Suspicions and their end without a verdict are for machines, and for -v. */
static bool is_for_people(const struct outputs *o, const struct event *ev)
{
	return o->config.verbose || !ev->in_silence || ev->verdict != VERDICT_NONE;
}

/* With -v: everybody who holds the connection. */
static void write_owners(struct outputs *o, const struct event *ev)
{
	char *owners = owners_text(ev, &o->context, "         held by ");

	if (owners)
		sink__write(&o->out, owners);
	free(owners);
}

static void write_text(struct outputs *o, const struct event *ev)
{
	char text[EVENT_TEXT_LEN];
	char *report;

	if (!is_for_people(o, ev))
		return;
	event_text(ev, &o->context, text, sizeof(text));
	sink__write(&o->out, text);
	if (o->config.verbose)
		write_owners(o, ev);
	if (!o->config.report || ev->type != EVENT_VERDICT)
		return;
	report = report_block(ev, &o->context);
	if (report)
		sink__write(&o->out, report);
	else
		o->out.lost++;
	free(report);
}

void outputs__event(struct outputs *o, const struct event *ev)
{
	/* A summary is for people when it comes as several lines of text. */
	if (o->config.file)
		write_json(o, &o->file, ev);
	if (o->config.json)
		write_json(o, &o->out, ev);
	else if (ev->type != EVENT_SUMMARY)
		write_text(o, ev);
}

void outputs__summary(struct outputs *o, const struct event *ev, uint64_t watched_ns)
{
	if (!o->out.broken)
		event_text_summary(ev, watched_ns, o->config.json ? stderr : stdout);
}

bool outputs__reader_gone(struct outputs *o)
{
	return sink__reader_gone(&o->out);
}

uint64_t outputs__lost(const struct outputs *o)
{
	return o->out.lost + o->file.lost;
}
