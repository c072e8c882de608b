// SPDX-License-Identifier: BSD-2-Clause
#include "base/util.h"
#include "output/fields_internal.h"

#define GETTER(name) FIELD_GETTER(name)

#define GET_MS(name, when, ns)                             \
	GETTER(name)                                       \
	{                                                  \
		if (!(when))                               \
			return false;                      \
		ret->number = (int64_t)((ns) / NS_PER_MS); \
		return true;                               \
	}

#define X (ev->exposure)
#define F (ev->fact)

GETTER(get_risk)
{
	return X && set_text(ret, risk_name(X->risk));
}

GET_MS(get_noticed_ms, X && X->noticed_ns && X->noticed_ns != NOTICED_NEVER, X->noticed_ns)
GET_MS(get_next_probe_ms, X && X->next_probe_ns, X->next_probe_ns)
GET_MS(get_assumed_ms, X && X->risk, X->assumed_ns)
GET_MS(get_data_heard_ms, X && X->has_ages && X->had_data_in, F->data_heard_ago_ns)
GET_MS(get_data_sent_ms, X && X->has_ages && X->had_data_out, F->data_sent_ago_ns)

GET_MS(get_traffic_every, X && X->rhythm.gap_ns, X->rhythm.gap_ns)
GET_MS(get_observed, X && X->rhythm.observed_ns, X->rhythm.observed_ns)

GETTER(get_traffic_times)
{
	if (!X || !X->rhythm.gap_ns)
		return false;
	ret->number = X->rhythm.times;
	return true;
}

GETTER(get_traffic_ours)
{
	if (!X || !X->rhythm.gap_ns)
		return false;
	ret->yes = X->rhythm.is_ours;
	return true;
}

/* "15.0s 4x" */
GETTER(get_traffic)
{
	char every[DURATION_LEN];

	if (!X || !X->rhythm.gap_ns)
		return false;
	format_duration(every, sizeof(every), X->rhythm.gap_ns);
	snprintf(ret->text, sizeof(ret->text), "%s %ux", every, X->rhythm.times);
	return true;
}

GETTER(get_noticed)
{
	if (!X || !X->noticed_ns)
		return false;
	if (X->noticed_ns == NOTICED_NEVER)
		return set_text(ret, "never");
	/* Not before the second that it ends in: 924.6 s are 15m25s. */
	return set_duration(ret, (X->noticed_ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S);
}

/* "off", or "7200+9x75": time, probes, interval. */
GETTER(get_keepalive_times)
{
	if (!F)
		return false;
	if (!(F->flags & IW_F_KEEPALIVE_ON))
		return set_text(ret, "off");
	snprintf(ret->text, sizeof(ret->text), "%u+%ux%u", F->keepalive_time_ms / 1000,
		 F->keepalive_probes, F->keepalive_intvl_ms / 1000);
	return true;
}

GETTER(get_next_probe)
{
	return X && X->next_probe_ns && set_duration(ret, X->next_probe_ns);
}

GETTER(get_data_heard)
{
	return X && X->has_ages && X->had_data_in && set_duration(ret, F->data_heard_ago_ns);
}

GETTER(get_data_sent)
{
	return X && X->has_ages && X->had_data_out && set_duration(ret, F->data_sent_ago_ns);
}

GETTER(get_user_timeout_text)
{
	return F && F->user_timeout_ms && set_duration(ret, F->user_timeout_ms * NS_PER_MS);
}

GETTER(get_netns_text)
{
	const char *name = F ? names__get(ctx->names, NAME_NETNS, F->netns) : NULL;

	if (!X)
		return false;
	if (name)
		return set_text(ret, name);
	snprintf(ret->text, sizeof(ret->text), "%u", F->netns);
	return true;
}
