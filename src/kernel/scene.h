/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small scene, in which every hook must fire: two connections over loopback that exchange
 * a byte, are kept alive, lose packets, and end by a reset, one from each side. It is played
 * in a network namespace of its own, or, without the privileges for one, over the loopback
 * of this process's. For doctor. Takes about three seconds.
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
	uint16_t port; /* of one end of both connections */
	int own_error; /* why it has no namespace of its own, negative; 0 it has */
	int tcx, clsact; /* what attaching the tap there came to: 0 or a negative errno */
	char failed_at[SCENE_WORDS_LEN]; /* the step that failed, empty none */
};

/*
 * Makes the namespace in a child and attaches the tap to its loopback, where programs
 * are given (descriptors of at least 0) and the namespace is the scene's own. Returns 0, or
 * a negative errno.
 */
int scene__prepare(struct scene *ret, struct tap_programs programs);

/* Lets it begin. */
void scene__begin(struct scene *s);

/* Ends it, played or not, and takes everything away. */
void scene__end(struct scene *s);

#endif /* KERNEL_SCENE_H */
