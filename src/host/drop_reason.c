// SPDX-License-Identifier: BSD-2-Clause
#include "host/drop_reason.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"

/* include/net/dropreason.h, the same 6.4 to 7.x */
#define SUBSYSTEM_SHIFT 16

#define CORE_PREFIX "SKB_DROP_REASON_"
#define SUBSYSTEM_PREFIX CORE_PREFIX "SUBSYS_"

/* Who else has reasons of its own; mac80211 had two subsystems up to 6.12. */
static const struct {
	const char *subsystem; /* as skb_drop_reason_subsys has it; the start of it */
	const char *enumeration;
	const char *module;
} others[] = {
	{ "OPENVSWITCH", "ovs_drop_reason", "openvswitch" },
	{ "MAC80211", "mac80211_drop_reason", "mac80211" },
};

static const char *without(const char *prefix, const char *name)
{
	size_t len = strlen(prefix);

	return name && !strncmp(name, prefix, len) ? name + len : name;
}

/* A reason of this subsystem. */
static const char *name_in(const char *subsystem, uint32_t reason, enum_name_fn name_of, void *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strncmp(subsystem, others[i].subsystem, strlen(others[i].subsystem)))
			return name_of(others[i].enumeration, others[i].module, reason, ctx);
	}
	return NULL;
}

static void name_of_other(uint32_t reason, enum_name_fn name_of, void *ctx, char *buf, size_t size)
{
	uint32_t number = reason >> SUBSYSTEM_SHIFT;
	const char *name = NULL;
	char subsystem[32];

	name = without(SUBSYSTEM_PREFIX, name_of("skb_drop_reason_subsys", NULL, number, ctx));
	if (!name) {
		snprintf(buf, size, "subsystem %u reason 0x%x", number, reason);
		return;
	}
	snprintf(subsystem, sizeof(subsystem), "%s", name);
	name = name_in(subsystem, reason, name_of, ctx);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s 0x%x", subsystem, reason);
}

void drop_reason_name(uint32_t reason, enum_name_fn name_of, void *ctx, char *buf, size_t size)
{
	const char *name;

	if (reason >> SUBSYSTEM_SHIFT) {
		name_of_other(reason, name_of, ctx, buf, size);
		return;
	}
	name = without(CORE_PREFIX, name_of("skb_drop_reason", NULL, reason, ctx));
	if (name)
		snprintf(buf, size, "%s", name);
	else if (reason)
		snprintf(buf, size, "reason %u", reason);
	else
		buf[0] = '\0';
}
