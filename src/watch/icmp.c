// SPDX-License-Identifier: BSD-2-Clause
#include "watch/icmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "host/netns.h"

/* More namespaces in trouble at once are not listened to. */
#define LISTENERS_MAX 512

struct listener {
	struct icmp *icmp;
	uint32_t netns;
	int family;
	int fd;
	uv_poll_t poll;
	struct listener *next;
};

struct icmp {
	uv_loop_t *loop;
	icmp_fn fn;
	void *ctx;
	struct listener *listeners;
	size_t n;
	bool complained;
};

int icmp__new(uv_loop_t *loop, icmp_fn fn, void *ctx, struct icmp **ret)
{
	struct icmp *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	*i = (struct icmp){ .loop = loop, .fn = fn, .ctx = ctx };
	*ret = i;
	return 0;
}

/* Ports and sequence number: the first eight bytes of TCP, all that must be quoted. */
static void read_tcp(const uint8_t *tcp, struct icmp_quote *ret)
{
	uint16_t ports[2];
	uint32_t seq;

	memcpy(ports, tcp, sizeof(ports));
	memcpy(&seq, tcp + 4, sizeof(seq));
	ret->flow.source_port = ntohs(ports[0]);
	ret->flow.dest_port = ntohs(ports[1]);
	ret->seq = ntohl(seq);
}

/* Reads an ICMP message that came with its IPv4 header. False when it is of no interest. */
static bool read_v4(const uint8_t *data, size_t len, struct icmp_quote *ret)
{
	size_t outer = len ? (data[0] & 15U) * 4U : 0;
	const uint8_t *icmp = data + outer, *inner = icmp + sizeof(struct icmphdr);
	size_t inner_len;

	if (len < outer + sizeof(struct icmphdr) + sizeof(struct iphdr) + 8)
		return false;
	/* "Fragmentation needed" is about size, not about reach. */
	if (icmp[0] == ICMP_DEST_UNREACH && icmp[1] == ICMP_FRAG_NEEDED)
		return false;
	inner_len = (inner[0] & 15U) * 4U;
	if (inner[9] != IPPROTO_TCP || len < outer + sizeof(struct icmphdr) + inner_len + 8)
		return false;
	memcpy(ret->flow.source, inner + 12, 4);
	memcpy(ret->flow.dest, inner + 16, 4);
	read_tcp(inner + inner_len, ret);
	return true;
}

/* Reads an ICMPv6 message, which comes without its IPv6 header. */
static bool read_v6(const uint8_t *data, size_t len, struct icmp_quote *ret)
{
	const uint8_t *inner = data + sizeof(struct icmp6_hdr);

	if (len < sizeof(struct icmp6_hdr) + sizeof(struct ip6_hdr) + 8 || inner[6] != IPPROTO_TCP)
		return false;
	memcpy(ret->flow.source, inner + 8, 16);
	memcpy(ret->flow.dest, inner + 24, 16);
	read_tcp(inner + sizeof(struct ip6_hdr), ret);
	return true;
}

static void read_listener(struct listener *l)
{
	uint8_t data[1500];
	ssize_t n;

	while ((n = recv(l->fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		struct icmp_quote quote = { .netns = l->netns, .family = (uint16_t)l->family };
		bool good = l->family == AF_INET ? read_v4(data, (size_t)n, &quote)
						 : read_v6(data, (size_t)n, &quote);

		if (good)
			l->icmp->fn(&quote, l->icmp->ctx);
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)events;
	if (!status)
		read_listener(poll->data);
}

void icmp__drain(struct icmp *i)
{
	for (struct listener *l = i->listeners; l; l = l->next)
		read_listener(l);
}

/* Lets only errors about reach through. */
static int set_filter(int fd, int family)
{
	struct icmp_filter v4 = { .data = ~(1U << ICMP_DEST_UNREACH | 1U << ICMP_TIME_EXCEEDED) };
	struct icmp6_filter v6;

	if (family == AF_INET)
		return setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof(v4));
	ICMP6_FILTER_SETBLOCKALL(&v6);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &v6);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &v6);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof(v6));
}

static int open_listener(struct icmp *i, uint32_t netns, int family)
{
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	struct listener *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	*l = (struct listener){ .icmp = i, .netns = netns, .family = family };
	l->fd = netns__socket(netns, family, SOCK_RAW, protocol);
	r = l->fd < 0 ? l->fd : 0;
	if (!r && set_filter(l->fd, family))
		r = -errno;
	if (!r)
		r = uv_poll_init(i->loop, &l->poll, l->fd);
	if (r) {
		if (l->fd >= 0)
			close(l->fd);
		free(l);
		return r;
	}
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_readable);
	l->next = i->listeners;
	i->listeners = l;
	i->n++;
	return 0;
}

void icmp__listen(struct icmp *i, uint32_t netns)
{
	int r;

	for (const struct listener *l = i->listeners; l; l = l->next) {
		if (l->netns == netns)
			return;
	}
	r = i->n >= LISTENERS_MAX ? -EMFILE : open_listener(i, netns, AF_INET);
	if (!r)
		r = open_listener(i, netns, AF_INET6);
	/* -ENOENT: nobody is in that namespace any more, and nothing will be missed by anybody. */
	if (r && r != -ENOENT && !i->complained) {
		log_warn("cannot listen for ICMP in namespace %u: %s; a router that refuses "
			 "keepalives may be taken for a silent one",
			 netns, strerror(-r));
		i->complained = true;
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	close(l->fd);
	free(l);
}

void icmp__stop(struct icmp *i)
{
	struct listener *next;

	for (struct listener *l = i->listeners; l; l = next) {
		next = l->next;
		uv_close((uv_handle_t *)&l->poll, on_closed);
	}
	i->listeners = NULL;
	i->n = 0;
}

void icmp__free(struct icmp *i)
{
	free(i);
}
