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
#include "base/format.h"
#include "base/log.h"
#include "base/util.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "host/filter.h"
#include "kernel/kernel.h"
#include "kernel/look.h"
#include "kernel/tap.h"
#include "store/path_memory.h"
#include "store/recording.h"
#include "watch/census.h"
#include "watch/feeder.h"
#include "watch/icmp.h"
#include "watch/owners.h"
#include "watch/processes.h"
#include "watch/verify.h"

#define HOUSEKEEPING_MS 2000

struct watch {
	const struct watch_config *config;
	uv_loop_t loop;
	uv_poll_t facts_ready;
	uv_signal_t on_int, on_term, on_hup;
	uv_timer_t deadline, duration, housekeeping;
	struct kernel *kernel;
	struct engine *engine;
	struct processes *processes;
	struct icmp *icmp;
	struct verifier *verifier;
	struct recorder *recorder;
	struct names *names;
	struct owners *owners;
	struct path_memory memory;
	struct feeder *feeder;
	struct tap *tap; /* NULL without -i */
	struct outputs outputs;
	uint64_t start_ns;
	uint64_t sockets_at_start; /* connections that were there before us */
	uint64_t established_at_start; /* the kernel side's counter then */
	uint64_t lost_told, undecided_told; /* what the last `lost` line said */
	int error; /* while running */
	bool lost_any;
};

static void stop(struct watch *w)
{
	uv_stop(&w->loop);
}

static void on_event(const struct event *ev, void *ctx)
{
	struct watch *w = ctx;

	outputs__event(&w->outputs, ev);
	if (ev->type == EVENT_SUSPECT)
		feeder__suspect(w->feeder, ev->fact);
	if (w->outputs.out.broken)
		stop(w);
}

/* --- totals --- */

static uint64_t lost_in_kernel(const uint64_t counters[IW_CNT_MAX])
{
	uint64_t n = 0;

	for (int i = 0; i < IW_CNT_ERRORS; i++)
		n += counters[i];
	return n;
}

static struct totals totals_now(struct watch *w)
{
	struct totals t = *engine__totals(w->engine);
	uint64_t counters[IW_CNT_MAX] = { 0 };
	uint64_t missed = 0;
	int r = kernel__counters(w->kernel, counters);

	if (!r)
		r = kernel__missed(w->kernel, &missed);
	if (r)
		log_warn("cannot read the kernel side's counters: %s", strerror(-r));
	t.lost_kernel = feeder__lost(w->feeder) + lost_in_kernel(counters) + missed;
	t.lost_lines = outputs__lost(&w->outputs) + recorder__lost(w->recorder);
	t.undecided = processes__undecided(w->processes);
	if (processes__any(w->processes))
		t.connections = processes__sockets_seen(w->processes);
	else
		t.connections = w->sockets_at_start + counters[IW_CNT_ESTABLISHED] -
				w->established_at_start;
	return t;
}

/* A line about idlewatch itself: start, lost, summary. */
static void tell(struct watch *w, enum event_type type, const struct totals *totals,
		 const char *detail)
{
	struct event ev = { .type = type, .ts_ns = now_ns(), .totals = totals, .detail = detail };
	struct recorded record = { .kind = RECORD_SAID,
				   .realtime_offset_ns = realtime_offset_ns(),
				   .said = type,
				   .ts_ns = ev.ts_ns,
				   .totals = *totals };

	if (type == EVENT_SUMMARY) {
		engine__end(w->engine);
		ev.paths = engine__paths(w->engine);
	}
	snprintf(record.detail, sizeof(record.detail), "%s", detail ? detail : "");
	if (w->recorder)
		recorder__write(w->recorder, &record);
	w->outputs.context.realtime_offset_ns = record.realtime_offset_ns;
	on_event(&ev, w);
	if (type == EVENT_SUMMARY)
		outputs__summary(&w->outputs, &ev, ev.ts_ns - w->start_ns);
}

