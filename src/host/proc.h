/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks this host what the numbers in facts are called. Nothing is asked of a network. */
#ifndef HOST_PROC_H
#define HOST_PROC_H

#include <stdbool.h>

#include "host/names.h"
#include "idlewatch.h"

/*
 * Reads /proc for this process. Returns 0, or -ESRCH when it has ended (also when its
 * PID is another's by now). The command line is read only when wanted: it may hold
 * secrets.
 */
int proc_process(uint32_t pid, uint64_t start_ns, bool cmdline, struct process_info *ret);

/* Whether this owner has ended; false when that cannot be known. */
bool proc_has_exited(const struct iw_owner *owner);

/* The user's name in /etc/passwd; empty: it has none there. */
void proc_user(uint32_t uid, char ret[NAME_LEN]);

/* The namespace's name for `ip netns`; empty: none. */
void proc_netns(uint32_t inode, char ret[NAME_LEN]);

/*
 * The text of /proc/PID/cgroup, NUL-terminated, cut at size. Returns 0 or a negative
 * errno.
 */
int proc_cgroup(uint32_t pid, char *ret, size_t size);
#define PROC_CGROUP_LEN 8192 /* as much of it as we ever read */

/*
 * People paste a cgroup's path with the place where its hierarchy is mounted: the part
 * below that, which points into path, or path itself. *ret_there: such a cgroup exists.
 */
const char *proc_cgroup_path(const char *path, bool *ret_there);

enum pid_kind {
	PID_PROCESS = 0,
	PID_NONE, /* related: our number of a process that a container calls so, 0 none */
	PID_THREAD, /* related: its process */
	PID_KERNEL_THREAD,
	PID_ENDED, /* a zombie */
};

/* What this number stands for here. */
enum pid_kind proc_pid(uint32_t pid, uint32_t *ret_related);

/* The start of a running process, CLOCK_BOOTTIME, exact to a clock tick; 0: not running. */
uint64_t proc_start_ns(uint32_t pid);

/* The inode of this process's own PID namespace; 0 unknown. */
uint32_t proc_own_pidns(void);

/* Its parent now; 0: none, or not running. */
uint32_t proc_parent(uint32_t pid);

#endif /* HOST_PROC_H */
