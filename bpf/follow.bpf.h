/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * -f: which processes descend from those that were named. A child whose parent has
 * ended belongs to init for all that /proc tells, so descent is noted when it forks.
 * Loaded with -f only.
 */
#ifndef FOLLOW_BPF_H
#define FOLLOW_BPF_H

#define FOLLOWED_MAX 65536

/*
 * By PID as idlewatch numbers it; the value, the process's start in clock ticks, tells
 * reused PIDs apart.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FOLLOWED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u64);
} followed SEC(".maps");

static __always_inline u64 process_start(const struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, start_boottime) / IW_TICK_NS;
}

static __always_inline int follow_child(const struct task_struct *parent,
					const struct task_struct *child)
{
	u32 parent_pid = pid_for_us(parent);
	u64 *start = bpf_map_lookup_elem(&followed, &parent_pid);
	u64 child_start = process_start(child);
	u32 pid;

	if (!start || *start != process_start(parent) ||
	    BPF_CORE_READ(child, tgid) == BPF_CORE_READ(parent, tgid))
		return 0;
	pid = pid_for_us(child);
	if (bpf_map_update_elem(&followed, &pid, &child_start, BPF_ANY))
		count(IW_CNT_FOLLOW_FULL);
	return 0;
}

/* Runs for each thread; the process has ended when none is left. */
static __always_inline int forget_process(const struct task_struct *task)
{
	u32 pid = pid_for_us(task);

	if (!BPF_CORE_READ(task, signal, live.counter))
		bpf_map_delete_elem(&followed, &pid);
	return 0;
}

#endif /* FOLLOW_BPF_H */
