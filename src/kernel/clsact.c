// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/clsact.h"

#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "kernel/rtnl.h"

/* A filter's handle says whether its qdisc was made for it. */
#define HANDLE_OWN_QDISC 0x1d1e0001U
#define HANDLE_FOREIGN_QDISC 0x1d1e0002U

/* Where so many are taken by others, there is something wrong. */
#define PRIORITY_MAX 64U

static const struct {
	enum bpf_tc_attach_point point;
	uint32_t parent;
	const char *program; /* libbpf names the filter "PROGRAM:[ID]" */
} sides[] = {
	{ BPF_TC_INGRESS, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), "iw_tap_ingress:[" },
	{ BPF_TC_EGRESS, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), "iw_tap_egress:[" },
};

/* --- is a program in use? --- */

static bool names_program(const char *path, uint32_t id)
{
	char line[128];
	bool found = false;
	unsigned int this;
	FILE *f = fopen(path, "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "prog_id: %u", &this) == 1 && this == id;
	if (f)
		fclose(f);
	return found;
}

static bool process_holds(const char *pid, uint32_t id)
{
	char path[600];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		found = entry->d_name[0] != '.' && names_program(path, id);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Whether a process has this program open: then its run still goes on. */
static bool is_held(uint32_t id)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = isdigit((unsigned char)entry->d_name[0]) &&
			process_holds(entry->d_name, id);
	if (dir)
		closedir(dir);
	return found;
}

/* --- which filters are there? --- */

struct survey {
	size_t side; /* being asked for */
	bool clean; /* note what was left behind */
	unsigned int filters; /* in all */
	bool own_qdisc; /* a filter of ours, of any run, says so */
	struct {
		size_t side;
		uint32_t handle, priority;
	} stale[16];
	size_t n_stale;
};

static void note_ours(struct survey *s, const struct tcmsg *tc, uint32_t id)
{
	s->own_qdisc |= tc->tcm_handle == HANDLE_OWN_QDISC;
	if (!s->clean || s->n_stale == ARRAY_SIZE(s->stale) || is_held(id))
		return;
	s->stale[s->n_stale].side = s->side;
	s->stale[s->n_stale].handle = tc->tcm_handle;
	s->stale[s->n_stale++].priority = TC_H_MAJ(tc->tcm_info) >> 16;
}

static void on_filter(const struct nlmsghdr *m, void *ctx)
{
	const struct tcmsg *tc = NLMSG_DATA(m);
	const struct rtattr *first = TCA_RTA(tc), *options, *id;
	struct survey *s = ctx;
	const char *name, *start;

	/* A priority comes once by itself, without a filter. */
	if (m->nlmsg_type != RTM_NEWTFILTER || m->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)) ||
	    !tc->tcm_handle)
		return;
	s->filters++;
	options = rtnl_find(first, TCA_PAYLOAD(m), TCA_OPTIONS);
	if (!options)
		return;
	name = rtnl_text(RTA_DATA(options), RTA_PAYLOAD(options), TCA_BPF_NAME);
	id = rtnl_find(RTA_DATA(options), RTA_PAYLOAD(options), TCA_BPF_ID);
	start = sides[s->side].program;
	if (name && id && RTA_PAYLOAD(id) == sizeof(uint32_t) &&
	    !strncmp(name, start, strlen(start)))
		note_ours(s, tc, *(const uint32_t *)RTA_DATA(id));
}

/* Counts the filters of both sides; 0 or a negative errno. */
static int survey_filters(struct survey *s, unsigned int ifindex)
{
	int fd = rtnl_open(0);
	int r = fd < 0 ? fd : 0;

	for (s->side = 0; !r && s->side < ARRAY_SIZE(sides); s->side++) {
		const struct tcmsg body = { .tcm_family = AF_UNSPEC,
					    .tcm_ifindex = (int)ifindex,
					    .tcm_parent = sides[s->side].parent };

		r = rtnl_dump(fd, RTM_GETTFILTER, &body, sizeof(body), on_filter, s);
	}
	if (fd >= 0)
		close(fd);
	return r;
}

/* --- attach and detach --- */

static int remove_filter(unsigned int ifindex, size_t side, uint32_t handle, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = sides[side].point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = priority);

	return bpf_tc_detach(&hook, &opts);
}

/*
 * As early as can be had, since a filter that accepts a packet ends the walk. A
 * priority holds filters of one kind and protocol; of several programs in one, the
 * kernel runs the newest first. (Its own choice would be one before the first, and that
 * is 0 where there is a filter at 1: such a one cannot be removed by its priority.)
 */
static int add_filter(struct clsact *c, size_t side, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)c->ifindex,
		    .attach_point = sides[side].point);
	int r = -EINVAL;

	for (uint32_t priority = 1; priority <= PRIORITY_MAX; priority++) {
		LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .priority = priority,
			    .handle = c->own_qdisc ? HANDLE_OWN_QDISC : HANDLE_FOREIGN_QDISC);

		r = bpf_tc_attach(&hook, &opts);
		if (!r) {
			c->filters[side].handle = opts.handle;
			c->filters[side].priority = opts.priority;
		}
		if (r != -EINVAL && r != -EEXIST) /* not taken by others */
			break;
	}
	return r;
}

/* Makes the qdisc unless there is one, and tidies up in that case. */
static int prepare(struct clsact *c)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)c->ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	struct survey s = { .clean = true };
	int r = bpf_tc_hook_create(&hook);

	if (!r)
		c->own_qdisc = true;
	if (r != -EEXIST)
		return r;
	r = survey_filters(&s, c->ifindex);
	c->own_qdisc = s.own_qdisc;
	for (size_t i = 0; !r && i < s.n_stale; i++) {
		log_verbose("removing a filter that a run before left on interface %u", c->ifindex);
		r = remove_filter(c->ifindex, s.stale[i].side, s.stale[i].handle,
				  s.stale[i].priority);
	}
	return r;
}

int clsact__attach(struct tap_programs programs, unsigned int ifindex, struct clsact *ret)
{
	struct clsact c = { .ifindex = ifindex };
	int r = prepare(&c);

	if (!r)
		r = add_filter(&c, 0, programs.ingress);
	if (!r)
		r = add_filter(&c, 1, programs.egress);
	if (r)
		clsact__detach(&c);
	else
		*ret = c;
	return r;
}

void clsact__detach(struct clsact *c)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)c->ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	struct survey s = {};

	if (!c->ifindex)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		if (c->filters[i].priority)
			remove_filter(c->ifindex, i, c->filters[i].handle, c->filters[i].priority);
	}
	if (c->own_qdisc && !survey_filters(&s, c->ifindex) && !s.filters)
		bpf_tc_hook_destroy(&hook);
	*c = (struct clsact){};
}
