// SPDX-License-Identifier: BSD-2-Clause
#include "app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "engine.h"
#include "fields.h"
#include "json.h"
#include "kernel.h"
#include "log.h"
#include "pids.h"
#include "sink.h"
#include "text.h"
#include "util.h"

#define MAX_CONNECTIONS 65536
#define HOUSEKEEPING_MS 2000
#define DUE_BATCH 1024

struct app {
	const struct options *options;
	uv_loop_t loop;
	uv_poll_t facts_ready;
	uv_signal_t on_int, on_term, on_hup;
	uv_timer_t deadline, duration, housekeeping;
	struct kernel *kernel;
	struct engine *engine;
	struct pids *pids;
	struct sink out; /* standard output: text, or JSON with -j */
	struct sink file; /* -o */
	struct field_context context;
	struct iw_fact *facts; /* waiting to be fed */
	size_t n_facts, facts_room;
	uint64_t start_ns;
	uint64_t sockets_at_start; /* connections that were there before us */
	uint64_t established_at_start; /* the kernel side's counter then */
	uint64_t lost_told; /* what the last `lost` line said */
	uint64_t lost_facts; /* for want of memory here */
	bool failed; /* while running */
	bool lost_any;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static uint64_t now_ns(void)
{
	return clock_ns(CLOCK_BOOTTIME);
}

static void app__stop(struct app *app)
{
	uv_stop(&app->loop);
}

/* --- lines --- */

static void app__write_json(struct app *app, struct sink *sink, const struct event *ev)
{
	char *line = json_line(ev, &app->context);

	if (line)
		sink__write(sink, line);
	else
		sink->lost++;
	free(line);
}

/* Suspicions and their end without a verdict are for machines, and for -v. */
static bool app__text_wants(const struct event *ev)
{
	if (log_is_verbose() || !ev->in_silence)
		return true;
	return ev->verdict != VERDICT_NONE;
}

static void app__on_event(const struct event *ev, void *ctx)
{
	struct app *app = ctx;
	char line[TEXT_LINE_LEN];

	/* Read anew for each line: the wall clock may have been set meanwhile. */
	app->context.realtime_offset_ns = (int64_t)clock_ns(CLOCK_REALTIME) - (int64_t)now_ns();
	if (app->options->file)
		app__write_json(app, &app->file, ev);
	if (app->options->json) {
		app__write_json(app, &app->out, ev);
	} else if (app__text_wants(ev)) {
		text_line(ev, &app->context, line, sizeof(line));
		sink__write(&app->out, line);
	}
	if (app->out.broken)
		app__stop(app);
}

/* --- totals --- */

/* Sums what was lost. On failure the last known numbers stay. */
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
	int r = kernel__counters(app->kernel, counters);

	if (r)
		log_warn("cannot read the kernel side's counters: %s", strerror(-r));
	t.lost_kernel = app->lost_facts + lost_in_kernel(counters);
	t.lost_lines = app->out.lost + app->file.lost;
	if (pids__any(app->pids))
		t.connections = pids__sockets_seen(app->pids);
	else
		t.connections = app->sockets_at_start + counters[IW_CNT_ESTABLISHED] -
				app->established_at_start;
	return t;
}

