/* SPDX-License-Identifier: BSD-2-Clause */
/* idlewatch paths: what is remembered of paths, as a table or as JSON lines. */
#ifndef COMMANDS_PATHS_H
#define COMMANDS_PATHS_H

/* See struct command. */
int paths_main(int argc, char **argv);

#endif /* COMMANDS_PATHS_H */
