// SPDX-License-Identifier: BSD-2-Clause
#include "pids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uthash.h>

#include "log.h"

struct process {
	pid_t pid;
	int fd;
	uv_poll_t ended;
	struct pids *all;
};

struct seen_socket {
	uint64_t cookie;
	UT_hash_handle hh;
};

struct pids {
	struct process *processes;
	size_t n, n_alive;
	struct seen_socket *seen;
	void (*gone)(void *ctx);
	void *ctx;
};

static void on_ended(uv_poll_t *poll, int status, int events)
{
	struct process *process = poll->data;
	struct pids *p = process->all;

	(void)status;
	(void)events;
	uv_poll_stop(poll);
	if (--p->n_alive == 0)
		p->gone(p->ctx);
}

static int watch(struct process *process, uv_loop_t *loop)
{
	int r;

	process->fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (process->fd < 0 && (errno == EINVAL || errno == ENOENT))
		return log_err(-ESRCH, "-p: %d is a thread; give the id of its process",
			       process->pid);
	if (process->fd < 0 && errno == ESRCH)
		return log_err(-ESRCH, "-p: no process %d is running", process->pid);
	if (process->fd < 0)
		return log_err(-errno, "-p: cannot watch process %d: %s", process->pid,
			       strerror(errno));
	r = uv_poll_init(loop, &process->ended, process->fd);
	if (r)
		return log_err(r, "-p: cannot watch process %d: %s", process->pid, uv_strerror(r));
	process->ended.data = process;
	r = uv_poll_start(&process->ended, UV_READABLE, on_ended);
	if (r)
		return log_err(r, "-p: cannot watch process %d: %s", process->pid, uv_strerror(r));
	process->all->n_alive++;
	return 0;
}

int pids__open(const pid_t *pids, size_t n, uv_loop_t *loop, void (*gone)(void *ctx), void *ctx,
	       struct pids **ret)
{
	struct pids *p = calloc(1, sizeof(*p));

	if (p && n)
		p->processes = calloc(n, sizeof(*p->processes));
	if (!p || (n && !p->processes)) {
		free(p);
		return log_err(-ENOMEM, "out of memory");
	}
	p->gone = gone;
	p->ctx = ctx;
	*ret = p;
	for (size_t i = 0; i < n; i++) {
		int r;

		p->processes[i] = (struct process){ .pid = pids[i], .fd = -1, .all = p };
		p->n = i + 1;
		r = watch(&p->processes[i], loop);
		if (r)
			return r;
	}
	return 0;
}

void pids__free(struct pids *p)
{
	struct seen_socket *s, *next;

	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (p->processes[i].fd >= 0)
			close(p->processes[i].fd);
	}
	HASH_ITER(hh, p->seen, s, next) {
		HASH_DEL(p->seen, s);
		free(s);
	}
	free(p->processes);
	free(p);
}

bool pids__any(const struct pids *p)
{
	return p->n > 0;
}

static bool is_one(const struct pids *p, uint32_t pid)
{
	for (size_t i = 0; i < p->n; i++) {
		if ((uint32_t)p->processes[i].pid == pid)
			return true;
	}
	return false;
}

bool pids__hold(const struct pids *p, const struct iw_look_row *rows, size_t n_rows)
{
	if (!p->n)
		return true;
	for (size_t i = 0; i < n_rows; i++) {
		if (is_one(p, rows[i].owner.pid))
			return true;
	}
	return false;
}

void pids__note_sockets(struct pids *p, const struct look *look)
{
	for (size_t i = 0; p->n && i < look->n_rows; i++) {
		uint64_t cookie = look->rows[i].owner.cookie;
		struct seen_socket *s;

		if (!is_one(p, look->rows[i].owner.pid))
			continue;
		HASH_FIND(hh, p->seen, &cookie, sizeof(cookie), s);
		if (s || !(s = calloc(1, sizeof(*s))))
			continue;
		s->cookie = cookie;
		HASH_ADD(hh, p->seen, cookie, sizeof(s->cookie), s);
	}
}

uint64_t pids__sockets_seen(const struct pids *p)
{
	return HASH_COUNT(p->seen);
}