/* Adds to the text in buf why facts were lost. */
static void name_losses(struct watch *w, char *buf, size_t size)
{
	uint64_t of_feeder = feeder__lost(w->feeder);
	char clause[64];

	snprintf(clause, sizeof(clause), "%llu looks failed or had no memory",
		 (unsigned long long)of_feeder);
	if (of_feeder)
		append_clause(buf, size, clause);
	kernel__name_losses(w->kernel, buf, size);
}

static void tell_if_lost(struct watch *w)
{
	struct totals t = totals_now(w);
	uint64_t lost = t.lost_kernel + t.lost_refused + t.lost_lines;
	char text[RECORD_DETAIL_LEN], undecided[80];

	if (lost <= w->lost_told && t.undecided <= w->undecided_told)
		return;
	snprintf(text, sizeof(text),
		 "lost so far: %llu kernel facts, %llu connections refused, %llu lines",
		 (unsigned long long)t.lost_kernel, (unsigned long long)t.lost_refused,
		 (unsigned long long)t.lost_lines);
	snprintf(undecided, sizeof(undecided),
		 "%llu connections in trouble that no process is known to hold",
		 (unsigned long long)t.undecided);
	if (t.undecided)
		append_clause(text, sizeof(text), undecided);
	name_losses(w, text, sizeof(text));
	w->lost_told = lost;
	w->undecided_told = t.undecided;
	tell(w, EVENT_LOST, &t, text);
}

/* --- the loop --- */

static void process_facts(struct watch *w);

static void on_deadline(uv_timer_t *timer)
{
	process_facts(timer->data);
}

static void set_deadline(struct watch *w)
{
	uint64_t due = feeder__has_more(w->feeder) ? 0 : engine__deadline(w->engine);
	uint64_t now = now_ns();

	if (due == UINT64_MAX)
		uv_timer_stop(&w->deadline);
	else
		uv_timer_start(&w->deadline, on_deadline,
			       due > now ? (due - now) / NS_PER_MS + 1 : 0, 0);
}

static void process_facts(struct watch *w)
{
	int r = feeder__process(w->feeder);

	if (r) {
		w->error = r;
		log_warn("cannot read the ring buffer: %s", strerror(-r));
		stop(w);
		return;
	}
	uv_update_time(&w->loop);
	set_deadline(w);
}

static void on_facts(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	process_facts(poll->data);
}

static void on_fact(const struct iw_fact *fact, void *ctx)
{
	struct watch *w = ctx;

	feeder__queue(w->feeder, fact);
}

static void on_quote(const struct icmp_quote *quote, void *ctx)
{
	struct watch *w = ctx;

	feeder__quoted(w->feeder, quote);
	set_deadline(w);
}

static void on_verified(uint64_t cookie, int result, void *ctx)
{
	struct watch *w = ctx;

	feeder__verified(w->feeder, cookie, result);
	set_deadline(w);
}

static void on_housekeeping(uv_timer_t *timer)
{
	struct watch *w = timer->data;

	feeder__check_clocks(w->feeder);
	process_facts(w);
	tell_if_lost(w);
	path_memory__save_if_due(&w->memory);
	if (!engine__in_silence(w->engine))
		icmp__stop(w->icmp);
	if (outputs__reader_gone(&w->outputs))
		stop(w);
}

