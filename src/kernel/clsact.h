/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tap's programs as filters of a clsact qdisc, for kernels without tcx. Filters
 * stay when their process is killed. Ours are known by the names of their programs; a
 * filter whose program no process holds any more was left behind, and is removed.
 * Filters of others, and a qdisc that was there before us, are left alone.
 */
#ifndef KERNEL_CLSACT_H
#define KERNEL_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/tap_programs.h"

struct clsact {
	unsigned int ifindex; /* 0: not attached */
	struct {
		uint32_t handle, priority;
	} filters[2]; /* ingress, egress */
	bool own_qdisc; /* made by us, or by a run of ours before */
};

/* Removes what was left behind and attaches. 0, or a negative errno with *ret not attached. */
int clsact__attach(struct tap_programs programs, unsigned int ifindex, struct clsact *ret);

/* Removes our filters, and the qdisc if it is ours and empty. */
void clsact__detach(struct clsact *c);

#endif /* KERNEL_CLSACT_H */
