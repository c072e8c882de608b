// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/rtnl.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_SECONDS 5 /* the kernel answers at once, or something is wrong */
#define BUFFER_LEN 32768 /* as large as the kernel makes a part of a dump */

int rtnl_open(uint32_t groups)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int r;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

/* Hands over the messages of one datagram. 1 at the end of a dump, else 0 or -errno. */
static int take(const char *buffer, size_t len, rtnl_fn fn, void *ctx)
{
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= len;) {
		const struct nlmsghdr *m = (const void *)(buffer + at);

		if (m->nlmsg_len < sizeof(*m) || m->nlmsg_len > len - at)
			return -EBADMSG;
		at += NLMSG_ALIGN((size_t)m->nlmsg_len);
		if (m->nlmsg_type == NLMSG_DONE)
			return 1;
		if (m->nlmsg_type == NLMSG_ERROR)
			return m->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))
				       ? -EBADMSG
				       : ((const struct nlmsgerr *)NLMSG_DATA(m))->error;
		fn(m, ctx);
	}
	return 0;
}

static int receive(int fd, int flags, rtnl_fn fn, void *ctx)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_LEN];
	ssize_t n;

	do
		n = recv(fd, buffer, sizeof(buffer), flags);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : take(buffer, (size_t)n, fn, ctx);
}

int rtnl_dump(int fd, uint16_t type, const void *body, uint32_t size, rtnl_fn fn, void *ctx)
{
	struct {
		struct nlmsghdr header;
		char body[64];
	} request = { .header = { .nlmsg_len = NLMSG_LENGTH(size),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int r;

	if (size > sizeof(request.body))
		return -EINVAL;
	memcpy(request.body, body, size);
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	do
		r = receive(fd, 0, fn, ctx);
	while (!r);
	return r > 0 ? 0 : r;
}

int rtnl_read(int fd, rtnl_fn fn, void *ctx)
{
	int r;

	do
		r = receive(fd, MSG_DONTWAIT, fn, ctx);
	while (r >= 0);
	return r == -EAGAIN ? 0 : r;
}

const struct rtattr *rtnl_find(const struct rtattr *first, size_t len, unsigned short type)
{
	for (size_t at = 0; at + sizeof(*first) <= len;) {
		const struct rtattr *a = (const void *)((const char *)first + at);

		if (a->rta_len < sizeof(*a) || a->rta_len > len - at)
			return NULL;
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
		at += RTA_ALIGN((size_t)a->rta_len);
	}
	return NULL;
}

const char *rtnl_text(const struct rtattr *first, size_t len, unsigned short type)
{
	const struct rtattr *a = rtnl_find(first, len, type);
	const char *text = a ? RTA_DATA(a) : NULL;

	return text && memchr(text, '\0', RTA_PAYLOAD(a)) ? text : NULL;
}
