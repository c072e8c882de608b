/* SPDX-License-Identifier: BSD-2-Clause */
/* Network namespaces: their inodes and names, walks over them, sockets of ours in them. */
#ifndef HOST_NETNS_H
#define HOST_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Calls fn once with this thread in each network namespace that a process is in or that
 * /run/netns names, and comes back. Those where that failed, with fn or before it, are
 * counted in *ret_refused, unless they had gone. Returns 0 or a negative errno.
 */
int netns__each(int (*fn)(void *ctx), void *ctx, size_t *ret_refused);

/*
 * Calls fn with this thread in the network namespace with this inode, and comes back.
 * Returns what fn returned, -ENOENT when nothing leads there any more, or another
 * negative errno.
 */
int netns__within(uint32_t inode, int (*fn)(void *ctx), void *ctx);

/* This process's own network namespace; 0 unknown. */
uint32_t netns__own(void);

/*
 * The cookie of the one that this thread is in, which no other has until the host is
 * rebooted; 0 where the kernel does not tell it.
 */
uint64_t netns__own_cookie(void);

/* The name that `ip netns` gives this namespace: true and NUL-terminated in ret, or false. */
bool netns__name(uint32_t inode, char *ret, size_t size);

/*
 * Opens a socket (close-on-exec, non-blocking) in the network namespace with this
 * inode. Namespaces are found by the processes in them and by /run/netns. Returns
 * its descriptor, -ENOENT when nothing leads there any more, or another negative
 * errno.
 */
int netns__socket(uint32_t inode, int domain, int type, int protocol);

#endif /* HOST_NETNS_H */
