// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/watch.h"
#include "commands/command.h"
#include "commands/correlate.h"
#include "commands/doctor.h"
#include "commands/flow.h"
#include "output/event_json.h"
#include "commands/list.h"
#include "base/log.h"
#include "commands/options.h"
#include "commands/paths.h"
#include "commands/replay.h"

static int print_schema(void)
{
	char *schema = event_json_schema();

	if (!schema)
		return log_err(EXIT_FAILED, "out of memory");
	fputs(schema, stdout);
	free(schema);
	return EXIT_OK;
}

const struct command commands[] = {
	{ "list", "connections, and which of them a silent drop would catch", list_main },
	{ "paths", "what paths tolerate, as far as it is remembered", paths_main },
	{ "correlate", "one verdict from the JSON lines of both ends", correlate_main },
	{ "flow", "a connection as a flow graph, from lines or captures", flow_main },
	{ "doctor", "what this kernel and these privileges give", doctor_run },
	{ 0 },
};

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	struct options options;
	char name[64];

	if (command) {
		/* As which it speaks of itself. */
		snprintf(name, sizeof(name), "idlewatch %s", command->name);
		argv[1] = name;
		return command->run(argc - 1, argv + 1);
	}

	options__parse(&options, argc, argv);
	log_set_verbose(options.verbose);
	if (options.print_schema)
		return print_schema();
	if (options.replay)
		return replay_run(&options);
	return watch_run(&options);
}
