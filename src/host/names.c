// SPDX-License-Identifier: BSD-2-Clause
#include "host/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define PROCESSES_MAX 4096
#define NAMES_MAX 4096

struct process_key {
	uint64_t start_ns;
	uint64_t pid;
};

struct process {
	struct process_key key;
	struct process_info info;
	UT_hash_handle hh;
};

struct name_key {
	uint32_t kind;
	uint32_t id;
};

struct name {
	struct name_key key;
	char text[NAME_LEN];
	UT_hash_handle hh;
};

/* uthash keeps the order of addition: the first is the oldest. */
struct names {
	struct process *processes;
	struct name *names;
};

int names__new(struct names **ret)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*ret = n;
	return 0;
}

static void drop_process(struct names *n, struct process *p)
{
	HASH_DEL(n->processes, p);
	free(p);
}

static void drop_name(struct names *n, struct name *name)
{
	HASH_DEL(n->names, name);
	free(name);
}

void names__free(struct names *n)
{
	struct process *p, *next_process;
	struct name *name, *next_name;

	if (!n)
		return;
	HASH_ITER(hh, n->processes, p, next_process)
		drop_process(n, p);
	HASH_ITER(hh, n->names, name, next_name)
		drop_name(n, name);
	free(n);
}

static struct process *find_process(const struct names *n, uint32_t pid, uint64_t start_ns)
{
	struct process_key key = { .start_ns = start_ns, .pid = pid };
	struct process *p;

	HASH_FIND(hh, n->processes, &key, sizeof(key), p);
	return p;
}

static bool same_process(const struct process_info *a, const struct process_info *b)
{
	return !strcmp(a->cmdline, b->cmdline) && !strcmp(a->cgroup.path, b->cgroup.path) &&
	       !strcmp(a->cgroup.container, b->cgroup.container) &&
	       !strcmp(a->cgroup.runtime, b->cgroup.runtime) &&
	       !strcmp(a->cgroup.unit, b->cgroup.unit);
}

int names__set_process(struct names *n, const struct process_info *info)
{
	struct process *p = find_process(n, info->pid, info->start_ns);

	if (p && same_process(&p->info, info))
		return 0;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			return -ENOMEM;
		p->key = (struct process_key){ .start_ns = info->start_ns, .pid = info->pid };
		HASH_ADD(hh, n->processes, key, sizeof(p->key), p);
		if (HASH_COUNT(n->processes) > PROCESSES_MAX)
			drop_process(n, n->processes);
	}
	p->info = *info;
	return 1;
}

const struct process_info *names__process(const struct names *n, uint32_t pid, uint64_t start_ns)
{
	const struct process *p = n ? find_process(n, pid, start_ns) : NULL;

	return p ? &p->info : NULL;
}

static struct name *find_name(const struct names *n, enum name_kind kind, uint32_t id)
{
	struct name_key key = { .kind = kind, .id = id };
	struct name *name;

	HASH_FIND(hh, n->names, &key, sizeof(key), name);
	return name;
}

int names__set(struct names *n, enum name_kind kind, uint32_t id, const char *text)
{
	struct name *name = find_name(n, kind, id);

	if (name && !strcmp(name->text, text))
		return 0;
	if (!name) {
		name = calloc(1, sizeof(*name));
		if (!name)
			return -ENOMEM;
		name->key = (struct name_key){ .kind = kind, .id = id };
		HASH_ADD(hh, n->names, key, sizeof(name->key), name);
		if (HASH_COUNT(n->names) > NAMES_MAX)
			drop_name(n, n->names);
	}
	snprintf(name->text, sizeof(name->text), "%s", text);
	return 1;
}

const char *names__get(const struct names *n, enum name_kind kind, uint32_t id)
{
	const struct name *name = n ? find_name(n, kind, id) : NULL;

	return name && name->text[0] ? name->text : NULL;
}
