// SPDX-License-Identifier: BSD-2-Clause
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "base/log.h"
#include "base/util.h"
#include "host/drop_reason.h"
#include "kernel/hooks.h"
#include "kernel/hz.h"
#include "kernel/kernel_internal.h"
#include "kernel/look.h"
#include "kernel/needs.h"
#include "kernel/why.h"

const char *kernel__hook_name(const struct kernel *k)
{
	return hooks__flavour(k->hook);
}

/* libbpf explains each failed try at length: of interest with -v only. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (!log_is_verbose() || level > LIBBPF_WARN)
		return 0;
	return vfprintf(stderr, fmt, ap);
}

/* --- load and attach --- */

static const struct btf *btf_of(struct kernel *k)
{
	if (!k->btf)
		k->btf = btf__load_vmlinux_btf();
	return k->btf;
}

/* Puts the reason into one sentence, and into an error for the exit code. */
static int refuse(const struct kernel_config *config, int error, const struct why *why)
{
	if (needs__lockdown() == LOCKDOWN_CONFIDENTIALITY)
		return log_err(-EPERM, "this kernel is locked down (confidentiality) and lets no "
				       "BPF program read its memory: boot it without "
				       "lockdown=confidentiality");
	if (config->probe_hook != PROBE_HOOK_ANY)
		return log_err(error == -EPERM ? -EPERM : -ENOTSUP, "--hook: %s: %s",
			       hooks__flavour((enum iw_probe_hook)config->probe_hook), why->text);
	if (error == -EPERM || error == -EACCES)
		return log_err(-EPERM,
			       "the kernel does not permit what is needed: %s; "
			       "'idlewatch doctor' tells more",
			       why->text);
	return log_err(-ENOTSUP,
		       "this kernel lacks what is needed: %s; 'idlewatch doctor' tells more",
		       why->text);
}

/* Tries the ways of seeing probes from the best one on. */
static int choose_hook(struct kernel *k, const struct kernel_config *config, uint32_t hz)
{
	struct why why = {};
	int r = -ENOTSUP;

	for (int hook = 0; hook < IW_HOOK_MAX; hook++) {
		if (config->probe_hook != PROBE_HOOK_ANY && config->probe_hook != hook)
			continue;
		k->hook = (enum iw_probe_hook)hook;
		r = hooks__open(config, hz, k->hook, btf_of(k), &why, &k->skel);
		if (!r) {
			log_verbose("probes are seen by %s", hooks__flavour(k->hook));
			return 0;
		}
		log_verbose("cannot use %s: %s", hooks__flavour(k->hook), why.text);
	}
	return refuse(config, r, &why);
}

/* --- facts --- */

/* What an enum calls a value; a module's types go on where the kernel's end. */
static const char *name_in_btf(const struct btf *btf, const char *enumeration, uint32_t value)
{
	int id = btf__find_by_name_kind(btf, enumeration, BTF_KIND_ENUM);
	const struct btf_type *t;

	if (id < 0)
		return NULL;
	t = btf__type_by_id(btf, (uint32_t)id);
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		if ((uint32_t)btf_enum(t)[i].val == value)
			return btf__name_by_offset(btf, btf_enum(t)[i].name_off);
	}
	return NULL;
}

/* A module's types are read each time: such drops are rare, and the module may go. */
static const char *enum_name(const char *enumeration, const char *module, uint32_t value, void *ctx)
{
	static char copy[IW_REASON_LEN];
	struct kernel *k = ctx;
	const char *name = btf_of(k) ? name_in_btf(k->btf, enumeration, value) : NULL;
	struct btf *types;

	if (name || !module || !k->btf)
		return name;
	types = btf__load_module_btf(module, k->btf);
	name = types ? name_in_btf(types, enumeration, value) : NULL;
	if (name)
		snprintf(copy, sizeof(copy), "%s", name);
	btf__free(types);
	return name ? copy : NULL;
}

static int on_sample(void *ctx, void *data, size_t size)
{
	struct kernel *k = ctx;
	struct iw_fact f;

	if (size < sizeof(f))
		return 0;
	memcpy(&f, data, sizeof(f));
	if (f.type == IW_FACT_DROP) {
		drop_reason_name(f.drop_reason, enum_name, k, f.drop_name, sizeof(f.drop_name));
	} else if (f.type == IW_FACT_WIRE_OUT || f.type == IW_FACT_WIRE_IN) {
		if (!if_indextoname(f.ifindex, f.drop_name))
			snprintf(f.drop_name, sizeof(f.drop_name), "%u", f.ifindex);
	}
	k->fn(&f, k->ctx);
	return 0;
}

int kernel__fd(const struct kernel *k)
{
	return ring_buffer__epoll_fd(k->ring);
}

int kernel__consume(struct kernel *k)
{
	int r = ring_buffer__consume(k->ring);

	return r < 0 ? r : 0;
}

