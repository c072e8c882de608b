/* SPDX-License-Identifier: BSD-2-Clause */
/* `idlewatch correlate`: one verdict from the lines of both ends. */
#ifndef COMMANDS_CORRELATE_H
#define COMMANDS_CORRELATE_H

/* As in struct command. */
int correlate_main(int argc, char **argv);

#endif /* COMMANDS_CORRELATE_H */
