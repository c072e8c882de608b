/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the numbers in facts are called: where a process runs and how it was started,
 * network namespaces, users. Only a store, filled by proc.h while watching and from
 * the recording in a replay. Pure.
 */
#ifndef HOST_NAMES_H
#define HOST_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "host/cgroup.h"

#define CMDLINE_LEN 4096
#define NAME_LEN 256

/* A process; its PID may be used again, its start tells them apart. */
struct process_info {
	uint32_t pid;
	uint32_t pad;
	uint64_t start_ns; /* CLOCK_BOOTTIME */
	struct cgroup cgroup;
	char cmdline[CMDLINE_LEN]; /* words parted by blanks; empty: not asked for or none */
};

enum name_kind {
	NAME_NETNS = 0, /* as `ip netns` has it */
	NAME_USER,
	NAME_KIND_MAX,
};

struct names;

/* 0, or -ENOMEM with *ret untouched. */
int names__new(struct names **ret);
void names__free(struct names *n);

/*
 * Keeps a copy, replacing an older one; the oldest are forgotten beyond some thousand.
 * Returns 1 when that was news, 0 when it was known, or -ENOMEM.
 */
int names__set_process(struct names *n, const struct process_info *info);

/*
 * What is known of it; NULL nothing, also for a NULL store. Good until the next call of
 * names__set_process().
 */
const struct process_info *names__process(const struct names *n, uint32_t pid, uint64_t start_ns);

/* The same for a name; an empty name says that there is none. */
int names__set(struct names *n, enum name_kind kind, uint32_t id, const char *name);

/* NULL: none, or not known; also for a NULL store. */
const char *names__get(const struct names *n, enum name_kind kind, uint32_t id);

#endif /* HOST_NAMES_H */
