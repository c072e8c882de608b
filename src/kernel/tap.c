// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/format.h"
#include "base/log.h"
#include "kernel/clsact.h"
#include "kernel/rtnl.h"

/* enum bpf_attach_type since Linux 6.6; libbpf 1.1 does not name them yet. */
#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)

#define SHOWN_LEN (4 * IFNAMSIZ) /* a name may hold any bytes but blanks and a slash */

/* One interface. */
struct tapped {
	unsigned int ifindex;
	int links[2]; /* tcx, -1 none */
	struct clsact clsact; /* where there is no tcx */
	struct tapped *next;
};

struct tap {
	const struct tap_config *config;
	struct tap_programs programs;
	struct tapped *tapped;
	size_t n;
	int fd; /* rtnetlink */
	uv_poll_t poll;
	bool starting; /* what cannot be tapped now is an error, not a warning */
	int error; /* the first while starting */
};

/* --- one interface --- */

static int attach_tcx(struct tap_programs programs, unsigned int ifindex, int ret_links[2])
{
	int in = bpf_link_create(programs.ingress, (int)ifindex, TCX_INGRESS, NULL);
	int out = in < 0 ? in : bpf_link_create(programs.egress, (int)ifindex, TCX_EGRESS, NULL);

	if (out < 0) {
		if (in >= 0)
			close(in);
		return out;
	}
	ret_links[0] = in;
	ret_links[1] = out;
	return 0;
}

static int attach_tapped(struct tapped *t, struct tap_programs programs, enum tap_how how)
{
	int r = -EINVAL;

	t->links[0] = t->links[1] = -1;
	if (how != TAP_CLSACT)
		r = attach_tcx(programs, t->ifindex, t->links);
	/* EINVAL is what kernels before 6.6 say to an attach type they do not know. */
	if (how == TAP_CLSACT || (how == TAP_ANY && (r == -EINVAL || r == -EOPNOTSUPP)))
		r = clsact__attach(programs, t->ifindex, &t->clsact);
	return r;
}

static void detach_tapped(struct tapped *t)
{
	for (int i = 0; i < 2; i++) {
		if (t->links[i] >= 0)
			close(t->links[i]);
	}
	clsact__detach(&t->clsact);
}

int tap_try(struct tap_programs programs, unsigned int ifindex, enum tap_how how, bool keep)
{
	struct tapped t = { .ifindex = ifindex };
	int r = attach_tapped(&t, programs, how);

	if (!r && !keep)
		detach_tapped(&t);
	return r;
}

/* --- all of them --- */

static bool wants(const struct tap *tap, const char *name)
{
	for (size_t i = 0; i < tap->config->n_names; i++) {
		if (!strcmp(tap->config->names[i], name))
			return true;
	}
	return tap->config->all;
}

static struct tapped **find_tapped(struct tap *tap, unsigned int ifindex)
{
	struct tapped **at = &tap->tapped;

	while (*at && (*at)->ifindex != ifindex)
		at = &(*at)->next;
	return at;
}

static void remove_tapped(struct tap *tap, struct tapped **at)
{
	struct tapped *t = *at;

	*at = t->next;
	tap->n--;
	detach_tapped(t);
	free(t);
}

static const char *hint(int error)
{
	if (error == -EPERM)
		return "; it needs CAP_NET_ADMIN";
	return error == -EINVAL ? "; tcx came with Linux 6.6" : "";
}

static void refused(struct tap *tap, const char *raw_name, int error)
{
	char name[SHOWN_LEN];

	escape_for_terminal(name, sizeof(name), raw_name, IFNAMSIZ);
	/* It went while we came. */
	if (error == -ENODEV)
		return;
	log_warn("-i: cannot tap %s: %s%s", name, strerror(-error), hint(error));
	if (tap->starting && !tap->error && (!tap->config->all || error == -EPERM))
		tap->error = error == -EPERM ? -EPERM : -ENOTSUP;
}

static void add_interface(struct tap *tap, unsigned int ifindex, const char *name)
{
	struct tapped *t = calloc(1, sizeof(*t));
	char shown[SHOWN_LEN];
	int r = -ENOMEM;

	if (t) {
		t->ifindex = ifindex;
		r = attach_tapped(t, tap->programs, tap->config->how);
	}
	if (r) {
		refused(tap, name, r);
		free(t);
		return;
	}
	escape_for_terminal(shown, sizeof(shown), name, IFNAMSIZ);
	log_verbose("%s is tapped by %s", shown, t->links[0] >= 0 ? "tcx" : "clsact");
	t->next = tap->tapped;
	tap->tapped = t;
	tap->n++;
}

static void on_link(const struct nlmsghdr *m, void *ctx)
{
	const struct ifinfomsg *info = NLMSG_DATA(m);
	struct tap *tap = ctx;
	struct tapped **at;
	const char *name;

	/* A bridge tells of its ports coming and going by the same messages. */
	if ((m->nlmsg_type != RTM_NEWLINK && m->nlmsg_type != RTM_DELLINK) ||
	    m->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) || info->ifi_family != AF_UNSPEC)
		return;
	at = find_tapped(tap, (unsigned int)info->ifi_index);
	name = rtnl_text(IFLA_RTA(info), IFLA_PAYLOAD(m), IFLA_IFNAME);
	if (m->nlmsg_type == RTM_DELLINK || !name || !wants(tap, name)) {
		if (*at)
			remove_tapped(tap, at);
	} else if (!*at) {
		add_interface(tap, (unsigned int)info->ifi_index, name);
	}
}

static int dump_interfaces(struct tap *tap)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };

	return rtnl_dump(tap->fd, RTM_GETLINK, &body, sizeof(body), on_link, tap);
}

static void on_news(uv_poll_t *poll, int status, int events)
{
	struct tap *tap = poll->data;
	int r = status ? status : rtnl_read(tap->fd, on_link, tap);

	(void)events;
	if (r == -ENOBUFS)
		r = dump_interfaces(tap);
	if (!r)
		return;
	log_warn("-i: cannot follow interfaces any more: %s", strerror(-r));
	uv_poll_stop(poll);
}

int tap__open(const struct tap_config *config, struct tap_programs programs, uv_loop_t *loop,
	      struct tap **ret)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	int r;

	if (!tap)
		return log_err(-ENOMEM, "out of memory");
	*tap = (struct tap){ .config = config, .programs = programs, .starting = true };
	tap->fd = rtnl_open(RTMGRP_LINK);
	r = tap->fd < 0 ? tap->fd : dump_interfaces(tap);
	if (!r && !tap->error)
		r = uv_poll_init(loop, &tap->poll, tap->fd);
	if (r)
		log_warn("-i: cannot ask for interfaces: %s", strerror(-r));
	if (r || tap->error) {
		r = r ? r : tap->error;
		while (tap->tapped)
			remove_tapped(tap, &tap->tapped);
		tap__free(tap);
		return r;
	}
	tap->starting = false;
	tap->poll.data = tap;
	uv_poll_start(&tap->poll, UV_READABLE, on_news);
	*ret = tap;
	return 0;
}

void tap__stop(struct tap *tap)
{
	while (tap->tapped)
		remove_tapped(tap, &tap->tapped);
	uv_close((uv_handle_t *)&tap->poll, NULL);
}

void tap__free(struct tap *tap)
{
	if (!tap)
		return;
	if (tap->fd >= 0)
		close(tap->fd);
	free(tap);
}

size_t tap__count(const struct tap *tap)
{
	return tap->n;
}