void kernel__be_quiet(void)
{
	libbpf_set_print(print_libbpf);
}

/* What needs no programs to be found out. */
static int check_needs(uint32_t *ret_hz)
{
	struct why why = {};
	int r = needs__privileges(&why);

	if (!r)
		r = needs__types(&why);
	if (!r)
		r = needs__ring_buffer(&why);
	if (r)
		return log_err(r, "%s", why.text);
	r = measure_hz(ret_hz);
	if (r == -EPERM)
		return log_err(r, "the kernel does not permit BPF programs");
	if (r)
		return log_err(-ENOTSUP, "cannot run a BPF program: %s", strerror(-r));
	log_verbose("this kernel counts %u jiffies per second", *ret_hz);
	return 0;
}

static struct kernel *new_kernel(kernel_fact_fn fn, void *ctx)
{
	struct kernel *k = calloc(1, sizeof(*k));

	if (k) {
		k->fn = fn;
		k->ctx = ctx;
	}
	return k;
}

static void close_kernel(struct kernel **k)
{
	kernel__close(*k);
}

static int open_ring(struct kernel *k)
{
	k->ring = ring_buffer__new(bpf_map__fd(k->skel->maps.facts), on_sample, k, NULL);
	if (!k->ring)
		return log_err(-errno, "cannot open the ring buffer: %s", strerror(errno));
	return 0;
}

int kernel__open(const struct kernel_config *config, kernel_fact_fn fn, void *ctx,
		 struct kernel **ret)
{
	CLEANUP(close_kernel) struct kernel *k = NULL;
	uint32_t hz;
	int r;

	kernel__be_quiet();
	r = check_needs(&hz);
	if (r)
		return r;
	k = new_kernel(fn, ctx);
	if (!k)
		return log_err(-ENOMEM, "out of memory");
	r = choose_hook(k, config, hz);
	if (!r)
		r = open_ring(k);
	if (!r)
		*ret = TAKE_PTR(k);
	return r;
}

int kernel__open_to_look(const struct filter *filter, struct kernel **ret)
{
	CLEANUP(close_kernel) struct kernel *k = NULL;
	uint32_t hz;
	int r;

	kernel__be_quiet();
	r = check_needs(&hz);
	if (r)
		return r;
	k = new_kernel(NULL, NULL);
	if (!k)
		return log_err(-ENOMEM, "out of memory");
	r = hooks__open_to_look(filter, hz, &k->skel);
	if (r)
		return log_err(r == -EPERM || r == -EACCES ? -EPERM : -ENOTSUP,
			       "this kernel does not let a program walk its sockets: %s",
			       strerror(-r));
	*ret = TAKE_PTR(k);
	return 0;
}

static int no_memory(struct why *ret_why)
{
	why__say(ret_why, "out of memory");
	return -ENOMEM;
}

int kernel__open_as(const struct kernel_config *config, uint32_t hz, enum iw_probe_hook hook,
		    kernel_fact_fn fn, void *ctx, struct why *ret_why, struct kernel **ret)
{
	CLEANUP(close_kernel) struct kernel *k = new_kernel(fn, ctx);
	int r;

	if (!k)
		return no_memory(ret_why);
	k->hook = hook;
	r = hooks__open(config, hz, hook, btf_of(k), ret_why, &k->skel);
	if (!r)
		r = open_ring(k);
	if (!r)
		*ret = TAKE_PTR(k);
	return r;
}

bool kernel__has_hook(const struct kernel *k, const struct hook *hook, uint32_t ret_insns[2])
{
	return hooks__loaded(k->skel, hook, ret_insns);
}

struct tap_programs kernel__tap_programs(const struct kernel *k)
{
	return (struct tap_programs){
		.ingress = bpf_program__fd(k->skel->progs.iw_tap_ingress),
		.egress = bpf_program__fd(k->skel->progs.iw_tap_egress),
	};
}

void kernel__close(struct kernel *k)
{
	if (!k)
		return;
	ring_buffer__free(k->ring);
	idlewatch_bpf__destroy(k->skel);
	btf__free(k->btf);
	free(k);
}

/* As in the kernel side: only an entry that is this connection's own. */
static void remove_flow(struct kernel *k, const struct iw_flow_key *key, uint64_t cookie)
{
	struct iw_flow_owner owner;

	if (bpf_map__lookup_elem(k->skel->maps.flows, key, sizeof(*key), &owner, sizeof(owner),
				 0) ||
	    owner.cookie != cookie)
		return;
	if (!bpf_map__delete_elem(k->skel->maps.flows, key, sizeof(*key), 0) && key->slot)
		__atomic_fetch_sub(&k->skel->bss->n_shared, 1, __ATOMIC_RELAXED);
}

/*
 * Deleted is only what is known to hold no news that the caller has not seen; looked at
 * again after deleting, as news may come at any time. What comes after that finds the
 * connection untracked, and tracks it anew.
 */
