/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --state FILE: what is known of paths, kept across runs in an SQLite database of mode
 * 0600. A file that is broken, or of a later version of idlewatch, is set aside under
 * another name; one that another program made is left alone; while another idlewatch
 * writes it, it is only read.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "engine/paths.h"

#define STATE_DEFAULT "/var/lib/idlewatch/paths.db"

struct state;

/* The file in systemd's $STATE_DIRECTORY; NULL when not run as such a service. */
const char *state_of_service(void);

/* Opens or makes it. Logs what is wrong and returns a negative errno, *ret untouched. */
int state__open(const char *path, struct state **ret);

/*
 * Opens an existing one to be read, and changes nothing. -ENOENT, without a word, when
 * there is none; any other failure is logged.
 */
int state__open_to_read(const char *path, struct state **ret);

void state__close(struct state *s);

/*
 * Gives out what it holds, the paths learnt of last coming last. offset_ns is
 * CLOCK_REALTIME less CLOCK_BOOTTIME. Rows that make no sense are left out, and
 * logged. Returns 0 or logs and returns a negative errno.
 */
int state__load(struct state *s, int64_t offset_ns, path_fn fn, void *ctx);

/*
 * Writes what has changed, in one transaction, and drops what is too old to have room.
 * A failure is logged once until it has passed; the paths stay changed then.
 */
void state__save(struct state *s, struct paths *paths, int64_t offset_ns);

#endif /* STORE_STATE_H */
