/* SPDX-License-Identifier: BSD-2-Clause */
/* idlewatch paths: what is remembered of paths, as a table or as JSON lines. */
#ifndef PATHS_COMMAND_H
#define PATHS_COMMAND_H

/* See struct command. */
int paths_main(int argc, char **argv);

#endif /* PATHS_COMMAND_H */
