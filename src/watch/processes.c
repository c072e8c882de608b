// SPDX-License-Identifier: BSD-2-Clause
#include "watch/processes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uthash.h>

#include "base/log.h"
#include "host/filter.h"
#include "host/proc.h"
#include "kernel/kernel.h"
#include "kernel/look.h"

/* A process whose end is waited for. */
struct process {
	uint32_t pid;
	bool given; /* by -p; else a child of one */
	bool ended;
	int fd;
	uv_poll_t poll;
	struct processes *all;
	UT_hash_handle hh;
};

/* More are not remembered, nor counted. */
#define UNDECIDED_MAX 65536

struct seen_socket {
	uint64_t cookie;
	UT_hash_handle hh;
};

struct processes {
	const struct filter *filter;
	struct kernel *kernel; /* NULL: children are not followed */
	uv_loop_t *loop;
	struct process *processes;
	size_t n_alive;
	struct seen_socket *seen;
	struct seen_socket *undecided; /* in trouble, and nobody is known to hold them */
	struct filter_query query;
	void (*gone)(void *ctx);
	void *ctx;
};

static int wait_for(struct processes *p, uint32_t pid, bool given);

/* Children that nobody waits for yet: their parents forked them since, and may be gone. */
static void wait_for_children(struct processes *p)
{
	uint32_t pid = 0;

	while (p->kernel && kernel__next_followed(p->kernel, &pid)) {
		struct process *process;

		HASH_FIND(hh, p->processes, &pid, sizeof(pid), process);
		if (!process || process->ended)
			wait_for(p, pid, false);
	}
}

static void on_ended(uv_poll_t *poll, int status, int events)
{
	struct process *process = poll->data;
	struct processes *p = process->all;

	(void)status;
	(void)events;
	uv_poll_stop(poll);
	process->ended = true;
	p->n_alive--;
	if (!p->n_alive)
		wait_for_children(p);
	if (!p->n_alive && !p->filter->n_comms && !p->filter->n_cgroups)
		p->gone(p->ctx);
}

/* 0, also when a child has ended meanwhile; or a negative errno. */
static int poll_process(struct process *process)
{
	struct processes *p = process->all;
	int r = uv_poll_init(p->loop, &process->poll, process->fd);

	process->poll.data = process;
	if (!r)
		r = uv_poll_start(&process->poll, UV_READABLE, on_ended);
	if (r)
		return log_err(r, "-p: cannot watch process %u: %s", process->pid, uv_strerror(r));
	p->n_alive++;
	return 0;
}

static int wait_for(struct processes *p, uint32_t pid, bool given)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct process *process;

	if (fd < 0 && !given)
		return 0; /* a child that has ended meanwhile */
	if (fd < 0 && errno == ESRCH)
		return log_err(-ESRCH, "-p: no process %u is running any more", pid);
	if (fd < 0)
		return log_err(-errno, "-p: cannot watch process %u: %s", pid, strerror(errno));
	process = calloc(1, sizeof(*process));
	if (!process) {
		close(fd);
		return log_err(-ENOMEM, "out of memory");
	}
	*process = (struct process){ .pid = pid, .given = given, .fd = fd, .all = p };
	HASH_ADD(hh, p->processes, pid, sizeof(process->pid), process);
	return poll_process(process);
}

int processes__open(const struct filter *filter, uv_loop_t *loop, void (*gone)(void *ctx),
		    void *ctx, struct processes **ret)
{
	struct processes *p = calloc(1, sizeof(*p));

	if (!p)
		return log_err(-ENOMEM, "out of memory");
	*p = (struct processes){ .filter = filter,
				 .query = { .filter = filter },
				 .loop = loop,
				 .gone = gone,
				 .ctx = ctx };
	*ret = p;
	for (size_t i = 0; i < filter->n_pids; i++) {
		uint32_t pid = (uint32_t)filter->pids[i];
		struct process *known;
		int r;

		HASH_FIND(hh, p->processes, &pid, sizeof(pid), known);
		r = known ? 0 : wait_for(p, pid, true);
		if (r)
			return r;
	}
	return 0;
}

static void forget_sockets(struct seen_socket **sockets)
{
	struct seen_socket *s, *next;

	HASH_ITER(hh, *sockets, s, next) {
		HASH_DEL(*sockets, s);
		free(s);
	}
}

