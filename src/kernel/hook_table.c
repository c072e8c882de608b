// SPDX-License-Identifier: BSD-2-Clause
/* All programs: where each is hooked in, and when it is loaded. */
#include "base/util.h"
#include "host/filter.h"
#include "kernel/hooks.h"
#include "idlewatch.skel.h"

static const char *const flavour_texts[] = {
	[IW_HOOK_FEXIT] = "fexit of tcp_write_wakeup",
	[IW_HOOK_KPROBE] = "kprobe on tcp_write_wakeup",
	[IW_HOOK_TIMER] = "timer tracepoints",
};
_Static_assert(ARRAY_SIZE(flavour_texts) == IW_HOOK_MAX, "every flavour has a text");

static const char *const another_way = "nothing, while there is another way to see probes";
static const char *const no_watching = "everything: there is no watching without it";

/* --- which are loaded: a predicate for each row of the table --- */

static bool always(const struct hook_choice *c)
{
	(void)c;
	return true;
}

static bool is_watch(const struct hook_choice *c)
{
	return !c->only_look;
}

static bool is_fexit(const struct hook_choice *c)
{
	return is_watch(c) && c->flavour == IW_HOOK_FEXIT;
}

static bool is_kprobe(const struct hook_choice *c)
{
	return is_watch(c) && c->flavour == IW_HOOK_KPROBE;
}

static bool is_timer(const struct hook_choice *c)
{
	return is_watch(c) && c->flavour == IW_HOOK_TIMER;
}

static bool is_not_light(const struct hook_choice *c)
{
	return is_watch(c) && !c->config->light;
}

static bool tells_result(const struct hook_choice *c)
{
	return is_watch(c) && c->tells_result;
}

static bool tells_no_result(const struct hook_choice *c)
{
	return is_watch(c) && !c->tells_result;
}

static bool follows_children(const struct hook_choice *c)
{
	return is_watch(c) && c->config->filter->children;
}

static bool has_tap(const struct hook_choice *c)
{
	return is_watch(c) && c->config->tap;
}

/* --- the table --- */

#define PROGRAM(p)                                          \
	{                                                   \
#p, offsetof(struct idlewatch_bpf, progs.p) \
	}

