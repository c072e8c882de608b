// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idlewatch.skel.h"
#include "base/log.h"
#include "host/netns.h"
#include "base/util.h"

#define VERIFIER_LOG_LEN (1 << 20)

static const char *const flavour_texts[] = {
	[IW_HOOK_FEXIT] = "fexit of tcp_write_wakeup",
	[IW_HOOK_KPROBE] = "kprobe on tcp_write_wakeup",
	[IW_HOOK_TIMER] = "timer tracepoints",
};
_Static_assert(ARRAY_SIZE(flavour_texts) == IW_HOOK_MAX, "every flavour has a text");

static const char *const another_way = "nothing, while there is another way to see probes";
static const char *const no_watching = "everything: there is no watching without it";

const struct hook hooks[] = {
	{ .programs = { "probe_fexit" },
	  .where = "fexit of tcp_write_wakeup",
	  .tells = "keepalives and zero-window probes sent, and whether they left this host",
	  .lost = another_way,
	  .flavour = IW_HOOK_FEXIT,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { "probe_kprobe", "probe_kretprobe" },
	  .where = "kprobe and kretprobe on tcp_write_wakeup",
	  .tells = "the same",
	  .lost = another_way,
	  .flavour = IW_HOOK_KPROBE,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { "probe_timer_entry", "probe_timer_exit" },
	  .where = "tracepoints timer_expire_entry and timer_expire_exit",
	  .tells = "the same; why one was refused here is read from the drop of its packet",
	  .lost = another_way,
	  .flavour = IW_HOOK_TIMER,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { "segment_received" },
	  .where = "tracepoint tcp_probe",
	  .tells = "the peer was heard; --light does without",
	  .lost = "one-way seen by the peer's repeats, forged resets, gaps survived",
	  .flavour = -1,
	  .fact = IW_FACT_HEARD },
	{ .programs = { "retransmitted_result" },
	  .where = "tracepoint tcp_retransmit_skb with the result of sending",
	  .tells = "retransmissions, and whether they left this host (Linux 6.17)",
	  .lost = "a retransmission refused here is seen by its packet's drop only, and a missing "
		  "route at the end",
	  .flavour = -1,
	  .fact = IW_FACT_RETRANSMIT },
	{ .programs = { "retransmitted" },
	  .where = "tracepoint tcp_retransmit_skb",
	  .tells = "retransmissions",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_RETRANSMIT },
	{ .programs = { "packet_dropped" },
	  .where = "tracepoint kfree_skb with its reason",
	  .tells = "packets that this host dropped, and why (Linux 5.17)",
	  .lost = "local-drop is known by refused probes only, so that a firewall of this host may "
		  "be taken for the path",
	  .flavour = -1,
	  .fact = IW_FACT_DROP,
	  .optional = true },
	{ .programs = { "state_changed" },
	  .where = "tracepoint inet_sock_set_state",
	  .tells = "how connections end",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_STATE },
	{ .programs = { "error_reported" },
	  .where = "tracepoint inet_sk_error_report",
	  .tells = "the error that the program is given",
	  .lost = "the error of some connections that end",
	  .flavour = -1,
	  .fact = IW_FACT_ERROR,
	  .optional = true },
	{ .programs = { "reset_received" },
	  .where = "tracepoint tcp_receive_reset",
	  .tells = "resets of the peer, or of who poses as it",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_RST_IN },
	{ .programs = { "reset_sent" },
	  .where = "tracepoint tcp_send_reset",
	  .tells = "resets that we send",
	  .lost = "nothing that a verdict needs",
	  .flavour = -1,
	  .fact = IW_FACT_RST_OUT,
	  .optional = true },
	{ .programs = { "socket_destroyed" },
	  .where = "tracepoint tcp_destroy_sock",
	  .tells = "the end of a socket",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_DESTROY },
	{ .programs = { "look_files" },
	  .where = "iterator over open files",
	  .tells = "who holds a socket, and how it stands",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = -1 },
	{ .programs = { "look_sockets" },
	  .where = "iterator over TCP sockets",
	  .tells = "how sockets stand that no process holds any more",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = -1 },
	{ .programs = { "process_forked", "process_exited" },
	  .where = "tracepoints sched_process_fork and sched_process_exit",
	  .tells = "children of processes that are watched, with -f",
	  .lost = "-f",
	  .flavour = -1,
	  .fact = -1,
	  .on_demand = true },
	{ .programs = { "iw_tap_egress" },
	  .where = "tc egress",
	  .tells = "our packets on the wire, with -i",
	  .lost = "-i: whether a packet was seen leaving",
	  .flavour = -1,
	  .fact = IW_FACT_WIRE_OUT,
	  .on_demand = true },
	{ .programs = { "iw_tap_ingress" },
	  .where = "tc ingress",
	  .tells = "the peer's packets on the wire, with -i",
	  .lost = "-i: answers that arrive and never reach their socket",
	  .flavour = -1,
	  .fact = IW_FACT_WIRE_IN,
	  .on_demand = true },
};
const size_t n_hooks = ARRAY_SIZE(hooks);

