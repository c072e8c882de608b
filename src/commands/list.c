// SPDX-License-Identifier: BSD-2-Clause
#include "commands/list.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/log.h"
#include "base/sink.h"
#include "base/util.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/filter_options.h"
#include "commands/option_values.h"
#include "engine/event.h"
#include "host/filter.h"
#include "kernel/kernel.h"
#include "output/event_json.h"
#include "output/list_table.h"
#include "output/owners_text.h"
#include "watch/census.h"
#include "watch/owners.h"

/*
 * The shortest time-out in docs/timeouts.md that its vendor documents and that is silent:
 * Azure's load balancer, as it comes.
 */
#define ASSUMED_DEFAULT_NS (240 * NS_PER_S)

/* --observe looks so often; what recurs faster than twice that is not told from any traffic. */
#define LOOK_EVERY_NS (1 * NS_PER_S)

typedef int (*compare_fn)(const struct event *a, const struct event *b);

struct list_options {
	struct filter filter;
	compare_fn compare; /* --sort */
	uint64_t idle_ns; /* --idle: no others; 0 all */
	bool at_risk; /* --at-risk: no others */
	uint64_t assumed_ns; /* --assume */
	uint64_t every_ns; /* --watch, 0 once */
	uint64_t observe_ns; /* --observe, before the first is shown */
	bool json;
};

struct list {
	struct list_options options;
	struct kernel *kernel;
	struct pulses *pulses;
	struct names *names;
	struct owners *owners;
	struct field_context context;
	struct sink out;
};

/* --- in which order --- */

#define RISING(a, b) (((a) > (b)) - ((a) < (b)))

static uint32_t first_pid(const struct event *ev)
{
	return ev->n_owners ? ev->owners[0].pid : 0;
}

static int by_pid(const struct event *a, const struct event *b)
{
	return RISING(first_pid(a), first_pid(b));
}

static int by_comm(const struct event *a, const struct event *b)
{
	return strncmp(a->n_owners ? a->owners[0].comm : "", b->n_owners ? b->owners[0].comm : "",
		       IW_COMM_LEN);
}

static int by_idle(const struct event *a, const struct event *b)
{
	return RISING(b->idle_ns, a->idle_ns);
}

static int by_noticed(const struct event *a, const struct event *b)
{
	return RISING(b->exposure->noticed_ns, a->exposure->noticed_ns);
}

static int by_risk(const struct event *a, const struct event *b)
{
	int r = RISING(b->exposure->risk, a->exposure->risk);

	return r ? r : by_idle(a, b);
}

static int by_state(const struct event *a, const struct event *b)
{
	return RISING(a->fact->state, b->fact->state);
}

static int by_local(const struct event *a, const struct event *b)
{
	int r = memcmp(a->fact->laddr, b->fact->laddr, IW_ADDR_LEN);

	return r ? r : RISING(a->fact->lport, b->fact->lport);
}

static int by_peer(const struct event *a, const struct event *b)
{
	int r = memcmp(a->fact->paddr, b->fact->paddr, IW_ADDR_LEN);

	return r ? r : RISING(a->fact->pport, b->fact->pport);
}

static int by_unacked(const struct event *a, const struct event *b)
{
	return RISING(b->fact->snd_nxt - b->fact->snd_una, a->fact->snd_nxt - a->fact->snd_una);
}

static const struct {
	const char *name;
	compare_fn compare;
} orders[] = {
	{ "risk", by_risk },   { "idle", by_idle }, { "noticed", by_noticed },
	{ "pid", by_pid },     { "comm", by_comm }, { "state", by_state },
	{ "local", by_local }, { "peer", by_peer }, { "unacked", by_unacked },
};

static error_t set_order(struct list_options *o, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		if (!strcmp(value, orders[i].name)) {
			o->compare = orders[i].compare;
			return 0;
		}
	}
	return value_bad("--sort", value,
			 "risk, idle, noticed, pid, comm, state, local, peer or unacked");
}

static int compare(const void *a, const void *b, void *ctx)
{
	const struct event *x = a, *y = b;
	int r = ((const struct list_options *)ctx)->compare(x, y);

	/* Those alike keep their places from one look to the next. */
	return r ? r : RISING(x->fact->cookie, y->fact->cookie);
}

/* --- the command line --- */

enum {
	OPT_SORT = 0x100,
	OPT_IDLE,
	OPT_AT_RISK,
	OPT_ASSUME,
	OPT_WATCH,
	OPT_OBSERVE,
};

