/* SPDX-License-Identifier: BSD-2-Clause */
/* What can follow the program's name instead of options. */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

struct command {
	const char *name;
	const char *summary; /* for --help */
	/* argv[0] is the name. Parses its own options; returns the exit code. */
	int (*run)(int argc, char **argv);
};

/* Ends with an entry without a name. */
extern const struct command commands[];

#endif /* COMMANDS_COMMAND_H */
