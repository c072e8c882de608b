// SPDX-License-Identifier: BSD-2-Clause
#include "commands/options.h"

#include <argp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "commands/command.h"
#include "idlewatch.h"
#include "base/log.h"
#include "store/state.h"
#include "base/util.h"

#ifndef IDLEWATCH_VERSION
#error "the Makefile gives IDLEWATCH_VERSION"
#endif

#define PROBES_DEFAULT 3
#define RETRANSMITS_DEFAULT 5
#define IDLE_DEFAULT_NS (3 * NS_PER_S)
#define THRESHOLD_MAX 255

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
	  "Also probes sent and answered, the peer's probes, gaps that ended, retransmissions", 2 },
	{ "duration", 'd', "DUR", 0, "Stop after this time: 90, 90s, 15m, 2h", 2 },
	{ "verify", OPT_VERIFY, NULL, 0,
	  "Prove that the peer lives: one connect to it, at most one a minute", 2 },
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

static int hook(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++) {
		if (!strcmp(value, hook_names[i]))
			return (int)i;
	}
	value_bad("--hook", value, "fexit, kprobe or timer");
}

static enum tap_how tc(const char *value)
{
	if (!strcmp(value, "tcx"))
		return TAP_TCX;
	if (!strcmp(value, "clsact"))
		return TAP_CLSACT;
	value_bad("--tc", value, "tcx or clsact");
}

static void add_interface(struct tap_config *tap, const char *name)
{
	if (!strcmp(name, "all")) {
		tap->all = true;
		return;
	}
	if (!if_nametoindex(name))
		value_bad("-i", name,
			  "an interface of this network namespace (ip link lists them), "
			  "nor 'all'");
	if (tap->n_names == TAP_NAMES_MAX) {
		log_warn("-i: more than %d interfaces; use -i all", TAP_NAMES_MAX);
		exit(EXIT_USAGE);
	}
	tap->names[tap->n_names++] = name;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->filter;
		break;
	case OPT_PROBES:
		o->probes = (unsigned int)value_number("--probes", arg, 1, THRESHOLD_MAX);
		break;
	case OPT_RETRANS:
		o->retransmits = (unsigned int)value_number("--retrans", arg, 1, THRESHOLD_MAX);
		break;
	case OPT_IDLE:
		o->idle_ns = value_duration("--idle", arg);
		break;
	case OPT_ALL_EVENTS:
		o->all_events = true;
		break;
	case 'd':
		o->duration_ns = value_duration("-d", arg);
		break;
	case 'j':
		o->json = true;
		break;
	case 'o':
		o->file = arg;
		break;
	case OPT_NO_SEQ:
		o->no_seq = true;
		break;
	case OPT_SCHEMA:
		o->print_schema = true;
		break;
	case OPT_HOOK:
		o->hook = hook(arg);
		break;
	case OPT_VERIFY:
		o->verify = true;
		break;
	case OPT_REPORT:
		o->report = true;
		break;
	case OPT_RECORD:
		o->record = arg;
		break;
	case OPT_REPLAY:
		o->replay = arg;
		break;
	case OPT_STATE:
		o->state = arg;
		break;
	case OPT_GROUP:
		value_group("--group", arg, &o->prefix4, &o->prefix6);
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case OPT_LIGHT:
		o->light = true;
		break;
	case 'i':
		add_interface(&o->tap, arg);
		break;
	case OPT_TC:
		o->tap.how = tc(arg);
		break;
	case ARGP_KEY_ARG:
		log_warn("'%s' is not an option; see idlewatch --help", arg);
		exit(EXIT_USAGE);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
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

void options__parse(struct options *ret, int argc, char **argv)
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
	argp_err_exit_status = EXIT_USAGE;
	*ret = (struct options){
		.probes = PROBES_DEFAULT,
		.retransmits = RETRANSMITS_DEFAULT,
		.idle_ns = IDLE_DEFAULT_NS,
		.hook = -1,
	};
	argp_parse(&argp, argc, argv, 0, NULL, ret);
	if (ret->state && ret->replay) {
		log_warn("--state: a replay has its own memory; leave it out");
		exit(EXIT_USAGE);
	}
	if (!ret->state)
		ret->state = state_of_service();
}