static const struct argp_option table[] = {
	{ NULL, 0, NULL, 0, "What to show:", 2 },
	{ "at-risk", OPT_AT_RISK, NULL, 0, "Only those that a silent drop would catch", 2 },
	{ "idle", OPT_IDLE, "DUR", 0, "Only those idle at least so long: 10m", 2 },
	{ "assume", OPT_ASSUME, "DUR", 0,
	  "The path forgets a connection that long idle (240s, the shortest silent time-out of "
	  "docs/timeouts.md)",
	  2 },
	{ "sort", OPT_SORT, "KEY", 0,
	  "By risk (the default), idle, noticed, pid, comm, state, local, peer or unacked", 2 },
	{ "watch", OPT_WATCH, "DUR", 0, "Look again each time so much has passed: 2s", 2 },
	{ "observe", OPT_OBSERVE, "DUR", 0,
	  "First look each second for so long, to see whose programs speak by themselves: 1m", 2 },
	{ "json", 'j', NULL, 0, "JSON lines", 2 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ "verbose", 'v', NULL, 0, "Name every owner, with its command line", 2 },
	{ 0 },
};

static error_t check(const struct list_options *o)
{
	if (!log_is_verbose() || !o->every_ns || o->json || !isatty(STDOUT_FILENO))
		return 0;
	log_warn("-v: owners have no place in a table that is refreshed; leave out --watch, or add "
		 "-j");
	return EINVAL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct list_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->filter;
		break;
	case OPT_SORT:
		return set_order(o, arg);
	case OPT_IDLE:
		return value_duration("--idle", arg, &o->idle_ns);
	case OPT_AT_RISK:
		o->at_risk = true;
		break;
	case OPT_ASSUME:
		return value_duration("--assume", arg, &o->assumed_ns);
	case OPT_WATCH:
		return value_duration("--watch", arg, &o->every_ns);
	case OPT_OBSERVE:
		return value_duration("--observe", arg, &o->observe_ns);
	case 'j':
		o->json = true;
		break;
	case 'v':
		log_set_verbose(true);
		break;
	case ARGP_KEY_ARG:
		return command_refuse_word("idlewatch list", arg);
	case ARGP_KEY_END:
		return check(o);
	default:
		return value_is_help(key, state) ? 0 : ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int parse(struct list_options *ret, int argc, char **argv)
{
	static const struct argp_child children[] = { { &filter_argp, 0, "Which connections:", 1 },
						      { 0 } };
	static const struct argp argp = {
		.options = table,
		.parser = parse_option,
		.children = children,
		.doc = "List the TCP connections of this host, of all its network namespaces, and "
		       "which of them a path that forgets idle connections would silently drop.\v"
		       "RISK is no-keepalive, keepalive-too-late, pinged (as one of these, but its "
		       "program or the peer's was seen to speak in time, again and again; needs "
		       "--observe or --watch) or ok; NOTICED is how long after "
		       "the last packet the program would learn of a silent drop; KEEPALIVE is "
		       "time+probes x interval in seconds; TRAFFIC is the gap that data ended so "
		       "many times, none being longer. Connections of TIME-WAIT and half-open "
		       "ones have nothing to lose and are left out.",
	};

	*ret = (struct list_options){ .compare = by_risk, .assumed_ns = ASSUMED_DEFAULT_NS };
	return command_parse(&argp, argc, argv, ret);
}

/* --- showing --- */

static bool is_shown(const struct list_options *o, const struct event *ev)
{
	if (o->at_risk && ev->exposure->risk <= RISK_PINGED)
		return false;
	return ev->idle_ns >= o->idle_ns;
}

/* Leaves what is to be shown, in its order. */
static void choose(const struct list *l, struct census *census)
{
	size_t n = 0;

	for (size_t i = 0; i < census->n; i++) {
		if (is_shown(&l->options, &census->events[i]))
			census->events[n++] = census->events[i];
	}
	census->n = n;
	if (n)
		qsort_r(census->events, n, sizeof(*census->events), compare, (void *)&l->options);
}

static void write_text(struct list *l, char *text)
{
	if (text)
		sink__write(&l->out, text);
	else
		l->out.lost++;
	free(text);
}

/* What fits on the terminal while watching; the last line stays free for the cursor. */
static struct table_bounds terminal_bounds(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 4)
		return (struct table_bounds){};
	return (struct table_bounds){ .lines = size.ws_row - 1U, .columns = size.ws_col };
}

