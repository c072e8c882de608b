// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/util.h"
#include "host/filter.h"
#include "host/netns.h"
#include "host/proc.h"
#include "kernel/look.h"
#include "kernel/why.h"
#include "idlewatch.skel.h"

#define VERIFIER_LOG_LEN (1 << 20)

/* --- what to load --- */

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

/* NULL: the hook has no such program. */
static struct bpf_program *program_of(struct idlewatch_bpf *skel, const struct hook *hook, size_t i)
{
	if (i >= ARRAY_SIZE(hook->programs) || !hook->programs[i].name)
		return NULL;
	return *(struct bpf_program **)((char *)skel + hook->programs[i].offset);
}

/* Has the skeleton load the programs of the hooks in this set, and no others. */
static void choose_programs(struct idlewatch_bpf *skel, uint32_t set)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		bpf_program__set_autoload(prog, false);
	}
	for (size_t i = 0; i < n_hooks; i++) {
		for (size_t p = 0; (prog = program_of(skel, &hooks[i], p)); p++) {
			if (set & 1U << i)
				bpf_program__set_autoload(prog, true);
			if (hooks[i].iterator)
				bpf_program__set_autoattach(prog, false);
		}
	}
}

static uint32_t chosen_set(const struct hook_choice *choice)
{
	uint32_t set = 0;

	for (size_t i = 0; i < n_hooks; i++)
		set |= hooks[i].is_chosen(choice) ? 1U << i : 0;
	return set;
}

static void fill_config(struct iw_config *cfg, const struct kernel_config *config, uint32_t hz,
			enum iw_probe_hook flavour)
{
	const struct filter *filter = config->filter;

