/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -i: our two tc programs on interfaces of the network namespace that idlewatch runs
 * in, at ingress and egress. By tcx where the kernel has it (Linux 6.6), whose links
 * end with the process; else by clsact, whose filters are removed at the end, and
 * those that a killed run left behind at the next start. Interfaces that appear later,
 * or go and come back, are found by listening to rtnetlink.
 */
#ifndef KERNEL_TAP_H
#define KERNEL_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/tap_programs.h"

#define TAP_NAMES_MAX 64

enum tap_how {
	TAP_ANY = 0, /* tcx, else clsact */
	TAP_TCX,
	TAP_CLSACT,
};

struct tap_config {
	const char *names[TAP_NAMES_MAX]; /* -i; not owned */
	size_t n_names;
	bool all; /* -i all */
	enum tap_how how; /* --tc */
};

static inline bool tap_config__any(const struct tap_config *config)
{
	return config->all || config->n_names;
}

struct tap;
struct uv_loop_s;

/*
 * Attaches to all interfaces that there are now, and follows those to come in the
 * loop. Logs what is wrong and returns -EPERM when it may not, -ENOTSUP when the kernel
 * cannot, or another negative errno; *ret is untouched then. config must outlive it.
 * With -i all, an interface that refuses is logged and left out.
 */
int tap__open(const struct tap_config *config, struct tap_programs programs, struct uv_loop_s *loop,
	      struct tap **ret);

/* Takes everything away again; the loop must run once more before tap__free(). */
void tap__stop(struct tap *tap);
void tap__free(struct tap *tap);

/* Interfaces tapped now. */
size_t tap__count(const struct tap *tap);

/*
 * Attaches to one interface in this way: 0 or a negative errno. Detaches again, unless it
 * is to be kept until the interface and this process end.
 */
int tap_try(struct tap_programs programs, unsigned int ifindex, enum tap_how how, bool keep);

#endif /* KERNEL_TAP_H */
