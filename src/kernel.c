// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_internal.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hz.h"
#include "log.h"
#include "util.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

static const char *const hook_texts[] = {
	[IW_HOOK_FEXIT] = "fexit of tcp_write_wakeup",
	[IW_HOOK_KPROBE] = "kprobe on tcp_write_wakeup",
	[IW_HOOK_TIMER] = "timer tracepoints",
};
_Static_assert(ARRAY_SIZE(hook_texts) == IW_HOOK_MAX, "every hook has a text");

const char *kernel__hook_name(const struct kernel *k)
{
	return hook_texts[k->hook];
}

/* libbpf explains each failed try at length: of interest with -v only. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (!log_is_verbose() || level > LIBBPF_WARN)
		return 0;
	return vfprintf(stderr, fmt, ap);
}

/* --- what must be there before anything is tried --- */

static int check_privileges(void)
{
	static const struct {
		unsigned int cap;
		const char *name;
	} needed[] = {
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },
	};
	char missing[64] = "";

	if (capng_get_caps_process())
		return log_err(-EPERM, "cannot read this process's capabilities");
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (capng_have_capability(CAPNG_EFFECTIVE, needed[i].cap))
			continue;
		strcat(missing, missing[0] ? " and " : "");
		strcat(missing, needed[i].name);
	}
	if (!missing[0])
		return 0;
	return log_err(-EPERM, "missing %s; run it as root", missing);
}

static int check_kernel(void)
{
	if (access(BTF_PATH, R_OK))
		return log_err(-ENOTSUP,
			       "this kernel has no type information (%s): it needs "
			       "CONFIG_DEBUG_INFO_BTF",
			       BTF_PATH);
	if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 0)
		return log_err(-ENOTSUP,
			       "this kernel has no BPF ring buffer: it needs 5.8 or later");
	return 0;
}

/* --- load and attach --- */

static const struct btf *kernel__btf(struct kernel *k)
{
	if (!k->btf)
		k->btf = btf__load_vmlinux_btf();
	return k->btf;
}

/* Whether tcp_retransmit_skb tells the result of sending: a third argument since 6.17. */
static bool retransmit_has_result(const struct btf *btf)
{
	const struct btf_type *t;
	int id = btf ? btf__find_by_name_kind(btf, "btf_trace_tcp_retransmit_skb", BTF_KIND_TYPEDEF)
		     : -1;

	if (id < 0)
		return false;
	t = btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type); /* the pointer */
	t = btf__type_by_id(btf, t->type); /* the function, with its context as first argument */
	return btf_is_func_proto(t) && btf_vlen(t) >= 4;
}

static void choose_programs(struct idlewatch_bpf *skel, const struct options *o,
			    enum iw_probe_hook hook, bool has_result)
{
	bpf_program__set_autoload(skel->progs.process_forked, o->filter.children);
	bpf_program__set_autoload(skel->progs.process_exited, o->filter.children);
	bpf_program__set_autoload(skel->progs.probe_fexit, hook == IW_HOOK_FEXIT);
	bpf_program__set_autoload(skel->progs.probe_kprobe, hook == IW_HOOK_KPROBE);
	bpf_program__set_autoload(skel->progs.probe_kretprobe, hook == IW_HOOK_KPROBE);
	bpf_program__set_autoload(skel->progs.probe_timer_entry, hook == IW_HOOK_TIMER);
	bpf_program__set_autoload(skel->progs.probe_timer_exit, hook == IW_HOOK_TIMER);
	bpf_program__set_autoload(skel->progs.retransmitted, !has_result);
	bpf_program__set_autoload(skel->progs.retransmitted_result, has_result);
	/* Iterators are run when asked, not attached for good. */
	bpf_program__set_autoattach(skel->progs.look_files, false);
	bpf_program__set_autoattach(skel->progs.look_sockets, false);
}

/* What every use of the kernel side needs. */
static void fill_filter(struct iw_config *cfg, const struct filter *filter, uint32_t hz)
{
	struct stat st;

	cfg->hz = hz;
	cfg->pidns = stat("/proc/self/ns/pid", &st) ? 0 : (uint32_t)st.st_ino;
	cfg->only_family = (uint8_t)filter->only_family;
	cfg->some_local_ports = filter->some_local_ports;
	cfg->some_peer_ports = filter->some_peer_ports;
}

