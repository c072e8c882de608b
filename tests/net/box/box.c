// SPDX-License-Identifier: BSD-2-Clause
/*
 * A router between a client's and a server's network namespace that no hook of this kernel
 * can look into: it joins two TAP devices, the hosts' eth0, and what it swallows is never a
 * packet that this kernel dropped.
 *
 *   box CLIENT-NETNS GATEWAY4 GATEWAY6 SERVER-NETNS GATEWAY4 GATEWAY6
 *
 * Namespaces are files (/run/netns/NAME), gateways the box's own address on that side. It
 * says "ready" when both devices are there, takes commands on standard input (control.h),
 * and ends when that does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "box.h"
#include "control.h"
#include "flows.h"
#include "packet.h"
#include "path.h"

/* A side has the index of what its host sends. */
static struct side {
	int fd;
	uint8_t gateway4[16], gateway6[16];
	uint8_t mac[ETH_ALEN], host_mac[ETH_ALEN];
} sides[DIR_MAX];

static unsigned long counters[DIR_MAX][COUNTER_MAX];
static uint64_t last_ns;

static void die(const char *what)
{
	fprintf(stderr, "box: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void count(enum dir dir, enum counter counter)
{
	counters[dir][counter]++;
}

unsigned long box_count(enum dir dir, enum counter counter)
{
	return counters[dir][counter];
}

uint64_t box_last_ns(void)
{
	return last_ns;
}

/* --- the two devices --- */

static int open_tap(const char *netns)
{
	struct ifreq request = { .ifr_name = "eth0", .ifr_flags = IFF_TAP | IFF_NO_PI };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open(netns, O_RDONLY | O_CLOEXEC);
	int fd;

	if (home < 0 || there < 0 || setns(there, CLONE_NEWNET))
		die(netns);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		die("/dev/net/tun");
	if (setns(home, CLONE_NEWNET))
		die("setns");
	close(home);
	close(there);
	return fd;
}

static void open_side(enum dir dir, char **args)
{
	static const uint8_t mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0xb0 };
	struct side *s = &sides[dir];
	struct ifreq request = {};

	if (inet_pton(AF_INET, args[1], s->gateway4) != 1 ||
	    inet_pton(AF_INET6, args[2], s->gateway6) != 1) {
		fprintf(stderr, "box: bad gateway\n");
		exit(2);
	}
	s->fd = open_tap(args[0]);
	memcpy(s->mac, mac, sizeof(mac));
	s->mac[ETH_ALEN - 1] = (uint8_t)dir;
	if (ioctl(s->fd, SIOCGIFHWADDR, &request))
		die("SIOCGIFHWADDR");
	memcpy(s->host_mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
}

static bool write_frame(struct side *to, struct packet *p)
{
	struct ether_header *ether = (struct ether_header *)p->frame;

	memcpy(ether->ether_dhost, to->host_mac, ETH_ALEN);
	memcpy(ether->ether_shost, to->mac, ETH_ALEN);
	if (write(to->fd, p->frame, p->len) >= 0)
		return true;
	if (errno != EIO)
		die("write");
	return false;
}

bool box_send(enum dir dir, struct packet *p)
{
	last_ns = now_ns();
	return write_frame(&sides[opposite(dir)], p);
}

void box_forward(enum dir dir, struct packet *p)
{
	const struct side *from = &sides[dir];
	struct packet error;

	if (box_send(dir, p)) {
		count(dir, FORWARDED);
		return;
	}
	count(dir, SWALLOWED);
	if (!p->tcp)
		return;
	packet__make_unreachable(&error, p, p->v6 ? from->gateway6 : from->gateway4);
	count(opposite(dir), ANSWERED);
	box_send(opposite(dir), &error);
}

/* --- packets --- */

static bool is_multicast(const struct packet *p)
{
	return p->v6 ? p->dst.addr[0] == 0xff : p->dst.addr[0] >= 224;
}

static void on_packet(enum dir dir, struct packet *p, uint64_t now)
{
	struct side *from = &sides[dir];

	if (packet__answer_neighbour(p, from->gateway4, from->gateway6, from->mac)) {
		write_frame(from, p);
		return;
	}
	if (!packet__parse(p) || is_multicast(p))
		return;
	last_ns = now;
	if (p->tcp && !flows__pass(dir, p, p->v6 ? from->gateway6 : from->gateway4, now))
		return;
	if (!path__swallows(dir, p))
		path__send(dir, p, now);
}

static void read_side(enum dir dir, uint64_t now)
{
	static struct packet p;
	ssize_t n;

	while ((n = read(sides[dir].fd, p.frame, sizeof(p.frame))) > 0) {
		p.len = (size_t)n;
		if (n < ETHER_LEN)
			continue;
		memcpy(sides[dir].host_mac, p.frame + ETH_ALEN, ETH_ALEN);
		on_packet(dir, &p, now);
	}
	if (n < 0 && errno != EAGAIN)
		die("read");
}

/* --- the loop --- */

static void wait_until(struct pollfd *fds, nfds_t n, uint64_t due)
{
	uint64_t now = now_ns();
	struct timespec left = {};

	if (due > now) {
		left.tv_sec = (time_t)((due - now) / 1000000000u);
		left.tv_nsec = (long)((due - now) % 1000000000u);
	}
	if (ppoll(fds, n, due == NEVER ? NULL : &left, NULL) < 0 && errno != EINTR)
		die("ppoll");
}

int main(int argc, char **argv)
{
	struct pollfd fds[] = { { .events = POLLIN }, { .events = POLLIN }, { .events = POLLIN } };
	uint64_t due;

	if (argc != 7) {
		fprintf(stderr, "usage: box NETNS GATEWAY4 GATEWAY6 NETNS GATEWAY4 GATEWAY6\n");
		return 2;
	}
	open_side(C2S, argv + 1);
	open_side(S2C, argv + 4);
	fds[1].fd = sides[C2S].fd;
	fds[2].fd = sides[S2C].fd;
	puts("ready");
	fflush(stdout);
	for (;;) {
		due = flows__run(now_ns());
		due = earlier(due, path__run(now_ns()));
		due = earlier(due, control__run(now_ns()));
		wait_until(fds, 3, due);
		/* Whatever is due was due before what comes now. */
		flows__run(now_ns());
		if (fds[0].revents && !control__read())
			return 0;
		read_side(C2S, now_ns());
		read_side(S2C, now_ns());
	}
}