static void on_stop_signal(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

static void on_signal_hup(uv_signal_t *signal, int number)
{
	struct watch *w = signal->data;

	(void)number;
	outputs__reopen(&w->outputs);
}

static void on_duration(uv_timer_t *timer)
{
	stop(timer->data);
}

static void on_processes_gone(void *ctx)
{
	struct watch *w = ctx;

	log_verbose("the last watched process has ended");
	stop(w);
}

static int start_loop(struct watch *w)
{
	int r;

	uv_update_time(&w->loop); /* loading took a while */
	uv_poll_init(&w->loop, &w->facts_ready, kernel__fd(w->kernel));
	uv_timer_init(&w->loop, &w->deadline);
	uv_timer_init(&w->loop, &w->duration);
	uv_timer_init(&w->loop, &w->housekeeping);
	uv_signal_init(&w->loop, &w->on_int);
	uv_signal_init(&w->loop, &w->on_term);
	uv_signal_init(&w->loop, &w->on_hup);
	w->facts_ready.data = w->deadline.data = w->duration.data = w;
	w->housekeeping.data = w->on_int.data = w->on_term.data = w->on_hup.data = w;
	r = uv_poll_start(&w->facts_ready, UV_READABLE, on_facts);
	if (!r)
		r = uv_signal_start(&w->on_int, on_stop_signal, SIGINT);
	if (!r)
		r = uv_signal_start(&w->on_term, on_stop_signal, SIGTERM);
	if (!r)
		r = uv_signal_start(&w->on_hup, on_signal_hup, SIGHUP);
	if (!r)
		r = uv_timer_start(&w->housekeeping, on_housekeeping, HOUSEKEEPING_MS,
				   HOUSEKEEPING_MS);
	if (!r && w->config->duration_ns)
		r = uv_timer_start(&w->duration, on_duration, w->config->duration_ns / NS_PER_MS,
				   0);
	if (r)
		return log_err(r, "cannot start the event loop: %s", uv_strerror(r));
	return 0;
}

/* --- beginning and end --- */

/* Counts the sockets that were there before us; the walk gives each an identity too. */
static int look_at_all(struct watch *w, uint64_t *ret_n)
{
	struct look look;
	int r = census__look(w->kernel, &look);
	uint64_t n = 0;

	if (r)
		return r;
	for (size_t i = 0; i < look.n_rows; i++)
		n += !i || look.rows[i].owner.cookie != look.rows[i - 1].owner.cookie;
	processes__note_sockets(w->processes, &look);
	look__free(&look);
	*ret_n = n;
	return 0;
}

static int begin(struct watch *w)
{
	uint64_t counters[IW_CNT_MAX] = { 0 };
	struct totals t;
	char text[192];
	int r;

	r = kernel__counters(w->kernel, counters);
	if (r)
		return log_err(r, "cannot read the kernel side's counters: %s", strerror(-r));
	w->established_at_start = counters[IW_CNT_ESTABLISHED];
	r = look_at_all(w, &w->sockets_at_start);
	if (r)
		return r;
	w->start_ns = now_ns();
	outputs__header(&w->outputs);
	t = totals_now(w);
	snprintf(text, sizeof(text), "watching %llu connections; probes are seen by %s%s",
		 (unsigned long long)t.connections, kernel__hook_name(w->kernel),
		 w->config->engine.light ? "; --light: no hook on received segments" : "");
	if (w->tap)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "; %zu interfaces tapped", tap__count(w->tap));
	tell(w, EVENT_START, &t, text);
	return 0;
}

/* What the kernel side had no room to remember: no event is lost by it. */
static const char *forgotten_note(struct watch *w, char *buf, size_t size)
{
	uint64_t counters[IW_CNT_MAX] = { 0 };
	struct kernel_forgotten f;

	if (kernel__counters(w->kernel, counters))
		return NULL;
	f = kernel__forgotten(w->kernel, counters);
	if (!f.peers && !f.paths && !f.closers)
		return NULL;
	snprintf(buf, size,
		 "forgotten for want of room: TTLs of %llu peers, longest gaps of %llu paths, who "
		 "closed %llu connections",
		 (unsigned long long)f.peers, (unsigned long long)f.paths,
		 (unsigned long long)f.closers);
	return buf;
}

static void finish(struct watch *w)
{
	char text[192];
	uint64_t unused;
	struct totals t;

	feeder__process(w->feeder);
	tell_if_lost(w);
	if (processes__any(w->processes))
		look_at_all(w, &unused);
	t = totals_now(w);
	tell(w, EVENT_SUMMARY, &t, forgotten_note(w, text, sizeof(text)));
	w->lost_any = t.lost_kernel + t.lost_refused + t.lost_lines;
}

