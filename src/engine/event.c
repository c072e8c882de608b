// SPDX-License-Identifier: BSD-2-Clause
#include "engine/event.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"

static const char *const event_names[] = {
	[EVENT_START] = "start",
	[EVENT_SUSPECT] = "suspect",
	[EVENT_VERDICT] = NULL, /* the verdict's */
	[EVENT_RECOVERED] = "recovered",
	[EVENT_CLOSED] = "closed",
	[EVENT_PROBE_SENT] = "probe-sent",
	[EVENT_PROBE_ANSWERED] = "probe-answered",
	[EVENT_PEER_PROBE] = "peer-probe",
	[EVENT_IDLE_END] = "idle-end",
	[EVENT_RETRANSMIT] = "retransmit",
	[EVENT_LOST] = "lost",
	[EVENT_SUMMARY] = "summary",
	[EVENT_CONNECTION] = "connection",
};
static_assert(ARRAY_SIZE(event_names) == EVENT_MAX, "every event has a name");

/* A number that was given is never given to another verdict. */
static const struct {
	const char *name;
	unsigned int number;
} verdicts[] = {
	[VERDICT_NONE] = { NULL, 0 },
	[VERDICT_PATH_DEAD] = { "path-dead", 1 },
	[VERDICT_ONE_WAY] = { "one-way", 2 },
	[VERDICT_RESET_AFTER_IDLE] = { "reset-after-idle", 3 },
	[VERDICT_LOCAL_DROP] = { "local-drop", 4 },
	[VERDICT_UNREACHABLE] = { "unreachable", 5 },
	[VERDICT_PEER_STALLED] = { "peer-stalled", 6 },
	[VERDICT_MTU_BLACK_HOLE] = { "mtu-black-hole", 7 },
};
static_assert(ARRAY_SIZE(verdicts) == VERDICT_MAX, "every verdict has a name and a number");

static const char *const cause_names[] = {
	[CAUSE_NONE] = NULL,
	[CAUSE_IDLE] = "idle",
	[CAUSE_OUTAGE] = "outage",
};
static_assert(ARRAY_SIZE(cause_names) == CAUSE_MAX, "every cause has a name");

static const char *const confidence_names[] = {
	[CONFIDENCE_NONE] = NULL,
	[CONFIDENCE_SUSPECT] = "suspect",
	[CONFIDENCE_LIKELY] = "likely",
	[CONFIDENCE_CERTAIN] = "certain",
};
static_assert(ARRAY_SIZE(confidence_names) == CONFIDENCE_MAX, "every confidence has a name");

static const char *const trigger_names[] = {
	[TRIGGER_NONE] = NULL,
	[TRIGGER_KEEPALIVE] = "keepalive",
	[TRIGGER_ZERO_WINDOW_PROBE] = "zero-window-probe",
	[TRIGGER_RETRANSMISSION] = "retransmission",
	[TRIGGER_DATA] = "data",
	[TRIGGER_REPEAT] = "peer-repeats",
};
static_assert(ARRAY_SIZE(trigger_names) == TRIGGER_MAX, "every trigger has a name");

static const char *const verify_names[] = {
	[VERIFY_NONE] = NULL,
	[VERIFY_ANSWERS] = "answered",
	[VERIFY_REFUSED] = "refused",
	[VERIFY_SILENT] = "no answer",
	[VERIFY_FAILED] = "could not be tried",
};
static_assert(ARRAY_SIZE(verify_names) == VERIFY_MAX, "every verification has a name");

static const char *const elsewhere_names[] = {
	[IW_ELSEWHERE_NOWHERE] = NULL,
	[IW_ELSEWHERE_FROM] = "from-address",
	[IW_ELSEWHERE_TO] = "to-address",
	[IW_ELSEWHERE_SAME_PORT] = "to-same-port",
};
static_assert(ARRAY_SIZE(elsewhere_names) == IW_ELSEWHERE_MAX, "every place has a name");

/* As ss names them. */
static const char *const state_names[] = {
	[0] = "UNKNOWN",
	[IW_TCP_ESTABLISHED] = "ESTAB",
	[IW_TCP_SYN_SENT] = "SYN-SENT",
	[IW_TCP_SYN_RECV] = "SYN-RECV",
	[IW_TCP_FIN_WAIT1] = "FIN-WAIT-1",
	[IW_TCP_FIN_WAIT2] = "FIN-WAIT-2",
	[IW_TCP_TIME_WAIT] = "TIME-WAIT",
	[IW_TCP_CLOSE] = "UNCONN",
	[IW_TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[IW_TCP_LAST_ACK] = "LAST-ACK",
	[IW_TCP_LISTEN] = "LISTEN",
	[IW_TCP_CLOSING] = "CLOSING",
	[IW_TCP_NEW_SYN_RECV] = "SYN-RECV",
};
static_assert(ARRAY_SIZE(state_names) == IW_TCP_MAX, "every state has a name");

const char *event_name(enum event_type type, enum verdict verdict)
{
	return type == EVENT_VERDICT ? verdict_name(verdict) : event_names[type];
}

bool event_of_name(const char *name, enum event_type *ret_type, enum verdict *ret_verdict)
{
	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		for (enum verdict v = 0; v < (t == EVENT_VERDICT ? VERDICT_MAX : 1); v++) {
			if (!event_name(t, v) || strcmp(event_name(t, v), name))
				continue;
			*ret_type = t;
			*ret_verdict = v;
			return true;
		}
	}
	return false;
}

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

unsigned int verdict_number(enum verdict verdict)
{
	return verdicts[verdict].number;
}

const char *cause_name(enum cause cause)
{
	return cause_names[cause];
}

const char *confidence_name(enum confidence confidence)
{
	return confidence_names[confidence];
}

const char *trigger_name(enum trigger trigger)
{
	return trigger_names[trigger];
}

const char *verify_name(enum verify verify)
{
	return verify_names[verify];
}

const char *elsewhere_name(enum iw_elsewhere elsewhere)
{
	return elsewhere_names[elsewhere];
}

/* Where verdicts are among the events, each of them is. */
const char *event_choice(unsigned int i)
{
	unsigned int n_verdicts = VERDICT_MAX - 1;

	if (i < EVENT_VERDICT)
		return event_names[i];
	if (i < EVENT_VERDICT + n_verdicts)
		return verdict_choice(i - EVENT_VERDICT);
	i -= n_verdicts - 1;
	return i < EVENT_MAX ? event_names[i] : NULL;
}

const char *verdict_choice(unsigned int i)
{
	return i + 1 < VERDICT_MAX ? verdicts[i + 1].name : NULL;
}

const char *cause_choice(unsigned int i)
{
	return i + 1 < CAUSE_MAX ? cause_names[i + 1] : NULL;
}

const char *confidence_choice(unsigned int i)
{
	return i + 1 < CONFIDENCE_MAX ? confidence_names[i + 1] : NULL;
}

const char *trigger_choice(unsigned int i)
{
	return i + 1 < TRIGGER_MAX ? trigger_names[i + 1] : NULL;
}

const char *elsewhere_choice(unsigned int i)
{
	return i + 1 < IW_ELSEWHERE_MAX ? elsewhere_names[i + 1] : NULL;
}

const char *tcp_state_name(unsigned int state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : state_names[0];
}
