// SPDX-License-Identifier: BSD-2-Clause
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static void complain(struct sink *s, const char *what, int err)
{
	if (!s->failing)
		log_warn("cannot %s %s: %s; lines are lost", what,
			 s->path ? s->path : "standard output", strerror(err));
	s->failing = true;
}

static void try_open(struct sink *s)
{
	s->fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0)
		complain(s, "open", errno);
}

void sink__open(struct sink *s, const char *path)
{
	*s = (struct sink){ .path = path, .fd = STDOUT_FILENO };
	if (path)
		try_open(s);
}

void sink__close(struct sink *s)
{
	if (s->path && s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

void sink__reopen(struct sink *s)
{
	if (!s->path)
		return;
	sink__close(s);
	s->torn = s->broken = false;
	try_open(s);
}

bool sink__reader_gone(struct sink *s)
{
	struct pollfd p = { .fd = s->fd };

	if (!s->path && poll(&p, 1, 0) > 0 && (p.revents & POLLERR))
		s->broken = true;
	return s->broken;
}

/* A descriptor that somebody made non-blocking: wait as a blocking one would. */
static void wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

/* Writes all of it. Returns 0 or a negative errno, and whether a part was written. */
static int write_all(int fd, const char *text, size_t n, bool *ret_part)
{
	*ret_part = false;
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			wait_writable(fd);
			continue;
		}
		if (done < 0)
			return -errno;
		*ret_part = true;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

void sink__write(struct sink *s, const char *line)
{
	bool part = false;
	char *text;
	int n, r;

	if (s->broken) {
		s->lost++;
		return;
	}
	if (s->fd < 0 && s->path)
		try_open(s);
	if (s->fd < 0) {
		s->lost++;
		return;
	}
	n = asprintf(&text, "%s%s\n", s->torn ? "\n" : "", line);
	r = n < 0 ? -ENOMEM : write_all(s->fd, text, (size_t)n, &part);
	if (n >= 0)
		free(text);
	if (!r) {
		s->failing = s->torn = false;
		return;
	}
	s->lost++;
	s->torn = s->torn || part;
	s->broken = r == -EPIPE;
	if (!s->broken)
		complain(s, "write to", -r);
}
