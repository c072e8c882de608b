/* SPDX-License-Identifier: BSD-2-Clause */
/* The file that a state is kept in, before SQLite sees it: whose it is, and who may write. */
#ifndef STORE_STATE_FILE_H
#define STORE_STATE_FILE_H

#include <stdbool.h>

#define STATE_APPLICATION_ID 0x49574c54 /* "IWLT" at offset 68 of the file */
#define STATE_VERSION 2 /* at offset 60; older ones are brought up to date */

struct state_file {
	const char *path; /* not owned */
	int fd; /* holds the lock by which idlewatch knows idlewatch; -1: none */
	bool may_write;
};

/*
 * Opens or makes the file, mode 0600, and takes the lock; without it, it may only be
 * read. Sets aside what is broken or newer. Logs, and returns 0 or a negative errno;
 * *ret_aside tells that the name is free now.
 */
int state_file__open(struct state_file *f, const char *path, bool *ret_aside);
void state_file__close(struct state_file *f);

/*
 * Gives the file, and what SQLite has beside it, a name of its own that was free; and
 * closes it. why: "is damaged". Logs; returns -EBADMSG or another negative errno.
 */
int state_file__set_aside(struct state_file *f, const char *why, bool *ret_aside);

/* Whether the path still leads to the file that was opened. */
bool state_file__is_in_place(const struct state_file *f);

/* 0 for one that idlewatch of this version, or an older one, wrote; -ENOENT for none; else logs. */
int state_file__check_to_read(const char *path);

#endif /* STORE_STATE_FILE_H */
