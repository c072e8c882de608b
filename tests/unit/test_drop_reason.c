// SPDX-License-Identifier: BSD-2-Clause
/* What the kernel calls its reasons for dropping packets. */
#include "check.h"
#include "host/drop_reason.h"

/* A kernel's enums; without a module where that is not loaded. */
struct entry {
	const char *enumeration;
	const char *module;
	uint32_t value;
	const char *name;
};

static const struct entry with_ovs[] = {
	{ "skb_drop_reason", NULL, 8, "SKB_DROP_REASON_NETFILTER_DROP" },
	{ "skb_drop_reason_subsys", NULL, 1, "SKB_DROP_REASON_SUBSYS_MAC80211_UNUSABLE" },
	{ "skb_drop_reason_subsys", NULL, 3, "SKB_DROP_REASON_SUBSYS_OPENVSWITCH" },
	{ "skb_drop_reason_subsys", NULL, 4, "SKB_DROP_REASON_SUBSYS_TUNNELS" },
	{ "ovs_drop_reason", "openvswitch", 0x30001, "OVS_DROP_LAST_ACTION" },
	{ "mac80211_drop_reason", "mac80211", 0x10002, "RX_DROP_U_MIC_FAIL" },
	{ NULL, NULL, 0, NULL },
};

/* As before 6.4. */
static const struct entry without_subsystems[] = {
	{ "skb_drop_reason", NULL, 8, "SKB_DROP_REASON_NETFILTER_DROP" },
	{ NULL, NULL, 0, NULL },
};

static const char *name_of(const char *enumeration, const char *module, uint32_t value, void *ctx)
{
	for (const struct entry *e = ctx; e->enumeration; e++) {
		if (!strcmp(e->enumeration, enumeration) && e->value == value &&
		    !e->module == !module && (!module || !strcmp(e->module, module)))
			return e->name;
	}
	return NULL;
}

static const char *called(const struct entry *kernel, uint32_t reason)
{
	static char name[32];

	drop_reason_name(reason, name_of, (void *)kernel, name, sizeof(name));
	return name;
}

TEST(reasons_of_the_core_have_short_names)
{
	assert_string_equal(called(with_ovs, 8), "NETFILTER_DROP");
	assert_string_equal(called(without_subsystems, 8), "NETFILTER_DROP");
}

TEST(subsystems_name_theirs_themselves)
{
	assert_string_equal(called(with_ovs, 0x30001), "OVS_DROP_LAST_ACTION");
	assert_string_equal(called(with_ovs, 0x10002), "RX_DROP_U_MIC_FAIL");
}

TEST(reason_without_a_name_says_whose_it_is)
{
	assert_string_equal(called(with_ovs, 0x30007), "OPENVSWITCH 0x30007");
	assert_string_equal(called(with_ovs, 0x40001), "TUNNELS 0x40001");
	assert_string_equal(called(with_ovs, 0x10fff), "MAC80211_UNUSABLE 0x10fff");
}

TEST(unknown_subsystem_is_a_number)
{
	assert_string_equal(called(with_ovs, 0x90001), "subsystem 9 reason 0x90001");
	assert_string_equal(called(without_subsystems, 0x30001), "subsystem 3 reason 0x30001");
}

TEST(unknown_reason_is_a_number_and_none_is_none)
{
	assert_string_equal(called(with_ovs, 77), "reason 77");
	assert_string_equal(called(with_ovs, 0), "");
}

TEST(long_names_are_cut)
{
	assert_int_equal(strlen(called(with_ovs, 0xffffffff)), 31);
	assert_contains(called(with_ovs, 0xffffffff), "subsystem 65535 reason 0xffffff");
}
