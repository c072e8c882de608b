/* SPDX-License-Identifier: BSD-2-Clause */
/* A few things every file may use. */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stdint.h>
#include <sys/param.h> /* MIN, MAX */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define NS_PER_S ((uint64_t)1000000000)
#define NS_PER_MS ((uint64_t)1000000)
#define NS_PER_US ((uint64_t)1000)

#define CLAMP(v, lo, hi) MIN(MAX(v, lo), hi)

#endif /* BASE_UTIL_H */
