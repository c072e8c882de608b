/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of ours in the network namespaces of the connections we watch. */
#ifndef NETNS_H
#define NETNS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Opens a socket (close-on-exec, non-blocking) in the network namespace with this
 * inode. Namespaces are found by the processes in them and by /run/netns. Returns
 * its descriptor, -ENOENT when nothing leads there any more, or another negative
 * errno.
 */
int netns__socket(uint32_t inode, int domain, int type, int protocol);

#endif /* NETNS_H */