static void fill_config(struct iw_config *cfg, const struct options *o, uint32_t hz,
			enum iw_probe_hook hook)
{
	fill_filter(cfg, &o->filter, hz);
	cfg->idle_jiffies =
		(uint32_t)CLAMP(o->idle_ns / (NS_PER_S / hz), IW_RECENT_JIFFIES, INT32_MAX);
	cfg->all_events = o->all_events;
	cfg->probe_hook = hook;
}

static int fill_ports(const struct bpf_map *map, const uint64_t bits[PORT_WORDS])
{
	for (uint32_t i = 0; i < PORT_WORDS; i++) {
		int r = bpf_map__update_elem(map, &i, sizeof(i), &bits[i], sizeof(bits[i]),
					     BPF_ANY);

		if (r)
			return r;
	}
	return 0;
}

static int fill_port_maps(const struct idlewatch_bpf *skel, const struct filter *filter)
{
	int r = fill_ports(skel->maps.local_ports, filter->local_ports);

	return r ? r : fill_ports(skel->maps.peer_ports, filter->peer_ports);
}

/* Loads and attaches everything with one way of seeing probes. Silent. */
static int try_hook(struct kernel *k, const struct options *o, uint32_t hz, enum iw_probe_hook hook)
{
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	int r;

	if (!skel)
		return -errno;
	choose_programs(skel, o, hook, retransmit_has_result(kernel__btf(k)));
	fill_config((struct iw_config *)&skel->rodata->cfg, o, hz, hook);
	r = idlewatch_bpf__load(skel);
	if (!r)
		r = fill_port_maps(skel, &o->filter);
	if (!r)
		r = idlewatch_bpf__attach(skel);
	if (r) {
		idlewatch_bpf__destroy(skel);
		return r;
	}
	k->skel = skel;
	k->hook = hook;
	return 0;
}

/* Whether an empty program can be attached where tcp_write_wakeup() returns. */
static int try_empty_fexit(const struct btf *btf)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int id = btf ? btf__find_by_name_kind(btf, "tcp_write_wakeup", BTF_KIND_FUNC) : -ENOENT;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = (uint32_t)id);
	int prog, link;

	if (id < 0)
		return id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try_fexit", "GPL", insns, ARRAY_SIZE(insns),
			     &opts);
	if (prog < 0)
		return prog;
	link = bpf_raw_tracepoint_open(NULL, prog);
	close(prog);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

/*
 * A quick try, since loading everything takes a while: 0 when this way of seeing
 * probes may work, or the negative errno that says why it cannot.
 */
static int try_quickly(struct kernel *k, enum iw_probe_hook hook)
{
	if (hook == IW_HOOK_FEXIT)
		return try_empty_fexit(kernel__btf(k));
	if (hook == IW_HOOK_KPROBE && access("/sys/bus/event_source/devices/kprobe", F_OK) &&
	    access("/sys/kernel/tracing/kprobe_events", F_OK) &&
	    access("/sys/kernel/debug/tracing/kprobe_events", F_OK))
		return -ENOTSUP;
	return 0;
}

static int choose_hook(struct kernel *k, const struct options *o, uint32_t hz)
{
	int r = -ENOTSUP;

	for (int hook = 0; hook < IW_HOOK_MAX; hook++) {
		if (o->hook >= 0 && o->hook != hook)
			continue;
		r = try_quickly(k, hook);
		if (!r)
			r = try_hook(k, o, hz, hook);
		if (!r) {
			log_verbose("probes are seen by %s", hook_texts[hook]);
			return 0;
		}
		log_verbose("cannot use %s: %s", hook_texts[hook], strerror(-r));
	}
	if (r == -EPERM || r == -EACCES)
		return log_err(-EPERM,
			       "the kernel does not permit tracing (%s); is it locked down?",
			       strerror(-r));
	if (o->hook >= 0)
		return log_err(-ENOTSUP, "--hook: this kernel cannot do %s (%s)",
			       hook_texts[o->hook], strerror(-r));
	return log_err(-ENOTSUP,
		       "this kernel has no hook for TCP probes that works (last error: %s); "
		       "-v tells more",
		       strerror(-r));
}

/* --- facts --- */

