// SPDX-License-Identifier: BSD-2-Clause
#include "watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "watch/feeder.h"
#include "base/log.h"
#include "store/path_memory.h"
#include "kernel/tap.h"
#include "base/util.h"

#define MAX_CONNECTIONS 65536
#define HOUSEKEEPING_MS 2000

struct app {
	const struct options *options;
	uv_loop_t loop;
	uv_poll_t facts_ready;
	uv_signal_t on_int, on_term, on_hup;
	uv_timer_t deadline, duration, housekeeping;
	struct kernel *kernel;
	struct engine *engine;
	struct pids *pids;
	struct icmp *icmp;
	struct verifier *verifier;
	struct recorder *recorder;
	struct names *names;
	struct owners *owners;
	struct memory memory;
	struct feeder *feeder;
	struct tap *tap; /* NULL without -i */
	struct outputs outputs;
	uint64_t start_ns;
	uint64_t sockets_at_start; /* connections that were there before us */
	uint64_t established_at_start; /* the kernel side's counter then */
	uint64_t lost_told; /* what the last `lost` line said */
	bool failed; /* while running */
	bool lost_any;
};

static void app__stop(struct app *app)
{
	uv_stop(&app->loop);
}

static void app__on_event(const struct event *ev, void *ctx)
{
	struct app *app = ctx;

	outputs__event(&app->outputs, ev);
	if (ev->type == EVENT_SUSPECT)
		feeder__suspect(app->feeder, ev->fact);
	if (app->outputs.out.broken)
		app__stop(app);
}

/* --- totals --- */

static uint64_t lost_in_kernel(const uint64_t counters[IW_CNT_MAX])
{
	uint64_t n = 0;

	for (int i = 0; i < IW_CNT_MAX; i++) {
		if (i != IW_CNT_ESTABLISHED)
			n += counters[i];
	}
	return n;
}

static struct totals app__totals(struct app *app)
{
	struct totals t = *engine__totals(app->engine);
	uint64_t counters[IW_CNT_MAX] = { 0 };
	uint64_t missed = 0;
	int r = kernel__counters(app->kernel, counters);

	if (!r)
		r = kernel__missed(app->kernel, &missed);
	if (r)
		log_warn("cannot read the kernel side's counters: %s", strerror(-r));
	t.lost_kernel = feeder__lost(app->feeder) + lost_in_kernel(counters) + missed;
	t.lost_lines = outputs__lost(&app->outputs) + recorder__lost(app->recorder);
	if (pids__any(app->pids))
		t.connections = pids__sockets_seen(app->pids);
	else
		t.connections = app->sockets_at_start + counters[IW_CNT_ESTABLISHED] -
				app->established_at_start;
	return t;
}

/* A line about idlewatch itself: start, lost, summary. */
static void app__tell(struct app *app, enum event_type type, const struct totals *totals,
		      const char *detail)
{
	struct event ev = { .type = type, .ts_ns = now_ns(), .totals = totals, .detail = detail };
	struct record record = { .kind = RECORD_SAID,
				 .realtime_offset_ns = realtime_offset_ns(),
				 .said = type,
				 .ts_ns = ev.ts_ns,
				 .totals = *totals };

	if (type == EVENT_SUMMARY) {
		engine__end(app->engine);
		ev.paths = engine__paths(app->engine);
	}
	snprintf(record.detail, sizeof(record.detail), "%s", detail ? detail : "");
	if (app->recorder)
		recorder__write(app->recorder, &record);
	app->outputs.context.realtime_offset_ns = record.realtime_offset_ns;
	app__on_event(&ev, app);
	if (type == EVENT_SUMMARY)
		outputs__summary(&app->outputs, &ev, ev.ts_ns - app->start_ns);
}

static void app__tell_if_lost(struct app *app)
{
	struct totals t = app__totals(app);
	uint64_t lost = t.lost_kernel + t.lost_refused + t.lost_lines;
	char text[192];

	if (lost <= app->lost_told)
		return;
	snprintf(text, sizeof(text),
		 "lost so far: %llu kernel facts, %llu connections refused, %llu lines",
		 (unsigned long long)t.lost_kernel, (unsigned long long)t.lost_refused,
		 (unsigned long long)t.lost_lines);
	app->lost_told = lost;
	app__tell(app, EVENT_LOST, &t, text);
}

/* --- the loop --- */

static void app__process(struct app *app);

static void app__on_deadline(uv_timer_t *timer)
{
	app__process(timer->data);
}

