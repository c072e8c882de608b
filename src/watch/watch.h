/* SPDX-License-Identifier: BSD-2-Clause */
/* Wires loop, kernel side, engine and outputs together, and owns them. */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "commands/options.h"

/* Watches until told to stop. Logs what goes wrong and returns the exit code. */
int watch_run(const struct options *options);

#endif /* WATCH_WATCH_H */
