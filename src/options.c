// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "idlewatch.h"
#include "log.h"
#include "util.h"

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
};

static const char *const hook_names[] = {
	[IW_HOOK_FEXIT] = "fexit",
	[IW_HOOK_KPROBE] = "kprobe",
	[IW_HOOK_TIMER] = "timer",
};
_Static_assert(ARRAY_SIZE(hook_names) == IW_HOOK_MAX, "every hook has a name");

static const struct argp_option table[] = {
	{ NULL, 0, NULL, 0, "What to watch:", 1 },
	{ "pid", 'p', "PID", 0, "Only sockets that PID holds, now or later; repeatable", 1 },
	{ NULL, '4', NULL, 0, "Only IPv4 (also over IPv6 sockets)", 1 },
	{ NULL, '6', NULL, 0, "Only IPv6", 1 },
	{ "local-port", 'L', "PORTS", 0, "Only these local ports: 22,8000-8010", 1 },
	{ "peer-port", 'D', "PORTS", 0, "Only these ports of the peer", 1 },
	{ NULL, 0, NULL, 0, "When to speak:", 2 },
	{ "probes", OPT_PROBES, "N", 0, "Verdict after N unanswered probes in a row (3)", 2 },
	{ "retrans", OPT_RETRANS, "N", 0, "Verdict after N unanswered retransmissions (5)", 2 },
	{ "idle", OPT_IDLE, "DUR", 0, "Do not call a gap shorter than this idle (3s)", 2 },
	{ "all-events", OPT_ALL_EVENTS, NULL, 0,
	  "Also probes sent and answered, the peer's probes, gaps that ended, retransmissions", 2 },
	{ "duration", 'd', "DUR", 0, "Stop after this time: 90, 90s, 15m, 2h", 2 },
	{ "verify", OPT_VERIFY, NULL, 0,
	  "Prove that the peer lives: one connect to it, at most one a minute", 2 },
	{ NULL, 0, NULL, 0, "Where to:", 3 },
	{ "json", 'j', NULL, 0, "JSON lines on standard output", 3 },
	{ "output", 'o', "FILE", 0, "Append JSON lines to FILE as well; SIGHUP opens it anew", 3 },
	{ "report", OPT_REPORT, NULL, 0, "After each verdict a block for a ticket", 3 },
	{ "record", OPT_RECORD, "FILE", 0, "Keep the raw facts in FILE", 3 },
	{ "replay", OPT_REPLAY, "FILE", 0,
	  "Say the lines of recorded facts again; needs no privileges", 3 },
	{ "schema", OPT_SCHEMA, NULL, 0, "Print the JSON Schema of the lines and exit", 3 },
	{ NULL, 0, NULL, 0, "Other:", 4 },
	{ "hook", OPT_HOOK, "HOW", 0, "Insist on fexit, kprobe or timer for seeing probes", 4 },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with 5 if events were lost", 4 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ "verbose", 'v', NULL, 0, "Say more: hooks chosen, suspicions as text", 4 },
	{ 0 },
};

static int bad(const char *option, const char *value, const char *right)
{
	log_warn("%s: '%s' is not %s", option, value, right);
	exit(EXIT_USAGE);
}

static unsigned int threshold(const char *option, const char *value)
{
	uint64_t n;

	if (parse_number(value, 1, THRESHOLD_MAX, &n))
		bad(option, value, "a whole number from 1 to 255");
	return (unsigned int)n;
}

static uint64_t duration(const char *option, const char *value)
{
	uint64_t ns;

	if (parse_duration(value, &ns))
		bad(option, value, "a duration such as 90, 90s, 15m or 2h, above zero");
	return ns;
}

static void ports(const char *option, const char *value, uint64_t bits[PORT_WORDS])
{
	if (parse_ports(value, bits))
		bad(option, value, "a list of ports from 1 to 65535, such as 22,8000-8010");
}

static void add_pid(struct options *o, const char *value)
{
	uint64_t pid;

	if (parse_number(value, 1, INT32_MAX, &pid))
		bad("-p", value, "a process id");
	if (kill((pid_t)pid, 0) && errno == ESRCH) {
		log_warn("-p: no process %s is running", value);
		exit(EXIT_USAGE);
	}
	if (o->n_pids == OPTIONS_PIDS_MAX) {
		log_warn("-p: more than %d processes", OPTIONS_PIDS_MAX);
		exit(EXIT_USAGE);
	}
	o->pids[o->n_pids++] = (pid_t)pid;
}

static int hook(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++) {
		if (!strcmp(value, hook_names[i]))
			return (int)i;
	}
	return bad("--hook", value, "fexit, kprobe or timer");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'p':
		add_pid(o, arg);
		break;
	case '4':
	case '6':
		/* Both together mean what neither means. */
		o->only_family = o->only_family && o->only_family != key - '0' ? 0 : key - '0';
		break;
	case 'L':
		o->some_local_ports = true;
		ports("-L", arg, o->local_ports);
		break;
	case 'D':
		o->some_peer_ports = true;
		ports("-D", arg, o->peer_ports);
		break;
	case OPT_PROBES:
		o->probes = threshold("--probes", arg);
		break;
	case OPT_RETRANS:
		o->retransmits = threshold("--retrans", arg);
		break;
	case OPT_IDLE:
		o->idle_ns = duration("--idle", arg);
		break;
	case OPT_ALL_EVENTS:
		o->all_events = true;
		break;
	case 'd':
		o->duration_ns = duration("-d", arg);
		break;
	case 'j':
		o->json = true;
		break;
	case 'o':
		o->file = arg;
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
	case OPT_STRICT:
		o->strict = true;
		break;
	case 'v':
		o->verbose = true;
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
	if (key == 'h')
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	return parse_option(key, arg, state);
}

void options__parse(struct options *ret, int argc, char **argv)
{
	static const char doc[] =
		"Watch TCP connections and tell which ones the path has silently dropped.\v"
		"Exit: 0 fine, 1 failed while running, 2 usage, 3 not permitted, 4 the kernel "
		"lacks what is needed, 5 events were lost (--strict).";
	const struct argp argp = { .options = table, .parser = parse_with_h, .doc = doc };

	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	*ret = (struct options){
		.probes = PROBES_DEFAULT,
		.retransmits = RETRANSMITS_DEFAULT,
		.idle_ns = IDLE_DEFAULT_NS,
		.hook = -1,
	};
	argp_parse(&argp, argc, argv, 0, NULL, ret);
}
