// SPDX-License-Identifier: BSD-2-Clause
/* Walks over files and sockets, by the kernel side's iterators. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "host/netns.h"
#include "kernel/hooks.h"
#include "kernel/kernel_internal.h"
#include "kernel/look.h"

#define LOOK_BATCH 4096 /* as many as the kernel side's `wanted` map holds */

struct kernel_peer kernel_peer_of(const struct iw_fact *f)
{
	struct kernel_peer peer = {};

	if (f->family == AF_INET6) {
		memcpy(peer.addr, f->paddr, sizeof(peer.addr));
	} else {
		peer.addr[10] = peer.addr[11] = 0xff;
		memcpy(peer.addr + 12, f->paddr, 4);
	}
	return peer;
}

/* Puts keys into one of the maps that say what a walk is to find, or takes them out. */
static int want(const struct bpf_map *map, const void *keys, size_t key_size, size_t n, bool on)
{
	const uint8_t one = 1;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		const void *key = (const char *)keys + i * key_size;

		if (on)
			r = bpf_map__update_elem(map, key, key_size, &one, sizeof(one), BPF_ANY);
		else
			bpf_map__delete_elem(map, key, key_size, 0); /* may be there twice */
	}
	return r;
}

static int look_for(struct kernel *k, const uint64_t *cookies, size_t n_cookies,
		    const struct kernel_peer *peers, size_t n_peers, struct look *look)
{
	const struct bpf_map *wanted = k->skel->maps.wanted;
	const struct bpf_map *wanted_peers = k->skel->maps.wanted_peers;
	int r = want(wanted, cookies, sizeof(*cookies), n_cookies, true);

	if (!r)
		r = want(wanted_peers, peers, sizeof(*peers), n_peers, true);
	if (!r)
		r = hooks__walk(k->skel->progs.look_files, look);
	want(wanted, cookies, sizeof(*cookies), n_cookies, false);
	want(wanted_peers, peers, sizeof(*peers), n_peers, false);
	return r;
}

int kernel__look(struct kernel *k, const uint64_t *cookies, size_t n_cookies,
		 const struct kernel_peer *peers, size_t n_peers, struct look *ret)
{
	struct look look = {};
	int r = 0;

	*ret = look;
	k->skel->bss->look_at_all = false;
	for (size_t at = 0; !r && at < n_cookies; at += LOOK_BATCH)
		r = look_for(k, cookies + at, MIN(n_cookies - at, LOOK_BATCH), peers,
			     MIN(n_peers, LOOK_BATCH), &look);
	if (r) {
		look__free(&look);
		return log_err(r, "cannot look at the sockets of processes: %s", strerror(-r));
	}
	look__sort(&look);
	*ret = look;
	return 0;
}

int kernel__look_files(struct kernel *k, struct look *look)
{
	k->skel->bss->look_at_all = true;
	return hooks__walk(k->skel->progs.look_files, look);
}

int kernel__look_here(struct kernel *k, struct look *look)
{
	k->skel->bss->look_at_all = true;
	return hooks__walk(k->skel->progs.look_sockets, look);
}

struct walk {
	const struct kernel *k;
	struct look *look;
};

static int walk_sockets(void *ctx)
{
	const struct walk *walk = ctx;

	return hooks__walk(walk->k->skel->progs.look_sockets, walk->look);
}

int kernel__look_in(struct kernel *k, uint32_t netns, const uint64_t *cookies, size_t n_cookies,
		    struct look *look)
{
	struct walk walk = { .k = k, .look = look };
	int r = 0;

	k->skel->bss->look_at_all = false;
	for (size_t at = 0; !r && at < n_cookies; at += LOOK_BATCH) {
		size_t n = MIN(n_cookies - at, LOOK_BATCH);

		r = want(k->skel->maps.wanted, cookies + at, sizeof(*cookies), n, true);
		if (!r)
			r = netns__within(netns, walk_sockets, &walk);
		want(k->skel->maps.wanted, cookies + at, sizeof(*cookies), n, false);
	}
	look__sort(look);
	return r;
}

bool kernel__closer(const struct kernel *k, uint64_t cookie, struct iw_owner *ret)
{
	return !bpf_map__lookup_elem(k->skel->maps.closers, &cookie, sizeof(cookie), ret,
				     sizeof(*ret), 0) &&
	       ret->pid;
}

/* --- -f --- */

int kernel__follow(struct kernel *k, uint32_t pid, uint64_t start_ns)
{
	uint64_t ticks = start_ns / IW_TICK_NS;

	return bpf_map__update_elem(k->skel->maps.followed, &pid, sizeof(pid), &ticks,
				    sizeof(ticks), BPF_ANY);
}

bool kernel__follows(const struct kernel *k, uint32_t pid, uint64_t start_ns)
{
	uint64_t ticks;

	return !bpf_map__lookup_elem(k->skel->maps.followed, &pid, sizeof(pid), &ticks,
				     sizeof(ticks), 0) &&
	       ticks == start_ns / IW_TICK_NS;
}

bool kernel__next_followed(const struct kernel *k, uint32_t *pid)
{
	return !bpf_map__get_next_key(k->skel->maps.followed, *pid ? pid : NULL, pid, sizeof(*pid));
}