static const char *drop_name(struct kernel *k, uint32_t reason)
{
	const struct btf_type *t;
	const char *name = NULL;
	int id;

	id = kernel__btf(k) ? btf__find_by_name_kind(k->btf, "skb_drop_reason", BTF_KIND_ENUM) : -1;
	if (id < 0)
		return NULL;
	t = btf__type_by_id(k->btf, (uint32_t)id);
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		if ((uint32_t)btf_enum(t)[i].val == reason)
			name = btf__name_by_offset(k->btf, btf_enum(t)[i].name_off);
	}
	if (name && !strncmp(name, "SKB_DROP_REASON_", 16))
		name += 16;
	return name;
}

static int on_sample(void *ctx, void *data, size_t size)
{
	struct kernel *k = ctx;
	struct iw_fact f;

	if (size < sizeof(f))
		return 0;
	memcpy(&f, data, sizeof(f));
	if (f.type == IW_FACT_DROP) {
		const char *name = drop_name(k, f.drop_reason);

		snprintf(f.drop_name, sizeof(f.drop_name), "%s", name ? name : "");
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

/* What must be so before anything is loaded; HZ in ret. Logs what is wrong. */
static int check(uint32_t *ret_hz)
{
	int r;

	libbpf_set_print(print_libbpf);
	r = check_privileges();
	if (!r)
		r = check_kernel();
	if (r)
		return r;
	r = measure_hz(ret_hz);
	if (r == -EPERM)
		return log_err(r, "the kernel does not permit BPF programs");
	if (r)
		return log_err(-ENOTSUP, "cannot run a BPF program: %s", strerror(-r));
	log_verbose("this kernel counts %u jiffies per second", *ret_hz);
	return 0;
}

static int load_to_look(struct kernel *k, const struct filter *filter, uint32_t hz)
{
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	struct bpf_program *prog;
	int r;

	if (!skel)
		return -errno;
	k->skel = skel;
	bpf_object__for_each_program(prog, skel->obj) {
		bpf_program__set_autoload(prog, prog == skel->progs.look_files ||
							prog == skel->progs.look_sockets);
	}
	fill_filter((struct iw_config *)&skel->rodata->cfg, filter, hz);
	r = idlewatch_bpf__load(skel);
	return r ? r : fill_port_maps(skel, filter);
}

int kernel__open_to_look(const struct filter *filter, struct kernel **ret)
{
	struct kernel *k;
	uint32_t hz;
	int r = check(&hz);

	if (r)
		return r;
	k = calloc(1, sizeof(*k));
	if (!k)
		return log_err(-ENOMEM, "out of memory");
	r = load_to_look(k, filter, hz);
	if (r) {
		kernel__close(k);
		return log_err(r == -EPERM || r == -EACCES ? -EPERM : -ENOTSUP,
			       "this kernel does not let a program walk its sockets: %s",
			       strerror(-r));
	}
	*ret = k;
	return 0;
}

int kernel__open(const struct options *options, kernel_fact_fn fn, void *ctx, struct kernel **ret)
{
	struct kernel *k;
	uint32_t hz;
	int r = check(&hz);

	if (r)
		return r;
	k = calloc(1, sizeof(*k));
	if (!k)
		return log_err(-ENOMEM, "out of memory");
	k->fn = fn;
	k->ctx = ctx;
	r = choose_hook(k, options, hz);
	if (r)
		goto fail;
	k->ring = ring_buffer__new(bpf_map__fd(k->skel->maps.facts), on_sample, k, NULL);
	if (!k->ring) {
		r = log_err(-errno, "cannot open the ring buffer: %s", strerror(errno));
		goto fail;
	}
	*ret = k;
	return 0;
fail:
	kernel__close(k);
	return r;
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

void kernel__untrack(struct kernel *k, uint64_t cookie)
{
	struct iw_flow flow;

	if (bpf_map__lookup_elem(k->skel->maps.tracked, &cookie, sizeof(cookie), &flow,
				 sizeof(flow), 0))
		return;
	if (!bpf_map__delete_elem(k->skel->maps.tracked, &cookie, sizeof(cookie), 0))
		__atomic_fetch_sub(&k->skel->bss->n_tracked, 1, __ATOMIC_RELAXED);
	bpf_map__delete_elem(k->skel->maps.flows, &flow, sizeof(flow), 0);
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

int kernel__missed(struct kernel *k, uint64_t *ret_missed)
{
	struct bpf_program *prog;
	uint64_t missed = 0;

	bpf_object__for_each_program(prog, k->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd < 0 || prog == k->skel->progs.segment_received)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &size))
			return -errno;
		missed += info.recursion_misses;
	}
	*ret_missed = missed;
	return 0;
}
