// SPDX-License-Identifier: BSD-2-Clause
#include "commands/command.h"

#include <argp.h>
#include <errno.h>
#include <stddef.h>

#include "base/log.h"
#include "commands/correlate.h"
#include "commands/doctor.h"
#include "commands/exit_code.h"
#include "commands/flow.h"
#include "commands/list.h"
#include "commands/paths.h"

const struct command commands[] = {
	{ "list", "connections, and which of them a silent drop would catch", list_main },
	{ "paths", "what paths tolerate, as far as it is remembered", paths_main },
	{ "correlate", "one verdict from the JSON lines of both ends", correlate_main },
	{ "flow", "a connection as a flow graph, from lines or captures", flow_main },
	{ "doctor", "what this kernel and these privileges give", doctor_main },
	{ 0 },
};

int command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_err_exit_status = EXIT_USAGE;
	return argp_parse(argp, argc, argv, 0, NULL, input) ? -EINVAL : 0;
}

int command_refuse_word(const char *command, const char *word)
{
	log_warn("'%s' is not an option; see %s --help", word, command);
	return EINVAL;
}