static void app__tell(struct app *app, enum event_type type, const struct totals *totals,
		      const char *detail)
{
	struct event ev = { .type = type, .ts_ns = now_ns(), .totals = totals, .detail = detail };

	app__on_event(&ev, app);
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

static void app__on_housekeeping(uv_timer_t *timer)
{
	struct app *app = timer->data;

	app__tell_if_lost(app);
	if (sink__reader_gone(&app->out))
		app__stop(app);
}

/* --- from facts to the engine --- */

static void app__on_fact(const struct iw_fact *f, void *ctx)
{
	struct app *app = ctx;

	if (app->n_facts == app->facts_room) {
		size_t room = app->facts_room ? 2 * app->facts_room : 64;
		struct iw_fact *bigger = realloc(app->facts, room * sizeof(*bigger));

		if (!bigger) {
			app->lost_facts++;
			return;
		}
		app->facts = bigger;
		app->facts_room = room;
	}
	app->facts[app->n_facts++] = *f;
}

/* Looks at the connections among the waiting facts that the engine does not know. */
static void app__look_at_new(struct app *app, struct look *ret)
{
	uint64_t *cookies = calloc(app->n_facts, sizeof(*cookies));
	size_t n = 0;

	*ret = (struct look){};
	if (!cookies)
		return;
	for (size_t i = 0; i < app->n_facts; i++) {
		if (!engine__knows(app->engine, app->facts[i].cookie))
			cookies[n++] = app->facts[i].cookie;
	}
	if (n)
		kernel__look(app->kernel, cookies, n, ret);
	free(cookies);
}

static void app__feed(struct app *app, const struct iw_fact *f, const struct look *look)
{
	struct iw_owner owners[ENGINE_OWNERS_MAX];
	size_t n_rows, n = 0;
	const struct iw_look_row *rows = look__find(look, f->cookie, &n_rows);

	for (; n < n_rows && n < ENGINE_OWNERS_MAX; n++)
		owners[n] = rows[n].owner;
	if (!engine__knows(app->engine, f->cookie) && !pids__hold(app->pids, rows, n_rows)) {
		kernel__untrack(app->kernel, f->cookie);
		return;
	}
	engine__feed(app->engine, f, n ? owners : NULL, n);
}

/* Gives each connection that is due its look. */
static void app__look_at_due(struct app *app)
{
	uint64_t cookies[DUE_BATCH];
	struct look look;
	size_t n;

	while ((n = engine__due(app->engine, now_ns(), cookies, DUE_BATCH))) {
		kernel__look(app->kernel, cookies, n, &look);
		for (size_t i = 0; i < n; i++) {
			struct iw_fact missed = { .type = IW_FACT_LOOK_MISSED,
						  .ts_ns = now_ns(),
						  .mono_ns = clock_ns(CLOCK_MONOTONIC),
						  .cookie = cookies[i] };
			const struct iw_look_row *row =
				look__find(&look, cookies[i], &(size_t){ 0 });

			app__feed(app, row ? &row->fact : &missed, &look);
		}
		look__free(&look);
	}
}

static void app__on_deadline(uv_timer_t *timer);

static void app__set_deadline(struct app *app)
{
	uint64_t due = engine__deadline(app->engine);
	uint64_t now = now_ns();

	if (due == UINT64_MAX)
		uv_timer_stop(&app->deadline);
	else
		uv_timer_start(&app->deadline, app__on_deadline,
			       due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void app__process(struct app *app)
{
	struct look look;
	int r = kernel__consume(app->kernel);

	if (r) {
		app->failed = true;
		log_warn("cannot read the ring buffer: %s", strerror(-r));
		app__stop(app);
		return;
	}
	if (app->n_facts) {
		app__look_at_new(app, &look);
		for (size_t i = 0; i < app->n_facts; i++)
			app__feed(app, &app->facts[i], &look);
		app->n_facts = 0;
		look__free(&look);
	}
	app__look_at_due(app);
	uv_update_time(&app->loop);
	app__set_deadline(app);
}

static void app__on_deadline(uv_timer_t *timer)
{
	app__process(timer->data);
}

static void app__on_facts(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	app__process(poll->data);
}

/* --- signals and the end --- */

static void app__on_stop_signal(uv_signal_t *signal, int number)
{
	(void)number;
	app__stop(signal->data);
}

static void app__on_hup(uv_signal_t *signal, int number)
{
	struct app *app = signal->data;

	(void)number;
	if (app->options->file)
		sink__reopen(&app->file);
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

/* Counts the sockets that were there before us; the walk gives each an identity too. */
static int app__look_at_all(struct app *app, uint64_t *ret_n)
{
	struct look look;
	int r = kernel__look(app->kernel, NULL, 0, &look);
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
	char text[TEXT_LINE_LEN];
	struct totals t;
	int r;

	r = kernel__counters(app->kernel, counters);
	if (r)
		return log_err(r, "cannot read the kernel side's counters: %s", strerror(-r));
	app->established_at_start = counters[IW_CNT_ESTABLISHED];
	r = app__look_at_all(app, &app->sockets_at_start);
	if (r)
		return r;
	app->start_ns = now_ns();
	if (!app->options->json) {
		text_header(text, sizeof(text));
		sink__write(&app->out, text);
	}
	t = app__totals(app);
	snprintf(text, sizeof(text), "watching %llu connections; probes are seen by %s",
		 (unsigned long long)t.connections, kernel__hook_name(app->kernel));
	app__tell(app, EVENT_START, &t, text);
	return 0;
}

static void app__finish(struct app *app)
{
	uint64_t unused;
	struct totals t;

	app__process(app);
	app__tell_if_lost(app);
	if (pids__any(app->pids))
		app__look_at_all(app, &unused);
	t = app__totals(app);
	if (app->options->json || app->options->file)
		app__tell(app, EVENT_SUMMARY, &t, NULL);
	if (!app->out.broken)
		text_summary(&t, now_ns() - app->start_ns, app->options->json ? stderr : stdout);
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

static int app__open(struct app *app)
{
	const struct options *o = app->options;
	const struct engine_config config = {
		.probes = o->probes,
		.retransmits = o->retransmits,
		.idle_ns = o->idle_ns,
		.all_events = o->all_events,
		.max_connections = MAX_CONNECTIONS,
	};
	int r;

	if (gethostname(app->context.host, sizeof(app->context.host) - 1))
		snprintf(app->context.host, sizeof(app->context.host), "unknown");
	r = pids__open(o->pids, o->n_pids, &app->loop, app__on_pids_gone, app, &app->pids);
	if (r)
		return r;
	r = engine__new(&config, app__on_event, app, &app->engine);
	if (r)
		return log_err(r, "out of memory");
	r = kernel__open(o, app__on_fact, app, &app->kernel);
	if (r)
		return r;
	sink__open(&app->out, NULL);
	if (o->file)
		sink__open(&app->file, o->file);
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
	uv_walk(&app->loop, close_handle, NULL);
	uv_run(&app->loop, UV_RUN_DEFAULT);
	uv_loop_close(&app->loop);
	kernel__close(app->kernel);
	engine__free(app->engine);
	pids__free(app->pids);
	if (app->options->file)
		sink__close(&app->file);
	free(app->facts);
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
