// SPDX-License-Identifier: BSD-2-Clause
#include "engine/event.h"

#include <assert.h>

#include "base/util.h"

static const char *const event_names[] = {
	[EVENT_START] = "start",
	[EVENT_SUSPECT] = "suspect",
	[EVENT_PATH_DEAD] = "path-dead",
	[EVENT_ONE_WAY] = "one-way",
	[EVENT_RESET_AFTER_IDLE] = "reset-after-idle",
	[EVENT_LOCAL_DROP] = "local-drop",
	[EVENT_UNREACHABLE] = "unreachable",
	[EVENT_PEER_STALLED] = "peer-stalled",
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

/* Those of verdicts that are no more are never given again. */
static const unsigned int verdict_numbers[] = {
	[VERDICT_NONE] = 0,	    [VERDICT_PATH_DEAD] = 1,
	[VERDICT_ONE_WAY] = 2,	    [VERDICT_RESET_AFTER_IDLE] = 3,
	[VERDICT_LOCAL_DROP] = 4,   [VERDICT_UNREACHABLE] = 5,
	[VERDICT_PEER_STALLED] = 6,
};
static_assert(ARRAY_SIZE(verdict_numbers) == VERDICT_MAX, "every verdict has a number");

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
	[VERIFY_ANSWERS] = "peer answers",
	[VERIFY_REFUSED] = "peer host answers, port closed",
	[VERIFY_SILENT] = "no answer",
	[VERIFY_FAILED] = "could not be tried",
};
static_assert(ARRAY_SIZE(verify_names) == VERIFY_MAX, "every verification has a name");

/* Order of the kernel's enum in include/net/tcp_states.h, part of its ABI. */
static const char *const state_names[] = {
	"UNKNOWN", "ESTAB",	 "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
	"UNCONN",  "CLOSE-WAIT", "LAST-ACK", "LISTEN",	 "CLOSING",    "SYN-RECV",
};

const char *event_name(enum event_type type)
{
	return event_names[type];
}

enum event_type verdict_event(enum verdict verdict)
{
	return EVENT_PATH_DEAD + (unsigned int)verdict - VERDICT_PATH_DEAD;
}

bool is_verdict(enum event_type type)
{
	return type >= EVENT_PATH_DEAD && type <= EVENT_PEER_STALLED;
}

const char *verdict_name(enum verdict verdict)
{
	if (verdict == VERDICT_NONE)
		return NULL;
	return event_name(verdict_event(verdict));
}

unsigned int verdict_number(enum verdict verdict)
{
	return verdict_numbers[verdict];
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

const char *tcp_state_name(unsigned int state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : state_names[0];
}
