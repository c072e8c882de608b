// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>

#include "app.h"
#include "json.h"
#include "log.h"
#include "options.h"
#include "replay.h"

static int print_schema(void)
{
	char *schema = json_schema();

	if (!schema)
		return log_err(EXIT_FAILED, "out of memory");
	fputs(schema, stdout);
	free(schema);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct options options;

	options__parse(&options, argc, argv);
	log_set_verbose(options.verbose);
	if (options.print_schema)
		return print_schema();
	if (options.replay)
		return replay_run(&options);
	return app_run(&options);
}
