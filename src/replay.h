/* SPDX-License-Identifier: BSD-2-Clause */
/* --replay: engine and outputs on recorded facts, without privileges. */
#ifndef REPLAY_H
#define REPLAY_H

#include "options.h"

/* Says all the lines again and returns the exit code. "-" is standard input. */
int replay_run(const struct options *options);

#endif /* REPLAY_H */