static void app__set_deadline(struct app *app)
{
	uint64_t due = feeder__has_more(app->feeder) ? 0 : engine__deadline(app->engine);
	uint64_t now = now_ns();

	if (due == UINT64_MAX)
		uv_timer_stop(&app->deadline);
	else
		uv_timer_start(&app->deadline, app__on_deadline,
			       due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void app__process(struct app *app)
{
	int r = feeder__process(app->feeder);

	if (r) {
		app->failed = true;
		log_warn("cannot read the ring buffer: %s", strerror(-r));
		app__stop(app);
		return;
	}
	uv_update_time(&app->loop);
	app__set_deadline(app);
}

static void app__on_facts(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	app__process(poll->data);
}

static void app__on_fact(const struct iw_fact *fact, void *ctx)
{
	struct app *app = ctx;

	feeder__queue(app->feeder, fact);
}

static void app__on_quote(const struct icmp_quote *quote, void *ctx)
{
	struct app *app = ctx;

	feeder__quoted(app->feeder, quote);
	app__set_deadline(app);
}

static void app__on_verified(uint64_t cookie, int result, void *ctx)
{
	struct app *app = ctx;

	feeder__verified(app->feeder, cookie, result);
	app__set_deadline(app);
}

static void app__on_housekeeping(uv_timer_t *timer)
{
	struct app *app = timer->data;

	feeder__check_clocks(app->feeder);
	app__process(app);
	app__tell_if_lost(app);
	memory__save_if_due(&app->memory);
	if (!engine__in_silence(app->engine))
		icmp__stop(app->icmp);
	if (outputs__reader_gone(&app->outputs))
		app__stop(app);
}

static void app__on_stop_signal(uv_signal_t *signal, int number)
{
	(void)number;
	app__stop(signal->data);
}

static void app__on_hup(uv_signal_t *signal, int number)
{
	struct app *app = signal->data;

	(void)number;
	outputs__reopen(&app->outputs);
}

static void app__on_duration(uv_timer_t *timer)
{
	app__stop(timer->data);
}

static void app__on_pids_gone(void *ctx)
{
	struct app *app = ctx;

	log_verbose("the last watched process has ended");
	app__stop(app);
}

static int app__start_loop(struct app *app)
{
	int r;

	uv_update_time(&app->loop); /* loading took a while */
	uv_poll_init(&app->loop, &app->facts_ready, kernel__fd(app->kernel));
	uv_timer_init(&app->loop, &app->deadline);
	uv_timer_init(&app->loop, &app->duration);
	uv_timer_init(&app->loop, &app->housekeeping);
	uv_signal_init(&app->loop, &app->on_int);
	uv_signal_init(&app->loop, &app->on_term);
	uv_signal_init(&app->loop, &app->on_hup);
	app->facts_ready.data = app->deadline.data = app->duration.data = app;
	app->housekeeping.data = app->on_int.data = app->on_term.data = app->on_hup.data = app;
	r = uv_poll_start(&app->facts_ready, UV_READABLE, app__on_facts);
	if (!r)
		r = uv_signal_start(&app->on_int, app__on_stop_signal, SIGINT);
	if (!r)
		r = uv_signal_start(&app->on_term, app__on_stop_signal, SIGTERM);
	if (!r)
		r = uv_signal_start(&app->on_hup, app__on_hup, SIGHUP);
	if (!r)
		r = uv_timer_start(&app->housekeeping, app__on_housekeeping, HOUSEKEEPING_MS,
				   HOUSEKEEPING_MS);
	if (!r && app->options->duration_ns)
		r = uv_timer_start(&app->duration, app__on_duration,
				   app->options->duration_ns / NS_PER_MS, 0);
	if (r)
		return log_err(r, "cannot start the event loop: %s", uv_strerror(r));
	return 0;
}

/* --- beginning and end --- */

/* Counts the sockets that were there before us; the walk gives each an identity too. */
static int app__look_at_all(struct app *app, uint64_t *ret_n)
{
	struct look look;
	int r = kernel__look(app->kernel, NULL, 0, NULL, 0, &look);
	uint64_t n = 0;

	if (r)
		return r;
	for (size_t i = 0; i < look.n_rows; i++)
		n += !i || look.rows[i].owner.cookie != look.rows[i - 1].owner.cookie;
	pids__note_sockets(app->pids, &look);
	look__free(&look);
	*ret_n = n;
	return 0;
}

static int app__begin(struct app *app)
{
	uint64_t counters[IW_CNT_MAX] = { 0 };
	struct totals t;
	char text[192];
	int r;

	r = kernel__counters(app->kernel, counters);
	if (r)
		return log_err(r, "cannot read the kernel side's counters: %s", strerror(-r));
	app->established_at_start = counters[IW_CNT_ESTABLISHED];
	r = app__look_at_all(app, &app->sockets_at_start);
	if (r)
		return r;
	app->start_ns = now_ns();
	outputs__header(&app->outputs);
	t = app__totals(app);
	snprintf(text, sizeof(text), "watching %llu connections; probes are seen by %s%s",
		 (unsigned long long)t.connections, kernel__hook_name(app->kernel),
		 app->options->light ? "; --light: no hook on received segments" : "");
	if (app->tap)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "; %zu interfaces tapped", tap__count(app->tap));
	app__tell(app, EVENT_START, &t, text);
	return 0;
}

static void app__finish(struct app *app)
{
	uint64_t unused;
	struct totals t;

	feeder__process(app->feeder);
	app__tell_if_lost(app);
	if (pids__any(app->pids))
		app__look_at_all(app, &unused);
	t = app__totals(app);
	app__tell(app, EVENT_SUMMARY, &t, NULL);
	app->lost_any = t.lost_kernel + t.lost_refused + t.lost_lines;
}

static int app__exit_code(const struct app *app, int r)
{
	if (r == -EPERM)
		return EXIT_NOT_PERMITTED;
	if (r == -ENOTSUP)
		return EXIT_KERNEL_LACKS;
	if (r == -ESRCH)
		return EXIT_USAGE;
	if (r || app->failed)
		return EXIT_FAILED;
	return app->options->strict && app->lost_any ? EXIT_EVENTS_LOST : EXIT_OK;
}

static int app__open_feeder(struct app *app)
{
	const struct feeder_parts parts = {
		.kernel = app->kernel,
		.engine = app->engine,
		.pids = app->pids,
		.owners = app->owners,
		.icmp = app->icmp,
		.verifier = app->verifier,
		.recorder = app->recorder,
		.outputs = &app->outputs,
	};

	return feeder__new(&parts, &app->feeder);
}

static int app__open(struct app *app)
{
	const struct options *o = app->options;
	struct recording_info info = { .config = {
					       .probes = o->probes,
					       .retransmits = o->retransmits,
					       .idle_ns = o->idle_ns,
					       .all_events = o->all_events,
					       .verify_ns = o->verify ? VERIFY_TIMEOUT_NS : 0,
					       .max_connections = MAX_CONNECTIONS,
					       .prefix4 = o->prefix4,
					       .prefix6 = o->prefix6,
					       .light = o->light,
				       } };
	int r;

	if (gethostname(info.host, sizeof(info.host) - 1))
		snprintf(info.host, sizeof(info.host), "unknown");
	r = pids__open(&o->filter, &app->loop, app__on_pids_gone, app, &app->pids);
	if (!r)
		r = kernel__open(o, app__on_fact, app, &app->kernel);
	if (!r && o->filter.children)
		r = pids__follow(app->pids, app->kernel);
	if (!r && o->record)
		r = recorder__open(o->record, &info, &app->recorder);
	if (r)
		return r;
	outputs__open(&app->outputs, o);
	memcpy(app->outputs.context.host, info.host, sizeof(info.host));
	r = engine__new(&info.config, app__on_event, app, &app->engine);
	if (!r)
		r = names__new(&app->names);
	app->outputs.context.names = app->names;
	if (!r)
		r = icmp__new(&app->loop, app__on_quote, app, &app->icmp);
	if (!r && o->verify)
		r = verifier__new(&app->loop, app__on_verified, app, &app->verifier);
	if (!r)
		r = owners__new(app->names, app->recorder, o->verbose, &app->owners);
	if (!r)
		r = app__open_feeder(app);
	if (r)
		return log_err(r, "out of memory");
	if (tap_config__any(&o->tap))
		r = tap__open(&o->tap, kernel__tap_programs(app->kernel), &app->loop, &app->tap);
	if (r)
		return r;
	memory__open(&app->memory, o->state, app->engine, app->recorder);
	return app__start_loop(app);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void app__close(struct app *app)
{
	if (app->icmp)
		icmp__stop(app->icmp);
	if (app->verifier)
		verifier__stop(app->verifier);
	if (app->tap)
		tap__stop(app->tap);
	uv_walk(&app->loop, close_handle, NULL);
	uv_run(&app->loop, UV_RUN_DEFAULT);
	uv_loop_close(&app->loop);
	memory__close(&app->memory);
	feeder__free(app->feeder);
	kernel__close(app->kernel);
	engine__free(app->engine);
	pids__free(app->pids);
	icmp__free(app->icmp);
	verifier__free(app->verifier);
	tap__free(app->tap);
	recorder__close(app->recorder);
	owners__free(app->owners);
	names__free(app->names);
	outputs__close(&app->outputs);
}

int app_run(const struct options *options)
{
	struct app app = { .options = options };
	int r;

	signal(SIGPIPE, SIG_IGN);
	r = uv_loop_init(&app.loop);
	if (r)
		return log_err(EXIT_FAILED, "cannot make an event loop: %s", uv_strerror(r));
	r = app__open(&app);
	if (!r)
		r = app__begin(&app);
	if (!r) {
		uv_run(&app.loop, UV_RUN_DEFAULT);
		app__finish(&app);
	}
	app__close(&app);
	return app__exit_code(&app, r);
}
