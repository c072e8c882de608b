/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which HZ, the number of jiffies per second, a kernel has: what its configuration says, what
 * fits the time since boot, and what was counted. Pure, but for kconfig_hz().
 */
#ifndef HOST_HZ_CHOICE_H
#define HOST_HZ_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

/* The CONFIG_HZ of the running kernel, by /proc/config.gz or /boot; 0: it is not told. */
uint32_t kconfig_hz(void);

/* The same of one file, compressed by gzip or not; 0: it is not there or does not say. */
uint32_t kconfig_hz_in(const char *path);

/* Whether jiffies (their lower half) and the time since boot go together with this HZ. */
bool hz_fits(uint32_t jiffies, uint64_t up_ns, uint32_t hz);

/* The one of all that Linux is built with that fits; 0: several are near, or none. */
uint32_t hz_by_uptime(uint32_t jiffies, uint64_t up_ns);

/* Whether what was counted in a second is one of those that Linux is built with, near enough. */
bool hz_is_certain(uint64_t counted);

/*
 * The configuration's (0: none), where what was counted agrees; else the one nearest to
 * that, or what was counted itself where none is near.
 */
uint32_t hz_choose(uint32_t config, uint64_t counted);

#endif /* HOST_HZ_CHOICE_H */
