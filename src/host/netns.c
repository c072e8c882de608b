// SPDX-License-Identifier: BSD-2-Clause
#include "host/netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"

#define OWN "/proc/thread-self/ns/net"
#define NAMES "/run/netns"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif

/* Called with the path of a namespace, its inode and its name in the directory. */
typedef int (*visit_fn)(const char *path, uint32_t inode, const char *name, void *ctx);

/* 0 for what is no namespace: `ip netns` leaves plain files behind where it was unmounted. */
static uint32_t inode_of(const char *path)
{
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) || fs.f_type != NSFS_MAGIC || stat(path, &st))
		return 0;
	return (uint32_t)st.st_ino;
}

/* Visits every entry of a directory; suffix completes its path. */
static int visit(const char *directory, const char *suffix, bool only_numbers, visit_fn fn,
		 void *ctx)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[300];
	uint32_t inode;
	int r = 0;

	if (!dir)
		return 0;
	while (!r && (entry = readdir(dir))) {
		if (only_numbers ? !isdigit((unsigned char)entry->d_name[0])
				 : entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory, entry->d_name, suffix);
		inode = inode_of(path);
		if (inode)
			r = fn(path, inode, entry->d_name, ctx);
	}
	closedir(dir);
	return r;
}

/* Everything that leads to a network namespace, this process's own first. */
static int visit_all(visit_fn fn, void *ctx)
{
	int r = fn(OWN, netns__own(), "self", ctx);

	if (!r)
		r = visit(NAMES, "", false, fn, ctx);
	if (!r)
		r = visit("/proc", "/ns/net", true, fn, ctx);
	return r;
}

uint32_t netns__own(void)
{
	return inode_of(OWN);
}

uint64_t netns__own_cookie(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0;
	close(fd);
	return cookie;
}

/* --- one of them --- */

struct sought {
	uint32_t inode;
	int fd;
	char *name; /* NULL: of no interest */
	size_t size;
};

/* Opens it, or -1: between stat and open another may have taken its path. */
static int open_checked(const char *path, uint32_t inode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || st.st_ino != inode)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int visit_open(const char *path, uint32_t inode, const char *name, void *ctx)
{
	struct sought *sought = ctx;

	(void)name;
	if (inode == sought->inode)
		sought->fd = open_checked(path, inode);
	return sought->fd >= 0;
}

static int visit_name(const char *path, uint32_t inode, const char *name, void *ctx)
{
	struct sought *sought = ctx;

	(void)path;
	if (inode != sought->inode)
		return 0;
	snprintf(sought->name, sought->size, "%s", name);
	return 1;
}

bool netns__name(uint32_t inode, char *ret, size_t size)
{
	struct sought sought = { .inode = inode, .name = ret, .size = size };

	return visit(NAMES, "", false, visit_name, &sought) == 1;
}

/* Runs fn in the namespace that `there` is open on, and goes home; -ENOENT for -1. */
static int within(int there, int (*fn)(void *ctx), void *ctx)
{
	int home = open(OWN, O_RDONLY | O_CLOEXEC);
	int r = home < 0 || there < 0 ? -ENOENT : 0;

	if (!r && setns(there, CLONE_NEWNET))
		r = -errno;
	if (!r) {
		r = fn(ctx);
		if (setns(home, CLONE_NEWNET)) {
			/* To go on in a foreign namespace would be to lie from there. */
			log_warn("cannot return to this process's network namespace");
			abort();
		}
	}
	if (home >= 0)
		close(home);
	return r;
}

int netns__within(uint32_t inode, int (*fn)(void *ctx), void *ctx)
{
	struct sought sought = { .inode = inode, .fd = -1 };
	int r;

	if (inode == netns__own())
		return fn(ctx);
	visit_all(visit_open, &sought);
	r = within(sought.fd, fn, ctx);
	if (sought.fd >= 0)
		close(sought.fd);
	return r;
}

/* --- each namespace once --- */

struct seen {
	uint32_t *inodes;
	size_t n, room;
	int (*fn)(void *ctx);
	void *ctx;
	size_t refused;
};

static int visit_once(const char *path, uint32_t inode, const char *name, void *ctx)
{
	struct seen *seen = ctx;
	int fd, r;

	(void)name;
	for (size_t i = 0; i < seen->n; i++) {
		if (seen->inodes[i] == inode)
			return 0;
	}
	if (seen->n == seen->room) {
		size_t room = seen->room ? 2 * seen->room : 16;
		uint32_t *bigger = realloc(seen->inodes, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		seen->inodes = bigger;
		seen->room = room;
	}
	seen->inodes[seen->n++] = inode;
	if (inode == netns__own())
		return seen->fn(seen->ctx);
	fd = open_checked(path, inode);
	r = within(fd, seen->fn, seen->ctx);
	if (fd >= 0)
		close(fd);
	/* One that goes away meanwhile has nothing to show. */
	seen->refused += r < 0 && r != -ENOENT;
	return 0;
}

int netns__each(int (*fn)(void *ctx), void *ctx, size_t *ret_refused)
{
	struct seen seen = { .fn = fn, .ctx = ctx };
	int r = visit_all(visit_once, &seen);

	free(seen.inodes);
	*ret_refused = seen.refused;
	return r;
}

/* --- sockets of ours --- */

struct wanted_socket {
	int domain, type, protocol;
};

static int open_socket(void *ctx)
{
	const struct wanted_socket *s = ctx;
	int fd = socket(s->domain, s->type | SOCK_CLOEXEC | SOCK_NONBLOCK, s->protocol);

	return fd < 0 ? -errno : fd;
}

int netns__socket(uint32_t inode, int domain, int type, int protocol)
{
	struct wanted_socket wanted = { domain, type, protocol };

	return netns__within(inode, open_socket, &wanted);
}
