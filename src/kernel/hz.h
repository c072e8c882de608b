/* SPDX-License-Identifier: BSD-2-Clause */
/* Jiffies per second, which the kernel tells no program. */
#ifndef KERNEL_HZ_H
#define KERNEL_HZ_H

#include <stdint.h>

/*
 * Takes what the kernel's configuration says, if it can be read and fits the jiffies since
 * boot, which a BPF program of two instructions reads. Else finds which HZ that Linux can
 * have fits them; where that leaves a doubt, counts jiffies for a second or longer. Returns
 * 0 or a negative errno; -EPERM when BPF programs are not permitted.
 */
int measure_hz(uint32_t *ret);

#endif /* KERNEL_HZ_H */