/* In place: home, the old table away, the new one, in one write so that nothing flickers. */
static void write_table(struct list *l, const struct census *census, bool in_place)
{
	struct table_bounds bounds = in_place ? terminal_bounds() : (struct table_bounds){};
	char *rows, *text = NULL;

	for (size_t i = 0; i < census->n; i++)
		owners__learn(l->owners, census->events[i].fact, NULL, 0);
	rows = list_table_text(census->events, census->n, &l->context, bounds);
	if (rows && asprintf(&text, "%s%s", in_place ? "\033[H\033[2J" : "", rows) < 0)
		text = NULL;
	free(rows);
	write_text(l, text);
}

static void write_json(struct list *l, const struct census *census)
{
	for (size_t i = 0; i < census->n && !l->out.broken; i++) {
		const struct event *ev = &census->events[i];

		owners__learn(l->owners, ev->fact, ev->owners, ev->n_owners);
		write_text(l, event_json(ev, &l->context));
	}
}

/* With -v: everybody who holds each. */
static void write_owners(struct list *l, const struct census *census)
{
	char local[ADDRESS_LEN], peer[ADDRESS_LEN], heading[2 * ADDRESS_LEN + 16];

	for (size_t i = 0; i < census->n && !l->out.broken; i++) {
		const struct event *ev = &census->events[i];

		if (!ev->n_owners)
			continue;
		owners__learn(l->owners, ev->fact, ev->owners, ev->n_owners);
		format_endpoint(local, sizeof(local), ev->fact->family, ev->fact->laddr,
				ev->fact->lport);
		format_endpoint(peer, sizeof(peer), ev->fact->family, ev->fact->paddr,
				ev->fact->pport);
		snprintf(heading, sizeof(heading), "%s %s held by ", local, peer);
		write_text(l, owners_text(ev, &l->context, heading));
	}
}

static int take(struct list *l, struct census *ret)
{
	return census__take(l->kernel, &l->options.filter, l->options.assumed_ns, l->pulses, ret);
}

static int show(struct list *l)
{
	bool in_place = l->options.every_ns && isatty(STDOUT_FILENO);
	struct census census;
	int r = take(l, &census);

	if (r)
		return r;
	choose(l, &census);
	l->context.realtime_offset_ns = realtime_offset_ns();
	if (l->options.json) {
		write_json(l, &census);
	} else {
		write_table(l, &census, in_place);
		if (log_is_verbose() && !in_place)
			write_owners(l, &census);
	}
	census__free(&census);
	return 0;
}

/* True when so much time has passed, false when a signal wants an end. */
static bool pause_for(uint64_t ns)
{
	const struct timespec pause = { .tv_sec = (time_t)(ns / NS_PER_S),
					.tv_nsec = (long)(ns % NS_PER_S) };
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	return sigtimedwait(&stop, NULL, &pause) < 0;
}

/* Looks without a word; an early end shows what was seen until then. */
static int observe(struct list *l)
{
	uint64_t until_ns = now_ns() + l->options.observe_ns;
	struct census census;
	int r = 0;

	while (!r && l->options.observe_ns && now_ns() < until_ns) {
		r = take(l, &census);
		if (r)
			break;
		census__free(&census);
		if (!pause_for(LOOK_EVERY_NS))
			break;
	}
	return r;
}

/* Shows once, or again and again until a signal or nobody reads any more. */
static int run_list(struct list *l)
{
	int r = observe(l);

	while (!r) {
		r = show(l);
		if (r || !l->options.every_ns || sink__reader_gone(&l->out) ||
		    !pause_for(l->options.every_ns))
			break;
	}
	return r;
}

static int open_list(struct list *l)
{
	int r;

	r = kernel__open_to_look(&l->options.filter, &l->kernel);
	if (r)
		return r;
	l->pulses = pulses__new();
	r = l->pulses ? names__new(&l->names) : -ENOMEM;
	if (!r)
		r = owners__new(l->names, NULL, log_is_verbose(), &l->owners);
	if (r)
		return log_err(r, "cannot begin: %s", strerror(-r));
	l->context.names = l->names;
	if (gethostname(l->context.host, sizeof(l->context.host) - 1))
		snprintf(l->context.host, sizeof(l->context.host), "unknown");
	sink__open(&l->out, NULL);
	return 0;
}

int list_main(int argc, char **argv)
{
	struct list list = {};
	int r;

	if (parse(&list.options, argc, argv))
		return EXIT_USAGE;
	signal(SIGPIPE, SIG_IGN);
	r = open_list(&list);
	if (!r)
		r = run_list(&list);
	kernel__close(list.kernel);
	pulses__free(list.pulses);
	owners__free(list.owners);
	names__free(list.names);
	/* A reader that went away has seen what it wanted. */
	return !r && list.out.lost && !list.out.broken ? EXIT_FAILED : exit_code_of(r);
}
