/* SPDX-License-Identifier: BSD-2-Clause */
/* `idlewatch list`: which connections there are, and which a silent drop would catch. */
#ifndef LIST_H
#define LIST_H

/* A struct command's run(). */
int list_main(int argc, char **argv);

#endif /* LIST_H */
