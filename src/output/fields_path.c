// SPDX-License-Identifier: BSD-2-Clause
#include "base/util.h"
#include "output/advice.h"
#include "output/fields_internal.h"
#include "output/known_timeouts.h"
#include "output/path_tolerance.h"

#define GETTER(name) FIELD_GETTER(name)

static bool has(const struct event *ev, enum gap_kind kind)
{
	return ev->path && ev->path->of[kind].times;
}

static int64_t last_ms(const struct event *ev, enum gap_kind kind)
{
	int64_t ago_ns = (int64_t)ev->ts_ns - ev->path->of[kind].last_ns;

	return MAX(ago_ns, 0) / (int64_t)NS_PER_MS;
}

#define GET_GAPS(name, kind)                                     \
	GETTER(name)                                             \
	{                                                        \
		if (!has(ev, kind))                              \
			return false;                            \
		ret->number = tolerance_ms(ev->path, kind);      \
		return true;                                     \
	}                                                        \
	GETTER(name##_times)                                     \
	{                                                        \
		if (!has(ev, kind))                              \
			return false;                            \
		ret->number = (int64_t)ev->path->of[kind].times; \
		return true;                                     \
	}                                                        \
	GETTER(name##_last)                                      \
	{                                                        \
		if (!has(ev, kind))                              \
			return false;                            \
		ret->number = last_ms(ev, kind);                 \
		return true;                                     \
	}

GET_GAPS(get_path_survived, GAP_SURVIVED)
GET_GAPS(get_path_died, GAP_DIED)
GET_GAPS(get_path_reset, GAP_RESET)

GETTER(get_path_contradicts)
{
	if (!ev->path || !bracket_fatal_ns(ev->path))
		return false;
	ret->yes = bracket_contradicts(ev->path);
	return true;
}

/* Only where the gap before this silence is what the bracket is about. */
static bool blames_idleness(const struct event *ev)
{
	return ev->path && ev->cause == CAUSE_IDLE && is_verdict_on_idleness(ev);
}

GETTER(get_consistent_with)
{
	return blames_idleness(ev) &&
	       timeouts_hint(ev->path, ev->verdict == VERDICT_PATH_DEAD ? GAP_DIED : GAP_RESET,
			     ret->text, sizeof(ret->text));
}

GETTER(get_advice)
{
	return advice_text(ev, ret->text, sizeof(ret->text));
}

GETTER(get_advice_keepalive)
{
	if (!blames_idleness(ev) || !advised_keepalive_s(ev->path))
		return false;
	ret->number = advised_keepalive_s(ev->path);
	return true;
}

GETTER(get_paths)
{
	if (!ev->paths)
		return false;
	ret->number = (int64_t)paths__count(ev->paths);
	return true;
}

GETTER(get_paths_forgotten)
{
	if (!ev->paths)
		return false;
	ret->number = (int64_t)paths__forgotten(ev->paths);
	return true;
}
