/* SPDX-License-Identifier: BSD-2-Clause */
/* --replay: the lines of a recording said again. */
#ifndef COMMANDS_REPLAY_H
#define COMMANDS_REPLAY_H

struct output_config;

/* name "-": standard input. 0, or a negative errno, logged. */
int replay_run(const char *name, const struct output_config *config);

#endif /* COMMANDS_REPLAY_H */
