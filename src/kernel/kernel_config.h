/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel side is told when it is loaded. */
#ifndef KERNEL_KERNEL_CONFIG_H
#define KERNEL_KERNEL_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct filter;

#define PROBE_HOOK_ANY (-1) /* choose by trying */

struct kernel_config {
	const struct filter *filter; /* the caller's, and stays */
	uint64_t idle_ns; /* a gap shorter than this is not told */
	int probe_hook; /* --hook: enum iw_probe_hook, or PROBE_HOOK_ANY */
	bool all_events; /* also what is news of nothing */
	bool light; /* no hook on received segments */
	bool tap; /* the programs of -i too */
};

#endif /* KERNEL_KERNEL_CONFIG_H */
