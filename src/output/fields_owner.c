// SPDX-License-Identifier: BSD-2-Clause
/* Fields of who holds a connection, and what is known of them. */
#include "base/util.h"
#include "output/fields_internal.h"

#define GETTER(name) FIELD_GETTER(name)

#define GET_TEXT(name, when, value)                      \
	GETTER(name)                                     \
	{                                                \
		return (when) && set_text(ret, (value)); \
	}

#define F (ev->fact)
#define HAS_FACT (ev->fact != NULL)
#define HAS_OWNER (ev->n_owners > 0)

GETTER(get_pid)
{
	if (!HAS_OWNER)
		return false;
	ret->number = ev->owners[0].pid;
	return true;
}

GET_TEXT(get_comm, HAS_OWNER, ev->owners[0].comm)

/* What holds the socket where no process is known to: those that follow IW_HOLDER_PROGRAM. */
const char *owner_kind_choice(unsigned int i)
{
	static const char *const names[] = {
		[IW_HOLDER_KERNEL - 1] = "kernel",
		[IW_HOLDER_LISTENER - 1] = "not-accepted",
		[IW_HOLDER_NOBODY - 1] = "closed",
	};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

static const char *owner_kind(const struct event *ev)
{
	if (!HAS_FACT || HAS_OWNER || F->holder == IW_HOLDER_PROGRAM)
		return NULL;
	return owner_kind_choice(F->holder - 1U);
}

GET_TEXT(get_owner_kind, true, owner_kind(ev))

/* The name, or in its place what holds the socket instead of a process. */
GETTER(get_owner)
{
	const char *kind = owner_kind(ev);

	if (kind)
		snprintf(ret->text, sizeof(ret->text), "[%s]", kind);
	return kind || get_comm(ev, ctx, ret);
}

/* The PIDs of the owners that have all of these flags. */
static bool get_pids_with(const struct event *ev, uint32_t flags, struct field_value *ret)
{
	size_t max = ARRAY_SIZE(ret->numbers);

	ret->n_numbers = 0;
	for (size_t i = 0; i < ev->n_owners && ret->n_numbers < max; i++) {
		if ((ev->owners[i].flags & flags) == flags)
			ret->numbers[ret->n_numbers++] = ev->owners[i].pid;
	}
	return ret->n_numbers > 0;
}

GETTER(get_pids)
{
	return get_pids_with(ev, 0, ret);
}

GETTER(get_exited_pids)
{
	return get_pids_with(ev, IW_OWNER_EXITED, ret);
}

/* What is known of the first owner, an empty one when nothing is. */
static const struct process_info *process(const struct event *ev, const struct field_context *ctx)
{
	static const struct process_info nothing;
	const struct process_info *known = NULL;

	if (ev->n_owners)
		known = names__process(ctx->names, ev->owners[0].pid, ev->owners[0].start_ns);
	return known ? known : &nothing;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

GET_TEXT(get_user, HAS_FACT, names__get(ctx->names, NAME_USER, F->uid))
GET_TEXT(get_netns_name, HAS_FACT, names__get(ctx->names, NAME_NETNS, F->netns))
GET_TEXT(get_container, true, or_null(process(ev, ctx)->cgroup.container))
GET_TEXT(get_runtime, true, or_null(process(ev, ctx)->cgroup.runtime))
GET_TEXT(get_unit, true, or_null(process(ev, ctx)->cgroup.unit))
GET_TEXT(get_cgroup, true, or_null(process(ev, ctx)->cgroup.path))
GET_TEXT(get_cmdline, true, or_null(process(ev, ctx)->cmdline))
