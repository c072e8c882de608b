// SPDX-License-Identifier: BSD-2-Clause
#include "watch/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/util.h"
#include "engine/engine.h"
#include "host/names.h"
#include "host/proc.h"
#include "kernel/look.h"
#include "store/recording.h"

/* What was learnt so lately is not asked again: many connections of one process may die at once. */
#define FRESH_NS NS_PER_S
#define LEARNT_MAX 8192

enum about {
	ABOUT_PROCESS = 0,
	ABOUT_USER,
	ABOUT_NETNS,
};

struct learnt_key {
	uint64_t start_ns; /* of a process */
	uint32_t id;
	uint32_t about; /* enum about */
};

struct learnt {
	struct learnt_key key;
	uint64_t at_ns;
	UT_hash_handle hh;
};

struct owners {
	struct names *names;
	struct recorder *recorder;
	bool cmdlines;
	struct learnt *learnt;
};

int owners__new(struct names *names, struct recorder *recorder, bool cmdlines, struct owners **ret)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	*o = (struct owners){ .names = names, .recorder = recorder, .cmdlines = cmdlines };
	*ret = o;
	return 0;
}

static void forget(struct owners *o)
{
	struct learnt *l, *next;

	HASH_ITER(hh, o->learnt, l, next) {
		HASH_DEL(o->learnt, l);
		free(l);
	}
}

void owners__free(struct owners *o)
{
	if (!o)
		return;
	forget(o);
	free(o);
}

/* --- who --- */

static bool same_process(const struct iw_owner *a, const struct iw_owner *b)
{
	return a->pid == b->pid && a->start_ns == b->start_ns;
}

static bool is_among(const struct iw_owner *owner, const struct iw_owner *others, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (same_process(owner, &others[i]))
			return true;
	}
	return false;
}

size_t owners_merge(const struct iw_look_row *found, size_t n_found, const struct iw_owner *before,
		    size_t n_before, struct iw_owner ret[ENGINE_OWNERS_MAX])
{
	size_t n = 0, living;
	bool news;

	for (size_t i = 0; i < n_found && n < ENGINE_OWNERS_MAX; i++) {
		if (found[i].owner.pid)
			ret[n++] = found[i].owner;
	}
	living = n;
	news = living > 0;
	for (size_t i = 0; i < n_before && n < ENGINE_OWNERS_MAX; i++) {
		struct iw_owner owner = before[i];

		if (is_among(&owner, ret, living))
			continue;
		if (!(owner.flags & IW_OWNER_EXITED) && proc_has_exited(&owner)) {
			owner.flags |= IW_OWNER_EXITED;
			news = true;
		}
		if (!living || owner.flags & IW_OWNER_EXITED)
			ret[n++] = owner;
	}
	return news ? n : 0;
}

/* --- what they are called --- */

/* Whether it is time to ask; then it counts as asked. */
static bool should_ask(struct owners *o, enum about about, uint32_t id, uint64_t start_ns)
{
	struct learnt_key key = { .start_ns = start_ns, .id = id, .about = about };
	uint64_t now = now_ns();
	struct learnt *l;

	HASH_FIND(hh, o->learnt, &key, sizeof(key), l);
	if (l && now - l->at_ns < FRESH_NS)
		return false;
	if (!l) {
		if (HASH_COUNT(o->learnt) >= LEARNT_MAX)
			forget(o);
		l = calloc(1, sizeof(*l));
		if (!l)
			return true;
		l->key = key;
		HASH_ADD(hh, o->learnt, key, sizeof(l->key), l);
	}
	l->at_ns = now;
	return true;
}

static void record_learnt(const struct owners *o, const struct recorded *record)
{
	if (o->recorder)
		recorder__write(o->recorder, record);
}

static void learn_process(struct owners *o, const struct iw_owner *owner)
{
	struct recorded record = { .kind = RECORD_PROCESS };

	if (owner->flags & IW_OWNER_EXITED ||
	    !should_ask(o, ABOUT_PROCESS, owner->pid, owner->start_ns) ||
	    proc_process(owner->pid, owner->start_ns, o->cmdlines, &record.process))
		return;
	if (names__set_process(o->names, &record.process) == 1)
		record_learnt(o, &record);
}

static void learn_name(struct owners *o, enum name_kind kind, uint32_t id)
{
	enum about about = kind == NAME_USER ? ABOUT_USER : ABOUT_NETNS;
	struct recorded record = { .kind = RECORD_NAME, .name = { .kind = kind, .id = id } };

	if (!should_ask(o, about, id, 0))
		return;
	if (kind == NAME_USER)
		proc_user(id, record.name.text);
	else
		proc_netns(id, record.name.text);
	if (names__set(o->names, kind, id, record.name.text) == 1)
		record_learnt(o, &record);
}

void owners__learn(struct owners *o, const struct iw_fact *fact, const struct iw_owner *owners,
		   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		learn_process(o, &owners[i]);
		learn_name(o, NAME_USER, owners[i].uid);
	}
	learn_name(o, NAME_USER, fact->uid);
	learn_name(o, NAME_NETNS, fact->netns);
}
