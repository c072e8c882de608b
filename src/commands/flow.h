/* SPDX-License-Identifier: BSD-2-Clause */
/* `idlewatch flow`: the flow graph of one connection, from lines or from captures. */
#ifndef COMMANDS_FLOW_H
#define COMMANDS_FLOW_H

/* As in struct command. */
int flow_main(int argc, char **argv);

#endif /* COMMANDS_FLOW_H */
