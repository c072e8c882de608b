// SPDX-License-Identifier: BSD-2-Clause
#include "commands/options.h"

#include <argp.h>
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "commands/command.h"
#include "commands/filter_options.h"
#include "commands/option_values.h"
#include "idlewatch.h"
#include "store/state.h"

#ifndef IDLEWATCH_VERSION
#error "the Makefile gives IDLEWATCH_VERSION"
#endif

enum {
	OPT_PROBES = 0x100,
	OPT_RETRANS,
	OPT_IDLE,
	OPT_ALL_EVENTS,
	OPT_STRICT,
	OPT_HOOK,
	OPT_SCHEMA,
	OPT_VERIFY,
	OPT_REPORT,
	OPT_RECORD,
	OPT_REPLAY,
	OPT_STATE,
	OPT_GROUP,
	OPT_NO_SEQ,
	OPT_LIGHT,
	OPT_TC,
};

static const char *const hook_names[] = {
	[IW_HOOK_FEXIT] = "fexit",
	[IW_HOOK_KPROBE] = "kprobe",
	[IW_HOOK_TIMER] = "timer",
};
_Static_assert(ARRAY_SIZE(hook_names) == IW_HOOK_MAX, "every hook has a name");

static const struct argp_option table[] = {
	{ NULL, 0, NULL, 0, "When to speak:", 2 },
	{ "probes", OPT_PROBES, "N", 0, "Verdict after N unanswered probes in a row (3)", 2 },
	{ "retrans", OPT_RETRANS, "N", 0, "Verdict after N unanswered retransmissions (5)", 2 },
	{ "idle", OPT_IDLE, "DUR", 0, "Do not call a gap shorter than this idle (3s)", 2 },
	{ "all-events", OPT_ALL_EVENTS, NULL, 0,
	  "Also probes sent and answered, the peer's probes, gaps that ended, retransmissions, "
	  "each suspicion",
	  2 },
	{ "duration", 'd', "DUR", 0, "Stop after this time: 90, 90s, 15m, 2h", 2 },
	{ "verify", OPT_VERIFY, NULL, 0,
	  "See whether the peer's address answers a connect, at most one a minute", 2 },
	{ "group", OPT_GROUP, "BITS", 0,
	  "Take peers of one prefix for one path: 24, or 24,64 for IPv4 and IPv6", 2 },
	{ "interface", 'i', "IFACE", 0,
	  "Also see packets of silent connections pass this interface, or all; may be repeated",
	  2 },
	{ "light", OPT_LIGHT, NULL, 0, "Cost nothing per received segment; see less", 2 },
	{ NULL, 0, NULL, 0, "Where to:", 3 },
	{ "json", 'j', NULL, 0, "JSON lines on standard output", 3 },
	{ "output", 'o', "FILE", 0, "Append JSON lines to FILE as well; SIGHUP opens it anew", 3 },
	{ "no-seq", OPT_NO_SEQ, NULL, 0, "No sequence numbers in the JSON lines", 3 },
	{ "report", OPT_REPORT, NULL, 0, "After each verdict a block for a ticket", 3 },
	{ "record", OPT_RECORD, "FILE", 0, "Keep the raw facts in FILE", 3 },
	{ "replay", OPT_REPLAY, "FILE", 0,
	  "Say the lines of recorded facts again; needs no privileges", 3 },
	{ "state", OPT_STATE, "FILE", 0,
	  "Remember in FILE what paths tolerate; `idlewatch paths` shows it", 3 },
	{ "schema", OPT_SCHEMA, NULL, 0, "Print the JSON Schema of the lines and exit", 3 },
	{ NULL, 0, NULL, 0, "Other:", 4 },
	{ "hook", OPT_HOOK, "HOW", 0, "Insist on fexit, kprobe or timer for seeing probes", 4 },
	{ "tc", OPT_TC, "HOW", 0, "Insist on tcx or clsact for -i", 4 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with 5 if events were lost", 4 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ "verbose", 'v', NULL, 0, "Say more: hooks chosen, suspicions as text", 4 },
	{ 0 },
};

static error_t set_hook(struct options *o, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++) {
		if (!strcmp(value, hook_names[i])) {
			o->watch.kernel.probe_hook = (int)i;
			return 0;
		}
	}
	return value_bad("--hook", value, "fexit, kprobe or timer");
}

static error_t set_tc(struct options *o, const char *value)
{
	if (!strcmp(value, "tcx"))
		o->watch.tap.how = TAP_TCX;
	else if (!strcmp(value, "clsact"))
		o->watch.tap.how = TAP_CLSACT;
	else
		return value_bad("--tc", value, "tcx or clsact");
	return 0;
}

static error_t add_interface(struct tap_config *tap, const char *name)
{
	if (!strcmp(name, "all")) {
		tap->all = true;
		return 0;
	}
	if (!if_nametoindex(name))
		return value_bad("-i", name,
				 "an interface of this network namespace (ip link lists them), "
				 "nor 'all'");
	if (tap->n_names == TAP_NAMES_MAX) {
		log_warn("-i: more than %d interfaces; use -i all", TAP_NAMES_MAX);
		return EINVAL;
	}
	tap->names[tap->n_names++] = name;
	return 0;
}

