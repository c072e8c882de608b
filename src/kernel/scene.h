/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small scene in a network namespace of its own, in which every hook must fire: two
 * connections over loopback that exchange a byte, are kept alive, lose packets, and
 * end by a reset, one from each side. For doctor. Takes about three seconds.
 */
#ifndef KERNEL_SCENE_H
#define KERNEL_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/tap_programs.h"

#define SCENE_WORDS_LEN 96

struct scene {
	pid_t child;
	int pipe; /* readable when the scene is over */
	int go;
	uint32_t netns; /* inode of its namespace */
	int tcx, clsact; /* what attaching the tap there came to: 0 or a negative errno */
	char failed_at[SCENE_WORDS_LEN]; /* the step that failed, empty none */
};

/*
 * Makes the namespace in a child and attaches the tap to its loopback, where programs
 * are given (descriptors of at least 0). Returns 0, or a negative errno: -EPERM without
 * CAP_SYS_ADMIN.
 */
int scene__prepare(struct scene *ret, struct tap_programs programs);

/* Lets it begin. */
void scene__begin(struct scene *s);

/* Ends it, played or not, and takes everything away. */
void scene__end(struct scene *s);

#endif /* KERNEL_SCENE_H */
