/* SPDX-License-Identifier: BSD-2-Clause */
/* Jiffies per second, which the kernel tells nobody. */
#ifndef KERNEL_HZ_H
#define KERNEL_HZ_H

#include <stdint.h>

/*
 * Reads jiffies by a BPF program of two instructions and finds which HZ that Linux can
 * have fits the time since boot; where that leaves a doubt, counts ticks for a second or
 * longer. Returns 0 or a negative errno; -EPERM when BPF programs are not
 * permitted.
 */
int measure_hz(uint32_t *ret);

#endif /* KERNEL_HZ_H */