/* Options that are a yes. */
static const struct {
	int key;
	size_t offset; /* of a bool in struct options */
} switches[] = {
	{ OPT_ALL_EVENTS, offsetof(struct options, watch.engine.all_events) },
	{ OPT_LIGHT, offsetof(struct options, watch.engine.light) },
	{ OPT_VERIFY, offsetof(struct options, watch.verify) },
	{ 'j', offsetof(struct options, watch.output.json) },
	{ OPT_NO_SEQ, offsetof(struct options, watch.output.no_seq) },
	{ OPT_REPORT, offsetof(struct options, watch.output.report) },
	{ OPT_SCHEMA, offsetof(struct options, print_schema) },
	{ OPT_STRICT, offsetof(struct options, strict) },
	{ 'v', offsetof(struct options, verbose) },
};

/* Options that are a file's name. */
static const struct {
	int key;
	size_t offset; /* of a const char * in struct options */
} files[] = {
	{ 'o', offsetof(struct options, watch.output.file) },
	{ OPT_RECORD, offsetof(struct options, watch.record) },
	{ OPT_REPLAY, offsetof(struct options, replay) },
	{ OPT_STATE, offsetof(struct options, watch.state) },
};

static bool set_plain(struct options *o, int key, const char *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (switches[i].key == key) {
			*(bool *)((char *)o + switches[i].offset) = true;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].key == key) {
			*(const char **)((char *)o + files[i].offset) = arg;
			return true;
		}
	}
	return false;
}

/* A replay has its own memory; a service's state is where the service keeps it. */
static error_t check(struct options *o)
{
	if (o->watch.state && o->replay) {
		log_warn("--state: a replay has its own memory; leave it out");
		return EINVAL;
	}
	if (!o->watch.state)
		o->watch.state = state_of_service();
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct engine_config *engine = &o->watch.engine;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->filter;
		return 0;
	case OPT_PROBES:
		return value_number("--probes", arg, 1, ENGINE_THRESHOLD_MAX, &engine->probes);
	case OPT_RETRANS:
		return value_number("--retrans", arg, 1, ENGINE_THRESHOLD_MAX,
				    &engine->retransmits);
	case OPT_IDLE:
		return value_duration("--idle", arg, &engine->idle_ns);
	case OPT_GROUP:
		return value_group("--group", arg, &engine->prefix4, &engine->prefix6);
	case 'd':
		return value_duration("-d", arg, &o->watch.duration_ns);
	case OPT_HOOK:
		return set_hook(o, arg);
	case 'i':
		return add_interface(&o->watch.tap, arg);
	case OPT_TC:
		return set_tc(o, arg);
	case ARGP_KEY_ARG:
		return command_refuse_word("idlewatch", arg);
	case ARGP_KEY_END:
		return check(o);
	default:
		return set_plain(o, key, arg) ? 0 : ARGP_ERR_UNKNOWN;
	}
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "idlewatch %s\n", IDLEWATCH_VERSION);
}

/* argp has --help and --usage; -h is what people type. */
static error_t parse_with_h(int key, char *arg, struct argp_state *state)
{
	return value_is_help(key, state) ? 0 : parse_option(key, arg, state);
}

/* The commands, below the options that --help prints. */
static char *add_commands(int key, const char *text, void *input)
{
	char *more = NULL;
	size_t size;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC || !(out = open_memstream(&more, &size)))
		return (char *)text;
	fprintf(out, "Other commands, each with a --help of its own:\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  idlewatch %-10s %s\n", c->name, c->summary);
	fprintf(out, "\n%s", text);
	fclose(out);
	return more;
}

/* What several floors are told. */
static void share_settings(struct watch_config *w, bool verbose)
{
	w->kernel.idle_ns = w->engine.idle_ns;
	w->kernel.all_events = w->engine.all_events;
	w->kernel.light = w->engine.light;
	w->kernel.tap = tap_config__any(&w->tap);
	w->cmdlines = verbose;
	w->output.verbose = verbose;
}

int options__parse(struct options *ret, int argc, char **argv)
{
	static const char doc[] =
		"Watch TCP connections and tell which ones the path has silently dropped.\v"
		"Exit: 0 fine, 1 failed while running, 2 usage, 3 not permitted, 4 the kernel "
		"lacks what is needed, 5 events were lost (--strict).";
	static const struct argp_child children[] = { { &filter_argp, 0, "What to watch:", 1 },
						      { 0 } };
	const struct argp argp = { .options = table,
				   .parser = parse_with_h,
				   .doc = doc,
				   .children = children,
				   .help_filter = add_commands };

	argp_program_version_hook = print_version;
	*ret = (struct options){
		.watch = { .kernel = { .filter = &ret->filter, .probe_hook = PROBE_HOOK_ANY },
			   .engine = ENGINE_CONFIG_DEFAULT },
	};
	if (command_parse(&argp, argc, argv, ret))
		return -EINVAL;
	share_settings(&ret->watch, ret->verbose);
	return 0;
}
