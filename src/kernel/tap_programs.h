/* SPDX-License-Identifier: BSD-2-Clause */
/* What is attached to an interface for -i, whichever way. */
#ifndef KERNEL_TAP_PROGRAMS_H
#define KERNEL_TAP_PROGRAMS_H

/* Descriptors of the two tc programs; below 0: there are none. */
struct tap_programs {
	int ingress, egress;
};

#endif /* KERNEL_TAP_PROGRAMS_H */