	cfg->hz = hz;
	cfg->pidns = proc_own_pidns();
	cfg->pid = (uint32_t)getpid();
	cfg->only_family = (uint8_t)filter->only_family;
	cfg->some_local_ports = filter->some_local_ports;
	cfg->some_peer_ports = filter->some_peer_ports;
	cfg->idle_jiffies =
		(uint32_t)CLAMP(config->idle_ns / (NS_PER_S / hz), IW_RECENT_JIFFIES, INT32_MAX);
	cfg->tap_netns = config->tap ? netns__own() : 0;
	cfg->tap_net = netns__own_cookie();
	if (!cfg->tap_net) /* the kernel side counts on the inode then, too */
		cfg->tap_net = netns__own();
	cfg->all_events = config->all_events;
	cfg->probe_hook = flavour;
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

/* --- why not --- */

/* What the verifier complains of, where that stands for something a kernel lacks. */
static const struct {
	const char *says;
	const char *means;
} complaints[] = {
	{ "bpf_sk_storage_get#", "tracing programs cannot use socket storage here; that came with "
				 "Linux 5.11" },
	{ "bpf_get_socket_cookie#", "tracing programs cannot ask for a socket's cookie here; that "
				    "came with Linux 5.12" },
	{ "unknown#162", "programs cannot find a file's socket here; that came with Linux 5.11" },
	{ "is not supported yet", "a program's functions cannot take memory here; that came with "
				  "Linux 5.12" },
	{ "bpf_probe_read", /* libbpf takes this one where it cannot have _kernel */
	  "programs may not read kernel memory here; is this kernel "
	  "locked down (lockdown=confidentiality)?" },
	{ "invalid bpf_context access", "the tracepoint has not all the arguments we need" },
};

/* "unknown func NAME#N" up to 6.7, "program of this type cannot use helper NAME#N" later. */
static bool is_about_a_helper(const char *line)
{
	return strstr(line, "unknown func") || strstr(line, "cannot use helper");
}

/*
 * What a verifier's log complains of: a helper, else the last line that says something,
 * since a hint may follow (7.x). Cuts it out of the log.
 */
static const char *complaint(char *log)
{
	char *line, *rest = NULL;
	const char *last = NULL;

	for (line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (is_about_a_helper(line))
			return line;
		if (strncmp(line, "processed ", 10) && strncmp(line, "verification time", 17) &&
		    strncmp(line, "stack depth", 11))
			last = line;
	}
	return last;
}

static void explain_load(struct why *ret, int error, char *log)
{
	const char *words = complaint(log);

	if (words) {
		why__say(ret, "the kernel refuses its program: %s", words);
		for (size_t i = 0; i < ARRAY_SIZE(complaints); i++) {
			if (strstr(words, complaints[i].says))
				why__say(ret, "%s", complaints[i].means);
		}
	} else if (error == -ESRCH || error == -ENOENT) {
		why__say(ret, "this kernel does not have it");
	} else {
		why__say(ret, "cannot be loaded: %s", strerror(-error));
	}
}

/* --- trying --- */

static void destroy(struct idlewatch_bpf **skel)
{
	idlewatch_bpf__destroy(*skel);
}

/* bpf_prog_info.verified_insns is there since 5.16 (aba64c7da983). */
static uint32_t verified_insns(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (!prog || bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		return 0;
	return info.verified_insns;
}

bool hooks__loaded(struct idlewatch_bpf *skel, const struct hook *hook, uint32_t ret_insns[2])
{
	struct bpf_program *prog;

	for (size_t i = 0; (prog = program_of(skel, hook, i)); i++) {
		if (bpf_program__fd(prog) < 0)
			return false;
		ret_insns[i] = verified_insns(prog);
	}
	return true;
}

/* An iterator or a tc program has nothing to be attached to before it is wanted. */
static int try_attach(struct bpf_program *prog)
{
	struct bpf_link *link;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_SCHED_CLS)
		return 0;
	link = bpf_program__attach(prog);
	if (!link)
		return -errno;
	bpf_link__destroy(link);
	return 0;
}

static int check_kprobes(struct why *ret_why)
{
	if (!access("/sys/bus/event_source/devices/kprobe", F_OK) ||
	    !access("/sys/kernel/tracing/kprobe_events", F_OK) ||
	    !access("/sys/kernel/debug/tracing/kprobe_events", F_OK))
		return 0;
	why__say(ret_why, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	return -ENOTSUP;
}

static int load_one(struct idlewatch_bpf *skel, const struct hook *hook, char *log,
		    struct why *ret_why)
{
	struct bpf_program *prog;
	int r;

	for (size_t i = 0; (prog = program_of(skel, hook, i)); i++)
		bpf_program__set_log_buf(prog, log, VERIFIER_LOG_LEN);
	r = idlewatch_bpf__load(skel);
	if (r == -EPERM && bpf_program__type(program_of(skel, hook, 0)) == BPF_PROG_TYPE_SCHED_CLS)
		why__say(ret_why, "cannot be loaded: it needs CAP_NET_ADMIN");
	else if (r)
		explain_load(ret_why, r, log);
	for (size_t i = 0; !r && (prog = program_of(skel, hook, i)); i++) {
		r = try_attach(prog);
		if (r && (hook->flavour != IW_HOOK_KPROBE || !check_kprobes(ret_why)))
			why__say(ret_why, "cannot be attached: %s", strerror(-r));
	}
	return r;
}

int hooks__try_one(const struct hook *hook, uint32_t hz, struct why *ret_why, uint32_t ret_insns[2])
{
	static const struct filter everything;
	const struct kernel_config config = { .filter = &everything,
					      .idle_ns = NS_PER_S,
					      .tap = hook->on_demand };
	CLEANUP(destroy) struct idlewatch_bpf *skel = idlewatch_bpf__open();
	CLEANUP_FREE char *log = calloc(1, VERIFIER_LOG_LEN);
	const struct bpf_program *prog;
	int r;

	ret_insns[0] = ret_insns[1] = 0;
	if (!skel || !log) {
		r = skel ? -ENOMEM : -errno;
		why__say(ret_why, "cannot be tried: %s", strerror(-r));
		return r;
	}
	choose_programs(skel, 1U << (hook - hooks));
	fill_config((struct iw_config *)&skel->rodata->cfg, &config, hz,
		    hook->flavour < 0 ? IW_HOOK_TIMER : (enum iw_probe_hook)hook->flavour);
	r = load_one(skel, hook, log, ret_why);
	for (size_t i = 0; (prog = program_of(skel, hook, i)); i++)
		ret_insns[i] = verified_insns(prog);
	return r;
}

int hooks__walk(const struct bpf_program *iterator, struct look *look)
{
	struct bpf_link *link = bpf_program__attach_iter(iterator, NULL);
	int fd, r;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	r = fd < 0 ? fd : look__read(look, fd);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return r;
}

/* A socket of ours, and the cookie that the kernel side knows it by. */
static int open_teacher(uint64_t *ret_cookie)
{
	socklen_t size = sizeof(*ret_cookie);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_COOKIE, ret_cookie, &size)) {
		close(fd);
		return -errno;
	}
	return fd < 0 ? -errno : fd;
}

/* Has the kernel side look at a socket of ours, for what TCP's timers call. */
static int learn_timers(struct idlewatch_bpf *skel, struct why *ret_why)
{
	struct look nothing = {};
	uint64_t cookie;
	int fd = open_teacher(&cookie);
	int r = fd < 0 ? fd : 0;

	if (!r) {
		skel->bss->teacher = cookie;
		r = hooks__walk(skel->progs.look_files, &nothing);
		skel->bss->teacher = 0;
		close(fd);
	}
	if (!r && skel->bss->keepalive_function && skel->bss->write_function)
		return 0;
	why__say(ret_why, "TCP's timers cannot be told from others: %s",
		 r ? strerror(-r) : "a socket of our own was not found");
	return -ENODATA;
}