const char *hooks__flavour(enum iw_probe_hook flavour)
{
	return flavour_texts[flavour];
}

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

static bool hook_has(const struct hook *hook, const char *program)
{
	return !strcmp(hook->programs[0], program) ||
	       (hook->programs[1] && !strcmp(hook->programs[1], program));
}

static bool wants(const struct hook *hook, const struct options *o, enum iw_probe_hook flavour,
		  bool has_result)
{
	if (hook->flavour >= 0)
		return hook->flavour == (int)flavour;
	if (hook_has(hook, "process_forked"))
		return o->filter.children;
	if (hook->on_demand)
		return tap_config__any(&o->tap);
	if (hook->fact == IW_FACT_HEARD)
		return !o->light;
	if (hook->fact == IW_FACT_RETRANSMIT)
		return hook_has(hook, "retransmitted_result") == has_result;
	return true;
}

/* Has the skeleton load the programs of the hooks in this set, and no others. */
static void choose_programs(struct idlewatch_bpf *skel, uint32_t set)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		bool load = false;

		for (size_t i = 0; i < n_hooks; i++)
			load |= (set & 1U << i) && hook_has(&hooks[i], bpf_program__name(prog));
		bpf_program__set_autoload(prog, load);
	}
	/* Iterators are run when asked, not attached for good. */
	bpf_program__set_autoattach(skel->progs.look_files, false);
	bpf_program__set_autoattach(skel->progs.look_sockets, false);
}

/* The inode of this process's own namespace of that kind. */
static uint32_t own_namespace(const char *kind)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &st) ? 0 : (uint32_t)st.st_ino;
}

/* What every use of the kernel side needs. */
static void fill_filter(struct iw_config *cfg, const struct filter *filter, uint32_t hz)
{
	cfg->hz = hz;
	cfg->pidns = own_namespace("pid");
	cfg->only_family = (uint8_t)filter->only_family;
	cfg->some_local_ports = filter->some_local_ports;
	cfg->some_peer_ports = filter->some_peer_ports;
}

static void fill_config(struct iw_config *cfg, const struct options *o, uint32_t hz,
			enum iw_probe_hook flavour)
{
	fill_filter(cfg, &o->filter, hz);
	cfg->idle_jiffies =
		(uint32_t)CLAMP(o->idle_ns / (NS_PER_S / hz), IW_RECENT_JIFFIES, INT32_MAX);
	cfg->tap_netns = tap_config__any(&o->tap) ? own_namespace("net") : 0;
	cfg->tap_net = netns__own_cookie();
	if (!cfg->tap_net) /* the kernel side counts on the inode then, too */
		cfg->tap_net = own_namespace("net");
	cfg->all_events = o->all_events;
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

void why__say(struct why *ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ret->text, sizeof(ret->text), fmt, ap);
	va_end(ap);
}

/* What the verifier complains of, where that stands for something a kernel lacks. */
static const struct {
	const char *says;
	const char *means;
} verdicts[] = {
	{ "bpf_sk_storage_get#", "tracing programs cannot use socket storage here; that came with "
				 "Linux 5.11" },
	{ "bpf_get_socket_cookie#", "tracing programs cannot ask for a socket's cookie here; that "
				    "came with Linux 5.12" },
	{ "unknown#162", "programs cannot find a file's socket here; that came with Linux 5.11" },
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
		for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
			if (strstr(words, verdicts[i].says))
				why__say(ret, "%s", verdicts[i].means);
		}
	} else if (error == -ESRCH || error == -ENOENT) {
		why__say(ret, "this kernel does not have it");
	} else {
		why__say(ret, "cannot be loaded: %s", strerror(-error));
	}
}

/* --- trying --- */

