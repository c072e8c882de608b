/* SPDX-License-Identifier: BSD-2-Clause */
/* --replay: engine and outputs on recorded facts, without privileges. */
#ifndef COMMANDS_REPLAY_H
#define COMMANDS_REPLAY_H

#include "commands/options.h"

/* Says all the lines again and returns the exit code. "-" is standard input. */
int replay_run(const struct options *options);

#endif /* COMMANDS_REPLAY_H */
