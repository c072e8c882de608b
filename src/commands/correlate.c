// SPDX-License-Identifier: BSD-2-Clause
#include "commands/correlate.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/option_values.h"
#include "ends/correlation_text.h"
#include "ends/from_lines.h"

#define FILES_MAX 256

struct correlate_options {
	const char *files[FILES_MAX];
	size_t n_files;
	bool json; /* -j */
	bool all; /* -a */
};

static const struct argp_option table[] = {
	{ "json", 'j', NULL, 0, "One JSON object for each connection", 0 },
	{ "all", 'a', NULL, 0, "Also connections without a verdict", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct correlate_options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		break;
	case 'a':
		o->all = true;
		break;
	case ARGP_KEY_ARG:
		if (o->n_files == FILES_MAX) {
			log_warn("more than %d files", FILES_MAX);
			return EINVAL;
		}
		o->files[o->n_files++] = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		log_warn("which files? idlewatch correlate A.jsonl B.jsonl, as -o wrote them");
		return EINVAL;
	default:
		return value_is_help(key, state) ? 0 : ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp correlate_argp = {
	.options = table,
	.parser = parse_option,
	.args_doc = "A.jsonl B.jsonl [...]",
	.doc = "Put the JSON lines of two or more hosts side by side: one verdict for each "
	       "connection, with both ends' evidence.\v"
	       "Files may be gzip or zstd; - is standard input. Their order does not matter. "
	       "docs/correlate.md has the rules.\n"
	       "Exit: 0 fine, 1 a file could not be used, 2 usage.",
};

/* What there is in all, below the connections. */
static void tell_counts(const struct correlation *c, size_t told)
{
	size_t both = 0, suspected = 0;

	for (size_t i = 0; i < c->n_connections; i++) {
		const struct connection *conn = &c->connections[i];

		both += conn->pair.b != NULL;
		suspected += !conn->both.verdict && (conn->pair.ea || conn->pair.eb);
	}
	printf("%zu connections, %zu of them seen from both ends; %zu told, %zu only suspected.\n",
	       c->n_connections, both, told, suspected);
	if (c->ambiguous)
		printf("%zu ends fit several others equally well and were matched with none.\n",
		       c->ambiguous);
}

static int tell_all(const struct correlate_options *o, const struct correlation *c)
{
	const struct correlation_view t = { .correlation = c,
					    .files = o->files,
					    .n_files = o->n_files };
	size_t told = 0;

	for (size_t i = 0; i < c->n_connections; i++) {
		const struct connection *conn = &c->connections[i];
		char *line;

		if (!o->all && !conn->both.verdict)
			continue;
		told++;
		if (!o->json) {
			printf("---- connection %zu ----\n", told);
			correlation_print(stdout, &t, conn);
			printf("\n");
			continue;
		}
		line = correlation_json(&t, conn);
		if (!line)
			return log_err(EXIT_FAILED, "out of memory");
		puts(line);
		free(line);
	}
	if (!o->json) {
		correlation_print_clocks(stdout, &t);
		tell_counts(c, told);
	}
	if (fflush(stdout))
		return log_err(EXIT_FAILED, "cannot write: %s", strerror(errno));
	return EXIT_OK;
}

int correlate_main(int argc, char **argv)
{
	struct correlate_options o = {};
	struct correlation *c;
	bool failed = false;
	int r;

	if (command_parse(&correlate_argp, argc, argv, &o))
		return EXIT_USAGE;
	r = correlation__from_lines(o.files, o.n_files, &c, &failed);
	if (r)
		return EXIT_FAILED;
	r = tell_all(&o, c);
	correlation__free(c);
	return r ?: failed ? EXIT_FAILED : EXIT_OK;
}
