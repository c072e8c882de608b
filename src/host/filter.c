// SPDX-License-Identifier: BSD-2-Clause
#include "host/filter.h"

#include <string.h>

#include "host/cgroup.h"
#include "host/proc.h"
#include "idlewatch.h"

#define GENERATIONS_MAX 64

bool filter_any_process(const struct filter *f)
{
	return f->n_pids || f->n_comms || f->n_cgroups;
}

static bool is_comm(const struct filter *f, const char comm[IW_COMM_LEN])
{
	for (size_t i = 0; i < f->n_comms; i++) {
		/* The kernel keeps no more of a name than this. */
		if (!strncmp(f->comms[i], comm, IW_COMM_LEN - 1))
			return true;
	}
	return false;
}

static bool is_in_cgroup(const struct filter *f, uint32_t pid)
{
	char text[PROC_CGROUP_LEN];

	if (proc_cgroup(pid, text, sizeof(text)))
		return false;
	for (size_t i = 0; i < f->n_cgroups; i++) {
		if (cgroup_is_in(text, f->cgroups[i]))
			return true;
	}
	return false;
}

static bool is_given(const struct filter *f, uint32_t pid)
{
	for (size_t i = 0; i < f->n_pids; i++) {
		if ((uint32_t)f->pids[i] == pid)
			return true;
	}
	return false;
}

static bool has_given_ancestor(const struct filter *f, uint32_t pid)
{
	for (int i = 0; pid && i < GENERATIONS_MAX; i++) {
		pid = proc_parent(pid);
		if (pid && is_given(f, pid))
			return true;
	}
	return false;
}

/* Asks /proc, unless it was this very process before. */
static void ask_proc(struct filter_query *q, const struct iw_owner *owner)
{
	const struct filter *f = q->filter;

	if (q->pid && q->pid == owner->pid && q->start_ns == owner->start_ns)
		return;
	q->pid = owner->pid;
	q->start_ns = owner->start_ns;
	q->in_cgroup = f->n_cgroups && is_in_cgroup(f, owner->pid);
	q->descends = f->children && has_given_ancestor(f, owner->pid);
}

bool filter_query__by_name(struct filter_query *q, const struct iw_owner *owner)
{
	if (is_comm(q->filter, owner->comm))
		return true;
	if (!q->filter->n_cgroups)
		return false;
	ask_proc(q, owner);
	return q->in_cgroup;
}

bool filter_query__by_pid(struct filter_query *q, const struct iw_owner *owner)
{
	if (is_given(q->filter, owner->pid))
		return true;
	if (!q->filter->children)
		return false;
	ask_proc(q, owner);
	return q->descends;
}
