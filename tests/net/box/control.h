// SPDX-License-Identifier: BSD-2-Clause
/* The commands on standard input; README.md has the list. */
#ifndef BOX_CONTROL_H
#define BOX_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

/* Reads what is there; false at its end. */
bool control__read(void);

/* Answers those that wait and have what they wait for, and says when one may have it by the
 * passing of time. */
uint64_t control__run(uint64_t now);

#endif