static struct bpf_program *find_program(const struct idlewatch_bpf *skel, const char *name)
{
	return name ? bpf_object__find_program_by_name(skel->obj, name) : NULL;
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

bool hooks__loaded(const struct idlewatch_bpf *skel, const struct hook *hook, uint32_t ret_insns[2])
{
	for (size_t i = 0; i < ARRAY_SIZE(hook->programs) && hook->programs[i]; i++) {
		const struct bpf_program *prog = find_program(skel, hook->programs[i]);

		if (!prog || bpf_program__fd(prog) < 0)
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
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(hook->programs) && hook->programs[i]; i++)
		bpf_program__set_log_buf(find_program(skel, hook->programs[i]), log,
					 VERIFIER_LOG_LEN);
	r = idlewatch_bpf__load(skel);
	if (r == -EPERM &&
	    bpf_program__type(find_program(skel, hook->programs[0])) == BPF_PROG_TYPE_SCHED_CLS)
		why__say(ret_why, "cannot be loaded: it needs CAP_NET_ADMIN");
	else if (r)
		explain_load(ret_why, r, log);
	for (size_t i = 0; !r && i < ARRAY_SIZE(hook->programs) && hook->programs[i]; i++) {
		r = try_attach(find_program(skel, hook->programs[i]));
		if (r && (hook->flavour != IW_HOOK_KPROBE || !check_kprobes(ret_why)))
			why__say(ret_why, "cannot be attached: %s", strerror(-r));
	}
	return r;
}

int hooks__try_one(const struct hook *hook, uint32_t hz, struct why *ret_why, uint32_t ret_insns[2])
{
	const struct options none = { .idle_ns = NS_PER_S, .tap = { .all = hook->on_demand } };
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	char *log = calloc(1, VERIFIER_LOG_LEN);
	int r = -ENOMEM;

	ret_insns[0] = ret_insns[1] = 0;
	if (skel && log) {
		choose_programs(skel, 1U << (hook - hooks));
		fill_config((struct iw_config *)&skel->rodata->cfg, &none, hz,
			    hook->flavour < 0 ? IW_HOOK_TIMER : (enum iw_probe_hook)hook->flavour);
		r = load_one(skel, hook, log, ret_why);
		for (size_t i = 0; i < ARRAY_SIZE(hook->programs) && hook->programs[i]; i++)
			ret_insns[i] = verified_insns(find_program(skel, hook->programs[i]));
	} else {
		why__say(ret_why, "out of memory");
	}
	idlewatch_bpf__destroy(skel);
	free(log);
	return r;
}

static int load_set(const struct options *o, uint32_t hz, enum iw_probe_hook flavour, uint32_t set,
		    struct idlewatch_bpf **ret)
{
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	int r;

	if (!skel)
		return -errno;
	choose_programs(skel, set);
	fill_config((struct iw_config *)&skel->rodata->cfg, o, hz, flavour);
	r = idlewatch_bpf__load(skel);
	if (!r)
		r = fill_port_maps(skel, &o->filter);
	if (!r)
		r = idlewatch_bpf__attach(skel);
	if (r) {
		idlewatch_bpf__destroy(skel);
		return r;
	}
	*ret = skel;
	return 0;
}

/*
 * All together was refused: which of them is it? Takes the optional ones that fail out
 * of the set. Returns 0 when what is left is worth another try.
 */
static int leave_out(uint32_t *set, uint32_t hz, int error, struct why *ret_why)
{
	uint32_t left = *set, insns[2];
	struct why why;

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

int hooks__open(const struct options *o, uint32_t hz, enum iw_probe_hook flavour,
		const struct btf *btf, struct why *ret_why, struct idlewatch_bpf **ret)
{
	bool has_result = retransmit_has_result(btf);
	uint32_t set = 0;
	int r = try_quickly(flavour, btf, ret_why);

	if (r)
		return r;
	for (size_t i = 0; i < n_hooks; i++)
		set |= wants(&hooks[i], o, flavour, has_result) ? 1U << i : 0;
	r = load_set(o, hz, flavour, set, ret);
	if (r && !leave_out(&set, hz, r, ret_why))
		r = load_set(o, hz, flavour, set, ret);
	return r;
}

int hooks__open_to_look(const struct filter *filter, uint32_t hz, struct idlewatch_bpf **ret)
{
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	uint32_t set = 0;
	int r;

	if (!skel)
		return -errno;
	for (size_t i = 0; i < n_hooks; i++)
		set |= hook_has(&hooks[i], "look_files") || hook_has(&hooks[i], "look_sockets")
			       ? 1U << i
			       : 0;
	choose_programs(skel, set);
	fill_filter((struct iw_config *)&skel->rodata->cfg, filter, hz);
	r = idlewatch_bpf__load(skel);
	if (!r)
		r = fill_port_maps(skel, filter);
	if (r)
		idlewatch_bpf__destroy(skel);
	else
		*ret = skel;
	return r;
}