static void add_socket(struct seen_socket **sockets, uint64_t cookie)
{
	struct seen_socket *s;

	HASH_FIND(hh, *sockets, &cookie, sizeof(cookie), s);
	if (s || !(s = calloc(1, sizeof(*s))))
		return;
	s->cookie = cookie;
	HASH_ADD(hh, *sockets, cookie, sizeof(s->cookie), s);
}

void processes__free(struct processes *p)
{
	struct process *process, *next_process;

	if (!p)
		return;
	HASH_ITER(hh, p->processes, process, next_process) {
		HASH_DEL(p->processes, process);
		close(process->fd);
		free(process);
	}
	forget_sockets(&p->seen);
	forget_sockets(&p->undecided);
	free(p);
}

/* --- children --- */

static bool descends(const struct kernel *k, uint32_t pid)
{
	uint32_t parent = proc_parent(pid);
	uint64_t start = parent ? proc_start_ns(parent) : 0;

	return start && kernel__follows(k, parent, start);
}

/* Goes over all processes until none is new: /proc lists children before parents, too. */
static int follow_existing_children(struct kernel *k)
{
	bool found = true;

	while (found) {
		DIR *dir = opendir("/proc");
		struct dirent *entry;

		found = false;
		if (!dir)
			return -errno;
		while ((entry = readdir(dir))) {
			uint32_t pid = (uint32_t)strtoul(entry->d_name, NULL, 10);
			uint64_t start = pid && descends(k, pid) ? proc_start_ns(pid) : 0;

			if (!start || kernel__follows(k, pid, start))
				continue;
			found = !kernel__follow(k, pid, start);
		}
		closedir(dir);
	}
	return 0;
}

int processes__follow(struct processes *p, struct kernel *k)
{
	int r = 0;

	p->kernel = k;
	for (size_t i = 0; !r && i < p->filter->n_pids; i++) {
		uint32_t pid = (uint32_t)p->filter->pids[i];
		uint64_t start = proc_start_ns(pid);

		if (start)
			r = kernel__follow(k, pid, start);
	}
	if (!r)
		r = follow_existing_children(k);
	if (r)
		return log_err(r, "-f: cannot follow children: %s", strerror(-r));
	return 0;
}

/* --- whose sockets --- */

bool processes__any(const struct processes *p)
{
	return filter_any_process(p->filter);
}

static bool has_pid(const struct processes *p, const struct iw_owner *owner)
{
	struct process *process;

	HASH_FIND(hh, p->processes, &owner->pid, sizeof(owner->pid), process);
	if (process && process->given && (!process->ended || owner->flags & IW_OWNER_EXITED))
		return true;
	return p->kernel && kernel__follows(p->kernel, owner->pid, owner->start_ns);
}

static bool is_one(struct processes *p, const struct iw_owner *owner)
{
	return owner->pid && (has_pid(p, owner) || filter_query__by_name(&p->query, owner));
}

bool processes__hold(struct processes *p, uint64_t cookie, const struct iw_look_row *rows,
		     size_t n_rows)
{
	struct seen_socket *seen;

	if (!processes__any(p))
		return true;
	HASH_FIND(hh, p->seen, &cookie, sizeof(cookie), seen);
	if (seen)
		return true;
	p->query.pid = 0; /* it may have moved to another cgroup since */
	for (size_t i = 0; i < n_rows; i++) {
		if (is_one(p, &rows[i].owner))
			return true;
	}
	return false;
}

void processes__note_socket(struct processes *p, uint64_t cookie)
{
	if (processes__any(p))
		add_socket(&p->seen, cookie);
}

void processes__note_sockets(struct processes *p, const struct look *look)
{
	for (size_t i = 0; processes__any(p) && i < look->n_rows; i++) {
		if (is_one(p, &look->rows[i].owner))
			processes__note_socket(p, look->rows[i].owner.cookie);
	}
}

uint64_t processes__sockets_seen(const struct processes *p)
{
	return HASH_COUNT(p->seen);
}

void processes__note_undecided(struct processes *p, uint64_t cookie, bool undecided)
{
	struct seen_socket *s;

	if (!processes__any(p))
		return;
	if (undecided && HASH_COUNT(p->undecided) < UNDECIDED_MAX) {
		add_socket(&p->undecided, cookie);
		return;
	}
	HASH_FIND(hh, p->undecided, &cookie, sizeof(cookie), s);
	if (!undecided && s) {
		HASH_DEL(p->undecided, s);
		free(s);
	}
}

uint64_t processes__undecided(const struct processes *p)
{
	return HASH_COUNT(p->undecided);
}
