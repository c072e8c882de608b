// SPDX-License-Identifier: BSD-2-Clause
#include "commands/doctor.h"

#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/log.h"
#include "base/util.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/option_values.h"
#include "kernel/diagnosis.h"
#include "kernel/hooks.h"

#define DOCTOR_SCHEMA 1

static const char *const status_names[] = {
	[CHECK_OK] = "ok",
	[CHECK_LESS] = "less",
	[CHECK_MISSING] = "missing",
	[CHECK_UNKNOWN] = "unknown",
};
_Static_assert(ARRAY_SIZE(status_names) == CHECK_STATUS_MAX, "every status has a name");

/* --- text --- */

/*
 * ok       peer heard: tracepoint tcp_probe: fires
 * less     fexit of tcp_write_wakeup: cannot be attached: Operation not permitted
 *            lost: nothing, while there is another way to see probes
 */
static void print_check(const struct check *c)
{
	char found[4 * CHECK_WORDS_LEN];

	escape_for_terminal(found, sizeof(found), c->found, sizeof(c->found));
	printf("%-8s %s: %s\n", status_names[c->status], c->name, found);
	if (log_is_verbose() && c->tells)
		printf("           tells: %s\n", c->tells);
	if (c->status != CHECK_OK && c->lost)
		printf("           lost: %s\n", c->lost);
	for (size_t i = 0; log_is_verbose() && i < ARRAY_SIZE(c->insns); i++) {
		if (c->insns[i])
			printf("           program %s: the verifier went through %u instructions\n",
			       c->hook->programs[i].name, c->insns[i]);
	}
}

static void print_text(const struct diagnosis *d)
{
	char kernel[4 * sizeof(d->kernel)], machine[4 * sizeof(d->machine)];

	escape_for_terminal(kernel, sizeof(kernel), d->kernel, sizeof(d->kernel));
	escape_for_terminal(machine, sizeof(machine), d->machine, sizeof(d->machine));
	printf("idlewatch %s on Linux %s (%s)\n\n", IDLEWATCH_VERSION, kernel, machine);
	for (size_t i = 0; i < d->n_checks; i++)
		print_check(&d->checks[i]);
	printf("\n%s\n", d->conclusion);
}

/* --- JSON --- */

static void set_text(json_t *object, const char *key, const char *text)
{
	char utf8[3 * CHECK_WORDS_LEN];

	if (!text)
		return;
	make_utf8(utf8, sizeof(utf8), text, CHECK_WORDS_LEN);
	json_object_set_new(object, key, json_string(utf8));
}

static json_t *check_json(const struct check *c)
{
	json_t *object = json_object(), *insns = json_object();

	set_text(object, "check", c->name);
	set_text(object, "status", status_names[c->status]);
	set_text(object, "found", c->found);
	set_text(object, "tells", c->tells);
	set_text(object, "lost", c->status == CHECK_OK ? NULL : c->lost);
	for (size_t i = 0; i < ARRAY_SIZE(c->insns); i++) {
		if (c->insns[i])
			json_object_set_new(insns, c->hook->programs[i].name,
					    json_integer(c->insns[i]));
	}
	if (json_object_size(insns))
		json_object_set(object, "verified_insns", insns);
	json_decref(insns);
	return object;
}

static int print_json(const struct diagnosis *d)
{
	json_t *object = json_object(), *checks = json_array();
	char host[256] = "unknown", *text;

	gethostname(host, sizeof(host) - 1);
	json_object_set_new(object, "schema", json_integer(DOCTOR_SCHEMA));
	set_text(object, "host", host);
	set_text(object, "version", IDLEWATCH_VERSION);
	set_text(object, "kernel", d->kernel);
	set_text(object, "machine", d->machine);
	json_object_set_new(object, "possible", json_boolean(d->possible));
	set_text(object, "conclusion", d->conclusion);
	for (size_t i = 0; i < d->n_checks; i++)
		json_array_append_new(checks, check_json(&d->checks[i]));
	json_object_set_new(object, "checks", checks);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		return log_err(-ENOMEM, "out of memory");
	puts(text);
	free(text);
	return 0;
}

/* --- the command --- */

struct doctor_options {
	bool json;
	bool verbose;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct doctor_options *o = state->input;

	if (value_is_help(key, state))
		return 0;
	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		return command_refuse_word("idlewatch doctor", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int doctor_main(int argc, char **argv)
{
	static const struct argp_option table[] = {
		{ "json", 'j', NULL, 0, "One JSON object", 0 },
		{ "verbose", 'v', NULL, 0, "Also what each hook is for and costs to verify", 0 },
		{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
		{ 0 },
	};
	static const char doc[] =
		"Tell what this kernel and these privileges give: which hook serves each fact, and "
		"what is lost without it. Everything is tried, in a network namespace of its own; "
		"takes a few seconds.\v"
		"Exit: 0 watching is possible, 4 it is not, 1 failed, 2 usage.";
	const struct argp argp = { .options = table, .parser = parse_option, .doc = doc };
	struct doctor_options o = {};
	struct diagnosis d = {};

	if (command_parse(&argp, argc, argv, &o))
		return EXIT_USAGE;
	log_set_verbose(o.verbose);
	signal(SIGPIPE, SIG_IGN);
	diagnose(&d);
	if (!o.json)
		print_text(&d);
	else if (print_json(&d))
		return EXIT_FAILED;
	if (fflush(stdout))
		return log_err(EXIT_FAILED, "cannot write: %s", strerror(errno));
	return d.possible ? EXIT_OK : EXIT_KERNEL_LACKS;
}