const struct hook hooks[] = {
	{ .programs = { PROGRAM(probe_fexit) },
	  .is_chosen = is_fexit,
	  .where = "fexit of tcp_write_wakeup",
	  .tells = "keepalives and zero-window probes sent, and whether they left this host",
	  .lost = another_way,
	  .flavour = IW_HOOK_FEXIT,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { PROGRAM(probe_kprobe), PROGRAM(probe_kretprobe) },
	  .is_chosen = is_kprobe,
	  .where = "kprobe and kretprobe on tcp_write_wakeup",
	  .tells = "the same",
	  .lost = another_way,
	  .flavour = IW_HOOK_KPROBE,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { PROGRAM(probe_timer_entry), PROGRAM(probe_timer_exit) },
	  .is_chosen = is_timer,
	  .where = "tracepoints timer_expire_entry and timer_expire_exit",
	  .tells = "the same; why one was refused here is read from the drop of its packet",
	  .lost = another_way,
	  .flavour = IW_HOOK_TIMER,
	  .fact = IW_FACT_PROBE_SENT },
	{ .programs = { PROGRAM(segment_received) },
	  .is_chosen = is_not_light,
	  .where = "tracepoint tcp_probe",
	  .tells = "the peer was heard; --light does without",
	  .lost = "one-way seen by the peer's repeats, forged resets, gaps survived",
	  .flavour = -1,
	  .fact = IW_FACT_HEARD },
	{ .programs = { PROGRAM(retransmitted_result) },
	  .is_chosen = tells_result,
	  .where = "tracepoint tcp_retransmit_skb with the result of sending",
	  .tells = "retransmissions, and whether they left this host (Linux 6.17)",
	  .lost = "a retransmission refused here is seen by its packet's drop only, and a missing "
		  "route at the end",
	  .flavour = -1,
	  .fact = IW_FACT_RETRANSMIT },
	{ .programs = { PROGRAM(retransmitted) },
	  .is_chosen = tells_no_result,
	  .where = "tracepoint tcp_retransmit_skb",
	  .tells = "retransmissions",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_RETRANSMIT },
	{ .programs = { PROGRAM(packet_dropped) },
	  .is_chosen = is_watch,
	  .where = "tracepoint kfree_skb with its reason",
	  .tells = "packets that this host dropped, and why (Linux 5.17)",
	  .lost = "local-drop is known by refused probes only, so that a firewall of this host may "
		  "be taken for the path",
	  .flavour = -1,
	  .fact = IW_FACT_DROP,
	  .optional = true },
	{ .programs = { PROGRAM(state_changed) },
	  .is_chosen = is_watch,
	  .where = "tracepoint inet_sock_set_state",
	  .tells = "how connections end",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_STATE },
	{ .programs = { PROGRAM(error_reported) },
	  .is_chosen = is_watch,
	  .where = "tracepoint inet_sk_error_report",
	  .tells = "the error that the program is given",
	  .lost = "the error of some connections that end",
	  .flavour = -1,
	  .fact = IW_FACT_ERROR,
	  .optional = true },
	{ .programs = { PROGRAM(reset_received) },
	  .is_chosen = is_watch,
	  .where = "tracepoint tcp_receive_reset",
	  .tells = "resets of the peer, or of who poses as it",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_RST_IN },
	{ .programs = { PROGRAM(reset_sent) },
	  .is_chosen = is_watch,
	  .where = "tracepoint tcp_send_reset",
	  .tells = "resets that we send",
	  .lost = "nothing that a verdict needs",
	  .flavour = -1,
	  .fact = IW_FACT_RST_OUT,
	  .optional = true },
	{ .programs = { PROGRAM(socket_destroyed) },
	  .is_chosen = is_watch,
	  .where = "tracepoint tcp_destroy_sock",
	  .tells = "the end of a socket",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = IW_FACT_DESTROY },
	{ .programs = { PROGRAM(look_files) },
	  .is_chosen = always,
	  .iterator = ITERATOR_FILES,
	  .where = "iterator over open files",
	  .tells = "who holds a socket, and how it stands",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = -1 },
	{ .programs = { PROGRAM(look_sockets) },
	  .is_chosen = always,
	  .iterator = ITERATOR_SOCKETS,
	  .where = "iterator over TCP sockets",
	  .tells = "how sockets stand that no process holds any more",
	  .lost = no_watching,
	  .flavour = -1,
	  .fact = -1 },
	{ .programs = { PROGRAM(process_forked), PROGRAM(process_exited) },
	  .is_chosen = follows_children,
	  .where = "tracepoints sched_process_fork and sched_process_exit",
	  .tells = "children of processes that are watched, with -f",
	  .lost = "-f",
	  .flavour = -1,
	  .fact = -1,
	  .on_demand = true },
	{ .programs = { PROGRAM(iw_tap_egress) },
	  .is_chosen = has_tap,
	  .where = "tc egress",
	  .tells = "our packets on the wire, with -i",
	  .lost = "-i: whether a packet was seen leaving",
	  .flavour = -1,
	  .fact = IW_FACT_WIRE_OUT,
	  .on_demand = true },
	{ .programs = { PROGRAM(iw_tap_ingress) },
	  .is_chosen = has_tap,
	  .where = "tc ingress",
	  .tells = "the peer's packets on the wire, with -i",
	  .lost = "-i: answers that arrive and never reach their socket",
	  .flavour = -1,
	  .fact = IW_FACT_WIRE_IN,
	  .on_demand = true },
};
const size_t n_hooks = ARRAY_SIZE(hooks);
_Static_assert(ARRAY_SIZE(hooks) <= HOOKS_MAX, "a set of hooks has a bit for each");

const char *hooks__flavour(enum iw_probe_hook flavour)
{
	return flavour_texts[flavour];
}
