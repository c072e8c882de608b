// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/replay.h"
#include "output/event_json.h"
#include "watch/watch.h"

static int print_schema(void)
{
	CLEANUP_FREE char *schema = event_json_schema();

	if (!schema)
		return log_err(EXIT_FAILED, "out of memory");
	fputs(schema, stdout);
	return EXIT_OK;
}

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

static int watch(const struct options *options)
{
	bool lost = false;
	int r = watch_run(&options->watch, &lost);

	return !r && lost && options->strict ? EXIT_EVENTS_LOST : exit_code_of(r);
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	static struct options options;
	char name[64];

	if (command) {
		/* As which it speaks of itself. */
		snprintf(name, sizeof(name), "idlewatch %s", command->name);
		argv[1] = name;
		return command->run(argc - 1, argv + 1);
	}

	if (options__parse(&options, argc, argv))
		return EXIT_USAGE;
	log_set_verbose(options.verbose);
	if (options.print_schema)
		return print_schema();
	if (options.replay)
		return exit_code_of(replay_run(options.replay, &options.watch.output));
	return watch(&options);
}
