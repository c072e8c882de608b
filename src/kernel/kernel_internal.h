/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files behind kernel.h share. */
#ifndef KERNEL_KERNEL_INTERNAL_H
#define KERNEL_KERNEL_INTERNAL_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel/kernel.h"

/* Uses the types of idlewatch.h. */
#include "idlewatch.skel.h"

struct kernel {
	struct idlewatch_bpf *skel;
	struct ring_buffer *ring; /* NULL when it was opened only to look */
	enum iw_probe_hook hook;
	kernel_fact_fn fn;
	void *ctx;
	struct btf *btf; /* of the running kernel, loaded when first needed */
};

#endif /* KERNEL_KERNEL_INTERNAL_H */
