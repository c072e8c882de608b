/* SPDX-License-Identifier: BSD-2-Clause */
/* Jiffies per second, which the kernel tells nobody. */
#ifndef HZ_H
#define HZ_H

#include <stdint.h>

/*
 * Counts jiffies for a twentieth of a second, longer where that leaves a doubt, with a
 * BPF program of two instructions, and takes the nearest HZ that Linux can have. Returns
 * 0 or a negative errno; -EPERM when BPF programs are not permitted.
 */
int measure_hz(uint32_t *ret);

#endif /* HZ_H */
