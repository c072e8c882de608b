/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be there before anything is tried: privileges, type information, the ring
 * buffer. Each returns 0, or a negative errno with the sentence in *ret_why; none logs.
 */
#ifndef KERNEL_NEEDS_H
#define KERNEL_NEEDS_H

#include <stdbool.h>

struct why;

/* -EPERM when a capability is missing. */
int needs__privileges(struct why *ret_why);

/* -ENOTSUP when the kernel has no BTF, or when it cannot be read. */
int needs__types(struct why *ret_why);

/* -ENOTSUP when the kernel has no BPF ring buffer. Needs privileges to know. */
int needs__ring_buffer(struct why *ret_why);

/* Whether this process has the capability, CAP_*, be it by CAP_SYS_ADMIN or not. */
bool needs__capability(unsigned int capability);

enum lockdown {
	LOCKDOWN_UNKNOWN = 0, /* securityfs is not there to ask, or the kernel has no lockdown */
	LOCKDOWN_NONE,
	LOCKDOWN_INTEGRITY,
	LOCKDOWN_CONFIDENTIALITY, /* BPF programs may not read kernel memory */
};

enum lockdown needs__lockdown(void);

#endif /* KERNEL_NEEDS_H */
