/* SPDX-License-Identifier: BSD-2-Clause */
/* What can follow the program's name instead of options, and how each parses its own. */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

struct argp;

struct command {
	const char *name;
	const char *summary; /* for --help */
	/* argv[0] is the name. Parses its own options; returns the exit code. */
	int (*run)(int argc, char **argv);
};

/* Ends with an entry without a name. */
extern const struct command commands[];

/*
 * Hands the command line to the table of options, with input for its parser. 0, or
 * -EINVAL when it is no good: what would be right was said on stderr then. --help prints
 * and ends the program, as argp does.
 */
int command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* For parsers: says that this word is not an option. Returns EINVAL. */
int command_refuse_word(const char *command, const char *word);

#endif /* COMMANDS_COMMAND_H */
