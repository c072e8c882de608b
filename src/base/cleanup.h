/* SPDX-License-Identifier: BSD-2-Clause */
/* Cleaning up where a variable goes out of scope; what is handed on is taken with TAKE. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* The value, and the variable becomes none: NULL for pointers. */
#define TAKE_PTR(p)                    \
	({                             \
		typeof(p) taken = (p); \
		(p) = NULL;            \
		taken;                 \
	})

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLEANUP_FREE CLEANUP(cleanup_free)
#define CLEANUP_CLOSE CLEANUP(cleanup_close)

#endif /* BASE_CLEANUP_H */
