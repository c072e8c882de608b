// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/xdp.h"

#include <linux/if_link.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/netns.h"
#include "kernel/rtnl.h"

struct found {
	char *buf;
	size_t size;
};

static void on_link(const struct nlmsghdr *m, void *ctx)
{
	const struct ifinfomsg *info = NLMSG_DATA(m);
	const struct rtattr *xdp, *attached;
	struct found *found = ctx;
	const char *name;

	if (m->nlmsg_type != RTM_NEWLINK || m->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) ||
	    found->buf[0])
		return;
	xdp = rtnl_find(IFLA_RTA(info), IFLA_PAYLOAD(m), IFLA_XDP);
	attached = xdp ? rtnl_find(RTA_DATA(xdp), RTA_PAYLOAD(xdp), IFLA_XDP_ATTACHED) : NULL;
	if (!attached || !RTA_PAYLOAD(attached) ||
	    *(const uint8_t *)RTA_DATA(attached) == XDP_ATTACHED_NONE)
		return;
	name = rtnl_text(IFLA_RTA(info), IFLA_PAYLOAD(m), IFLA_IFNAME);
	if (name)
		snprintf(found->buf, found->size, "%s", name);
}

static int look_here(void *ctx)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	int fd = rtnl_open(0);
	int r = fd < 0 ? fd : rtnl_dump(fd, RTM_GETLINK, &body, sizeof(body), on_link, ctx);

	if (fd >= 0)
		close(fd);
	return r;
}

void xdp_interface(uint32_t netns, char *buf, size_t size)
{
	struct found found = { .buf = buf, .size = size };

	buf[0] = '\0';
	netns__within(netns, look_here, &found);
}
