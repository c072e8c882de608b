/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking rtnetlink: the little of it that interfaces and tc filters need. */
#ifndef KERNEL_RTNL_H
#define KERNEL_RTNL_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* A socket that also gets news of these groups (RTMGRP_*, 0 none). -errno on failure. */
int rtnl_open(uint32_t groups);

/* Takes one message; good until it returns. */
typedef void (*rtnl_fn)(const struct nlmsghdr *message, void *ctx);

/*
 * Asks for all objects of a type (RTM_GETLINK, RTM_GETTFILTER) and hands over each; the
 * body is what follows the header. News that come meanwhile are handed over as well.
 * Returns 0 or a negative errno.
 */
int rtnl_dump(int fd, uint16_t type, const void *body, uint32_t size, rtnl_fn fn, void *ctx);

/* Hands over what has come, without waiting. -ENOBUFS: news were lost, so dump again. */
int rtnl_read(int fd, rtnl_fn fn, void *ctx);

/* Finds an attribute among those from first on; NULL when it is not there. */
const struct rtattr *rtnl_find(const struct rtattr *first, size_t len, unsigned short type);

/* The same as text, NULL also when it does not end with a NUL. */
const char *rtnl_text(const struct rtattr *first, size_t len, unsigned short type);

#endif /* KERNEL_RTNL_H */
