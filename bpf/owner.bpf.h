/* SPDX-License-Identifier: GPL-2.0-only */
/* A process as an owner of a socket. */
#ifndef OWNER_BPF_H
#define OWNER_BPF_H

#define PID_LEVELS_MAX 32 /* MAX_PID_NS_LEVEL of include/linux/pid_namespace.h */

/*
 * The process's id as idlewatch and its user know it. A process has a number in each
 * PID namespace from the initial one down to its own; 0: none in ours.
 */
static __always_inline u32 pid_for_us(const struct task_struct *task)
{
	const struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	u64 numbers = (u64)pid + bpf_core_field_offset(struct pid, numbers);
	u32 level = BPF_CORE_READ(pid, level);

	for (u32 i = 0; i < PID_LEVELS_MAX && i <= level; i++) {
		const struct upid *upid =
			(const void *)(numbers + i * bpf_core_type_size(struct upid));

		if (BPF_CORE_READ(upid, ns, ns.inum) == cfg.pidns)
			return BPF_CORE_READ(upid, nr);
	}
	return 0;
}

static __always_inline void fill_owner(struct iw_owner *o, u64 cookie,
				       const struct task_struct *task)
{
	__builtin_memset(o, 0, sizeof(*o));
	o->cookie = cookie;
	if (!task)
		return;
	o->pid = pid_for_us(task);
	o->uid = BPF_CORE_READ(task, cred, euid.val);
	o->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	BPF_CORE_READ_INTO(&o->comm, task, group_leader, comm);
}

#endif /* OWNER_BPF_H */