static int open_feeder(struct watch *w)
{
	const struct feeder_parts parts = {
		.kernel = w->kernel,
		.engine = w->engine,
		.processes = w->processes,
		.owners = w->owners,
		.icmp = w->icmp,
		.verifier = w->verifier,
		.recorder = w->recorder,
		.outputs = &w->outputs,
	};

	return feeder__new(&parts, &w->feeder);
}

/* The parts that need no kernel. */
static int make_parts(struct watch *w, const struct engine_config *config)
{
	const struct watch_config *c = w->config;
	int r = engine__new(config, on_event, w, &w->engine);

	if (!r)
		r = names__new(&w->names);
	if (!r)
		r = icmp__new(&w->loop, on_quote, w, &w->icmp);
	if (!r && c->verify)
		r = verifier__new(&w->loop, on_verified, w, &w->verifier);
	if (!r)
		r = owners__new(w->names, w->recorder, c->cmdlines, &w->owners);
	if (!r)
		r = open_feeder(w);
	return r ? log_err(r, "cannot begin to watch: %s", strerror(-r)) : 0;
}

static int open_watch(struct watch *w)
{
	const struct watch_config *c = w->config;
	struct recording_info info = { .config = c->engine };
	int r;

	info.config.verify_ns = c->verify ? VERIFY_TIMEOUT_NS : 0;
	if (gethostname(info.host, sizeof(info.host) - 1))
		snprintf(info.host, sizeof(info.host), "unknown");
	r = processes__open(c->kernel.filter, &w->loop, on_processes_gone, w, &w->processes);
	if (r)
		return r;
	r = kernel__open(&c->kernel, on_fact, w, &w->kernel);
	if (r)
		return r;
	r = c->kernel.filter->children ? processes__follow(w->processes, w->kernel) : 0;
	if (r)
		return r;
	r = c->record ? recorder__open(c->record, &info, &w->recorder) : 0;
	if (r)
		return r;
	outputs__open(&w->outputs, &c->output);
	memcpy(w->outputs.context.host, info.host, sizeof(info.host));
	r = make_parts(w, &info.config);
	if (r)
		return r;
	w->outputs.context.names = w->names;
	r = c->kernel.tap ? tap__open(&c->tap, kernel__tap_programs(w->kernel), &w->loop, &w->tap)
			  : 0;
	if (r)
		return r;
	path_memory__open(&w->memory, c->state, w->engine, w->recorder);
	return start_loop(w);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void close_watch(struct watch *w)
{
	if (w->icmp)
		icmp__stop(w->icmp);
	if (w->verifier)
		verifier__stop(w->verifier);
	if (w->tap)
		tap__stop(w->tap);
	uv_walk(&w->loop, close_handle, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	uv_loop_close(&w->loop);
	path_memory__close(&w->memory);
	feeder__free(w->feeder);
	kernel__close(w->kernel);
	engine__free(w->engine);
	processes__free(w->processes);
	icmp__free(w->icmp);
	verifier__free(w->verifier);
	tap__free(w->tap);
	recorder__close(w->recorder);
	owners__free(w->owners);
	names__free(w->names);
	outputs__close(&w->outputs);
}

int watch_run(const struct watch_config *config, bool *ret_lost)
{
	struct watch w = { .config = config };
	int r;

	signal(SIGPIPE, SIG_IGN);
	r = uv_loop_init(&w.loop);
	if (r)
		return log_err(r, "cannot make an event loop: %s", uv_strerror(r));
	r = open_watch(&w);
	if (!r)
		r = begin(&w);
	if (!r) {
		uv_run(&w.loop, UV_RUN_DEFAULT);
		finish(&w);
		r = w.error;
	}
	close_watch(&w);
	*ret_lost = w.lost_any;
	return r;
}
