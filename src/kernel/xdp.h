/* SPDX-License-Identifier: BSD-2-Clause */
/* XDP programs: what they drop goes before the kernel has a packet that it could tell of. */
#ifndef KERNEL_XDP_H
#define KERNEL_XDP_H

#include <stddef.h>
#include <stdint.h>

/*
 * The name of an interface to which an XDP program is attached, in the network namespace
 * with this inode; hostile bytes, NUL-terminated, and empty when there is none or when that
 * cannot be found out.
 */
void xdp_interface(uint32_t netns, char *buf, size_t size);

#endif /* KERNEL_XDP_H */
