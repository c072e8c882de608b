/* SPDX-License-Identifier: BSD-2-Clause */
/* The options that choose connections, shared by every command about sockets. */
#ifndef COMMANDS_FILTER_OPTIONS_H
#define COMMANDS_FILTER_OPTIONS_H

struct argp;

/* For a command's argp, as a child; its input is a struct filter, zeroed. */
extern const struct argp filter_argp;

#endif /* COMMANDS_FILTER_OPTIONS_H */