void kernel__untrack(struct kernel *k, uint64_t cookie, uint64_t seen_ns)
{
	const struct bpf_map *tracked = k->skel->maps.tracked;
	struct iw_tracked t;

	if (bpf_map__lookup_elem(tracked, &cookie, sizeof(cookie), &t, sizeof(t), 0) ||
	    t.news_ns > seen_ns ||
	    bpf_map__lookup_and_delete_elem(tracked, &cookie, sizeof(cookie), &t, sizeof(t), 0))
		return;
	if (t.news_ns > seen_ns &&
	    !bpf_map__update_elem(tracked, &cookie, sizeof(cookie), &t, sizeof(t), BPF_NOEXIST))
		return;
	__atomic_fetch_sub(&k->skel->bss->n_tracked, 1, __ATOMIC_RELAXED);
	remove_flow(k, &t.key, cookie);
}

int kernel__counters(struct kernel *k, uint64_t ret[IW_CNT_MAX])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values;
	int r = 0;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < IW_CNT_MAX; i++) {
		r = bpf_map__lookup_elem(k->skel->maps.counters, &i, sizeof(i), values,
					 (size_t)cpus * sizeof(*values), 0);
		ret[i] = 0;
		for (int cpu = 0; !r && cpu < cpus; cpu++)
			ret[i] += values[cpu];
	}
	free(values);
	return r;
}

/* Whatever was added to a full table pushed something out. */
static uint64_t pushed_out(const struct bpf_map *map, uint64_t added)
{
	uint64_t room = bpf_map__max_entries(map);

	return added - MIN(added, room);
}

struct kernel_forgotten kernel__forgotten(const struct kernel *k,
					  const uint64_t counters[IW_CNT_MAX])
{
	return (struct kernel_forgotten){
		.peers = pushed_out(k->skel->maps.peers, counters[IW_CNT_PEER_ADDED]),
		.paths = pushed_out(k->skel->maps.bests, counters[IW_CNT_BEST_ADDED]),
		.closers = pushed_out(k->skel->maps.closers, counters[IW_CNT_CLOSER_ADDED]),
	};
}

/* How often a program was not run, as it was running on that CPU already. 0 or an errno. */
static int missed_by(const struct kernel *k, const struct bpf_program *prog, uint64_t *ret)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int fd = bpf_program__fd(prog);

	*ret = 0;
	if (fd < 0 || prog == k->skel->progs.segment_received)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	*ret = info.recursion_misses;
	return 0;
}

int kernel__missed(struct kernel *k, uint64_t *ret_missed)
{
	struct bpf_program *prog;
	uint64_t missed = 0, more;
	int r;

	bpf_object__for_each_program(prog, k->skel->obj) {
		r = missed_by(k, prog, &more);
		if (r)
			return r;
		missed += more;
	}
	*ret_missed = missed;
	return 0;
}

static const char *const loss_names[] = {
	[IW_CNT_RING_FULL] = "facts had no room in the ring buffer",
	[IW_CNT_TRACK_FULL] = "connections were beyond those that can be followed",
	[IW_CNT_RECORD_FAILED] = "sockets had no memory for their record",
	[IW_CNT_MIRROR_FAILED] = "sockets had no room for their record by cookie",
	[IW_CNT_NO_COOKIE] = "facts were of sockets without a cookie",
	[IW_CNT_READ_FAILED] = "packets could not be read",
	[IW_CNT_PEER_FAILED] = "peers had no room for their TTL",
	[IW_CNT_CLOSER_FAILED] = "closed sockets had no room for their owner",
	[IW_CNT_FOLLOW_FULL] = "children could not be followed",
	[IW_CNT_SURVIVED_SKIPPED] = "gaps survived came while the ring buffer was half full",
	[IW_CNT_FLOW_FULL] = "flows had no slot",
	[IW_CNT_KRETPROBE_MISSED] = "outcomes of probes were seen by no kretprobe",
};
static_assert(ARRAY_SIZE(loss_names) == IW_CNT_ERRORS, "every loss has its words");

void kernel__name_losses(struct kernel *k, char *buf, size_t size)
{
	uint64_t counters[IW_CNT_MAX] = { 0 }, missed;
	struct bpf_program *prog;
	char clause[96];

	if (kernel__counters(k, counters))
		return;
	for (int i = 0; i < IW_CNT_ERRORS; i++) {
		snprintf(clause, sizeof(clause), "%llu %s", (unsigned long long)counters[i],
			 loss_names[i]);
		if (counters[i])
			append_clause(buf, size, clause);
	}
	bpf_object__for_each_program(prog, k->skel->obj) {
		if (missed_by(k, prog, &missed) || !missed)
			continue;
		snprintf(clause, sizeof(clause), "%llu runs of %s were left out by the kernel",
			 (unsigned long long)missed, bpf_program__name(prog));
		append_clause(buf, size, clause);
	}
}
