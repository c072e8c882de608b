/* SPDX-License-Identifier: BSD-2-Clause */
/* `idlewatch list`: which connections there are, and which a silent drop would catch. */
#ifndef COMMANDS_LIST_H
#define COMMANDS_LIST_H

/* A struct command's run(). */
int list_main(int argc, char **argv);

#endif /* COMMANDS_LIST_H */