/*
 * Loads these, and attaches them unless they are only to look with. Where the error is
 * -ENODATA, *ret_why says it.
 */
static int load_set(const struct hook_choice *choice, uint32_t hz, uint32_t set,
		    struct why *ret_why, struct idlewatch_bpf **ret)
{
	CLEANUP(destroy) struct idlewatch_bpf *skel = idlewatch_bpf__open();
	int r;

	if (!skel)
		return -errno;
	choose_programs(skel, set);
	fill_config((struct iw_config *)&skel->rodata->cfg, choice->config, hz, choice->flavour);
	r = idlewatch_bpf__load(skel);
	if (!r)
		r = fill_port_maps(skel, choice->config->filter);
	if (!r && choice->flavour == IW_HOOK_TIMER && !choice->only_look)
		r = learn_timers(skel, ret_why);
	if (!r && !choice->only_look)
		r = idlewatch_bpf__attach(skel);
	if (r)
		return r;
	*ret = TAKE_PTR(skel);
	return 0;
}

/*
 * All together was refused: which of them is it? Takes the optional ones that fail out
 * of the set. Returns 0 when what is left is worth another try.
 */
static int leave_out(uint32_t *set, uint32_t hz, int error, struct why *ret_why)
{
	uint32_t left = *set, insns[2];
	struct why why = {};

	for (size_t i = 0; i < n_hooks; i++) {
		int r = *set & 1U << i ? hooks__try_one(&hooks[i], hz, &why, insns) : 0;

		if (!r)
			continue;
		if (!hooks[i].optional) {
			why__say(ret_why, "%s: %s", hooks[i].where, why.text);
			return r;
		}
		log_verbose("%s: %s; lost is: %s", hooks[i].where, why.text, hooks[i].lost);
		left &= ~(1U << i);
	}
	if (left == *set)
		why__say(ret_why, "each hook alone works, but not all together: %s",
			 strerror(-error));
	error = left == *set ? error : 0;
	*set = left;
	return error;
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

/* Whether a switch of the kernel stands at 0; one that is not there does not. */
static bool is_switched_off(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char value = 0;
	ssize_t n = fd < 0 ? -1 : read(fd, &value, 1);

	if (fd >= 0)
		close(fd);
	return n == 1 && value == '0';
}

/* With these off, fexit and kprobes can be attached and never fire. */
static int check_switches(enum iw_probe_hook flavour, struct why *ret_why)
{
	if (flavour == IW_HOOK_TIMER)
		return 0;
	if (is_switched_off("/proc/sys/kernel/ftrace_enabled")) {
		why__say(ret_why, "would never fire, as kernel.ftrace_enabled is 0");
		return -ENOTSUP;
	}
	if (flavour == IW_HOOK_KPROBE && is_switched_off("/sys/kernel/debug/kprobes/enabled")) {
		why__say(ret_why, "would never fire, as /sys/kernel/debug/kprobes/enabled is 0");
		return -ENOTSUP;
	}
	return 0;
}

/* A quick try, since loading everything takes a while: 0 when this flavour may work. */
static int try_quickly(enum iw_probe_hook flavour, const struct btf *btf, struct why *ret_why)
{
	int r = 0;

	if (flavour == IW_HOOK_FEXIT) {
		r = try_empty_fexit(btf);
		if (r)
			why__say(ret_why, "cannot be attached: %s", strerror(-r));
	} else if (flavour == IW_HOOK_KPROBE) {
		r = check_kprobes(ret_why);
	}
	return r ? r : check_switches(flavour, ret_why);
}

int hooks__open(const struct kernel_config *config, uint32_t hz, enum iw_probe_hook flavour,
		const struct btf *btf, struct why *ret_why, struct idlewatch_bpf **ret)
{
	const struct hook_choice choice = { .config = config,
					    .flavour = flavour,
					    .tells_result = retransmit_has_result(btf) };
	uint32_t set = chosen_set(&choice);
	int r = try_quickly(flavour, btf, ret_why);

	if (r)
		return r;
	r = load_set(&choice, hz, set, ret_why, ret);
	if (r && r != -ENODATA && !leave_out(&set, hz, r, ret_why))
		r = load_set(&choice, hz, set, ret_why, ret);
	return r;
}

int hooks__open_to_look(const struct filter *filter, uint32_t hz, struct idlewatch_bpf **ret)
{
	const struct kernel_config config = { .filter = filter, .idle_ns = NS_PER_S };
	const struct hook_choice choice = { .config = &config, .only_look = true };

	struct why unused;

	return load_set(&choice, hz, chosen_set(&choice), &unused, ret);
}
