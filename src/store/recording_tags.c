// SPDX-License-Identifier: BSD-2-Clause
#include "store/recording_tags.h"

#include <assert.h>

#include "base/util.h"

/* --- what stands for an enum's values in the file, for ever --- */

const uint16_t record_numbers[] = {
	[RECORD_FACT] = 1, [RECORD_SAID] = 2, [RECORD_PROCESS] = 3,
	[RECORD_NAME] = 4, [RECORD_PATH] = 5,
};
static_assert(ARRAY_SIZE(record_numbers) == RECORD_KIND_MAX, "every kind has a number");

static const uint16_t fact_numbers[] = {
	[IW_FACT_PROBE_SENT] = 1, [IW_FACT_HEARD] = 2,	      [IW_FACT_RETRANSMIT] = 3,
	[IW_FACT_RST_IN] = 4,	  [IW_FACT_RST_OUT] = 5,      [IW_FACT_ERROR] = 6,
	[IW_FACT_STATE] = 7,	  [IW_FACT_DESTROY] = 8,      [IW_FACT_DROP] = 9,
	[IW_FACT_LOOK] = 10,	  [IW_FACT_LOOK_MISSED] = 11, [IW_FACT_ICMP] = 12,
	[IW_FACT_VERIFY] = 13,	  [IW_FACT_CLOCK] = 14,	      [IW_FACT_SURVIVED] = 15,
	[IW_FACT_WIRE_OUT] = 16,  [IW_FACT_WIRE_IN] = 17,     [IW_FACT_LOOK_FAILED] = 18,
	[IW_FACT_IDLE_END] = 19,
};
static_assert(ARRAY_SIZE(fact_numbers) == IW_FACT_MAX, "every type of fact has a number");

static const uint16_t probe_numbers[] = {
	[IW_PROBE_NONE] = 0,
	[IW_PROBE_KEEPALIVE] = 1,
	[IW_PROBE_ZERO_WINDOW] = 2,
};
static_assert(ARRAY_SIZE(probe_numbers) == IW_PROBE_MAX, "every kind of probe has a number");

static const uint16_t name_numbers[] = { [NAME_NETNS] = 1, [NAME_USER] = 2 };
static_assert(ARRAY_SIZE(name_numbers) == NAME_KIND_MAX, "every kind of name has a number");

/* Only what idlewatch says of itself is recorded: the other lines come of the facts. */
static const uint16_t said_numbers[EVENT_MAX] = {
	[EVENT_START] = 1,
	[EVENT_LOST] = 2,
	[EVENT_SUMMARY] = 3,
};

static const uint16_t holder_numbers[] = {
	[IW_HOLDER_PROGRAM] = 0, [IW_HOLDER_KERNEL] = 1, [IW_HOLDER_LISTENER] = 2,
	[IW_HOLDER_NOBODY] = 3,	 [IW_HOLDER_MPTCP] = 4,
};
static_assert(ARRAY_SIZE(holder_numbers) == IW_HOLDER_MAX, "every holder has a number");

static const uint16_t elsewhere_numbers[] = {
	[IW_ELSEWHERE_NOWHERE] = 0,
	[IW_ELSEWHERE_FROM] = 1,
	[IW_ELSEWHERE_TO] = 2,
	[IW_ELSEWHERE_SAME_PORT] = 3,
};
static_assert(ARRAY_SIZE(elsewhere_numbers) == IW_ELSEWHERE_MAX, "each place has a number");

#define ENUM_FORM(table)                                                      \
	{                                                                     \
		.kind = FORM_ENUM, .numbers = (table), .n = ARRAY_SIZE(table) \
	}

/* An enum is 2 bytes in the file, whatever its member is. */
enum {
	WIDTH_fact_type = 0,
	WIDTH_probe_kind = 0,
	WIDTH_name_kind = 0,
	WIDTH_elsewhere_kind = 0,
	WIDTH_holder_kind = 0,
	WIDTH_said_type = 0
};

static const struct form fact_type = ENUM_FORM(fact_numbers);
static const struct form probe_kind = ENUM_FORM(probe_numbers);
static const struct form name_kind = ENUM_FORM(name_numbers);
static const struct form holder_kind = ENUM_FORM(holder_numbers);
static const struct form elsewhere_kind = ENUM_FORM(elsewhere_numbers);
static const struct form said_type = ENUM_FORM(said_numbers);

/* --- the tags of each struct's members, by rising tag; none is ever used again --- */

#define SETTINGS_MEMBERS(X, T)             \
	X(T, 1, idle_ns, form_u64)         \
	X(T, 2, verify_ns, form_u64)       \
	X(T, 3, probes, form_u32)          \
	X(T, 4, retransmits, form_u32)     \
	X(T, 5, max_connections, form_u32) \
	X(T, 6, all_events, form_u8)       \
	X(T, 7, light, form_u8)            \
	X(T, 8, prefix4, form_u8)          \
	X(T, 9, prefix6, form_u8)          \
	X(T, 10, host, form_text)

/* Bits and TCP states are numbers that bpf/idlewatch.h and the kernel's ABI fix. */
#define FACT_MEMBERS(X, T)                     \
	X(T, 1, ts_ns, form_u64)               \
	X(T, 2, mono_ns, form_u64)             \
	X(T, 3, cookie, form_u64)              \
	X(T, 4, heard_ago_ns, form_u64)        \
	X(T, 5, data_heard_ago_ns, form_u64)   \
	X(T, 6, data_sent_ago_ns, form_u64)    \
	X(T, 7, flight_ago_ns, form_u64)       \
	X(T, 8, survived_ns, form_u64)         \
	X(T, 9, gap_ns, form_u64)              \
	X(T, 10, elsewhere_ago_ns, form_u64)   \
	X(T, 11, netns, form_u32)              \
	X(T, 12, drop_netns, form_u32)         \
	X(T, 13, drop_reason, form_u32)        \
	X(T, 14, uid, form_u32)                \
	X(T, 15, snd_una, form_u32)            \
	X(T, 16, snd_nxt, form_u32)            \
	X(T, 17, write_seq, form_u32)          \
	X(T, 18, rcv_nxt, form_u32)            \
	X(T, 19, snd_wnd, form_u32)            \
	X(T, 20, packets_out, form_u32)        \
	X(T, 21, segs_in, form_u32)            \
	X(T, 22, data_segs_out, form_u32)      \
	X(T, 23, total_retrans, form_u32)      \
	X(T, 24, srtt_us, form_u32)            \
	X(T, 25, rttvar_us, form_u32)          \
	X(T, 26, keepalive_time_ms, form_u32)  \
	X(T, 27, keepalive_intvl_ms, form_u32) \
	X(T, 28, user_timeout_ms, form_u32)    \
	X(T, 29, ts_echo, form_u32)            \
	X(T, 30, ifindex, form_u32)            \
	X(T, 31, result, form_u32)             \
	X(T, 32, sk_err, form_u32)             \
	X(T, 33, sk_err_soft, form_u32)        \
	X(T, 34, family, form_u16)             \
	X(T, 35, lport, form_u16)              \
	X(T, 36, pport, form_u16)              \
	X(T, 37, type, fact_type)              \
	X(T, 38, state, form_u8)               \
	X(T, 39, probe_kind, probe_kind)       \
	X(T, 40, heard_kind, form_u8)          \
	X(T, 41, flags, form_u8)               \
	X(T, 42, probes_out, form_u8)          \
	X(T, 43, retransmits, form_u8)         \
	X(T, 44, backoff, form_u8)             \
	X(T, 45, keepalive_probes, form_u8)    \
	X(T, 46, retries2, form_u8)            \
	X(T, 47, ttl, form_u8)                 \
	X(T, 48, usual_ttl, form_u8)           \
	X(T, 49, old_state, form_u8)           \
	X(T, 50, repeats, form_u8)             \
	X(T, 51, tcp_flags, form_u8)           \
	X(T, 52, rto_max_s, form_u8)           \
	X(T, 53, laddr, form_bytes)            \
	X(T, 54, paddr, form_bytes)            \
	X(T, 55, drop_name, form_text)         \
	X(T, 56, error_taken, form_u8)         \
	X(T, 57, answered, form_u8)            \
	X(T, 58, netns_cookie, form_u64)       \
	X(T, 59, holder, holder_kind)          \
	X(T, 60, elsewhere, elsewhere_kind)    \
	X(T, 61, bytes_acked, form_u64)        \
	X(T, 62, delivered, form_u32)          \
	X(T, 63, sacked_out, form_u32)         \
	X(T, 64, sacked_bytes, form_u32)       \
	X(T, 65, pmtu, form_u32)               \
	X(T, 66, mss, form_u16)                \
	X(T, 67, segment_len, form_u16)        \
	X(T, 68, times, form_u32)              \
	X(T, 69, ttl_low, form_u8)             \
	X(T, 70, ttl_high, form_u8)            \
	X(T, 71, orphan_retries, form_u8)

#define OWNER_MEMBERS(X, T)         \
	X(T, 1, cookie, form_u64)   \
	X(T, 2, pid, form_u32)      \
	X(T, 3, uid, form_u32)      \
	X(T, 4, start_ns, form_u64) \
	X(T, 5, comm, form_text)    \
	X(T, 6, flags, form_u32)

#define SAID_MEMBERS(X, T)                     \
	X(T, 1, said, said_type)               \
	X(T, 2, ts_ns, form_u64)               \
	X(T, 3, detail, form_text)             \
	X(T, 4, totals.connections, form_u64)  \
	X(T, 5, totals.suspects, form_u64)     \
	X(T, 6, totals.recovered, form_u64)    \
	X(T, 7, totals.closed, form_u64)       \
	X(T, 8, totals.lost_kernel, form_u64)  \
	X(T, 9, totals.lost_refused, form_u64) \
	X(T, 10, totals.lost_lines, form_u64)  \
	X(T, 11, totals.undecided, form_u64)

#define VERDICT_MEMBERS(X, T)      \
	X(T, 1, verdict, form_u64) \
	X(T, 2, times, form_u64)

#define PROCESS_MEMBERS(X, T)                \
	X(T, 1, pid, form_u32)               \
	X(T, 2, start_ns, form_u64)          \
	X(T, 3, cgroup.path, form_text)      \
	X(T, 4, cgroup.container, form_text) \
	X(T, 5, cgroup.runtime, form_text)   \
	X(T, 6, cgroup.unit, form_text)      \
	X(T, 7, cmdline, form_text)

#define NAME_MEMBERS(X, T)       \
	X(T, 1, kind, name_kind) \
	X(T, 2, id, form_u32)    \
	X(T, 3, text, form_text)

#define PATH_MEMBERS(X, T)                                   \
	X(T, 1, key.local, form_bytes)                       \
	X(T, 2, key.peer, form_bytes)                        \
	X(T, 3, key.netns, form_u32)                         \
	X(T, 4, key.family, form_u16)                        \
	X(T, 5, key.prefix, form_u16)                        \
	X(T, 6, bracket.of[GAP_SURVIVED].gap_ns, form_u64)   \
	X(T, 7, bracket.of[GAP_SURVIVED].times, form_u64)    \
	X(T, 8, bracket.of[GAP_SURVIVED].last_ns, form_u64)  \
	X(T, 9, bracket.of[GAP_DIED].gap_ns, form_u64)       \
	X(T, 10, bracket.of[GAP_DIED].times, form_u64)       \
	X(T, 11, bracket.of[GAP_DIED].last_ns, form_u64)     \
	X(T, 12, bracket.of[GAP_RESET].gap_ns, form_u64)     \
	X(T, 13, bracket.of[GAP_RESET].times, form_u64)      \
	X(T, 14, bracket.of[GAP_RESET].last_ns, form_u64)    \
	X(T, 15, bracket.of[GAP_SURVIVED].against, form_u64) \
	X(T, 16, bracket.of[GAP_DIED].against, form_u64)     \
	X(T, 17, bracket.of[GAP_RESET].against, form_u64)    \
	X(T, 18, bracket.of[GAP_DISOWNED].gap_ns, form_u64)  \
	X(T, 19, bracket.of[GAP_DISOWNED].times, form_u64)   \
	X(T, 20, bracket.of[GAP_DISOWNED].last_ns, form_u64) \
	X(T, 21, bracket.of[GAP_DISOWNED].against, form_u64) \
	X(T, 22, bracket.of[GAP_CUT].gap_ns, form_u64)       \
	X(T, 23, bracket.of[GAP_CUT].times, form_u64)        \
	X(T, 24, bracket.of[GAP_CUT].last_ns, form_u64)      \
	X(T, 25, bracket.of[GAP_CUT].against, form_u64)      \
	X(T, 26, bracket.of[GAP_CLOSED].gap_ns, form_u64)    \
	X(T, 27, bracket.of[GAP_CLOSED].times, form_u64)     \
	X(T, 28, bracket.of[GAP_CLOSED].last_ns, form_u64)   \
	X(T, 29, bracket.of[GAP_CLOSED].against, form_u64)   \
	X(T, 30, key.netns_cookie, form_u64)

#define TABLE(name, LIST, T)                                                \
	static const struct member name##_rows[] = { LIST(MEMBER_ROW, T) }; \
	const struct members name = { name##_rows, ARRAY_SIZE(name##_rows) }

TABLE(settings_members, SETTINGS_MEMBERS, struct settings);
TABLE(fact_members, FACT_MEMBERS, struct iw_fact);
TABLE(owner_members, OWNER_MEMBERS, struct iw_owner);
TABLE(said_members, SAID_MEMBERS, struct recorded);
TABLE(verdict_members, VERDICT_MEMBERS, struct verdict_count);
TABLE(process_members, PROCESS_MEMBERS, struct process_info);
TABLE(name_members, NAME_MEMBERS, struct record_name);
TABLE(path_members, PATH_MEMBERS, struct path);

/* A number in the file is as wide as its row says, whatever becomes of the member. */
#define ASSERT_WIDTH(type, tag, member, form)                                          \
	static_assert(!WIDTH_##form || WIDTH_##form == sizeof(((type *)NULL)->member), \
		      "a tag keeps its width");
SETTINGS_MEMBERS(ASSERT_WIDTH, struct settings)
FACT_MEMBERS(ASSERT_WIDTH, struct iw_fact)
OWNER_MEMBERS(ASSERT_WIDTH, struct iw_owner)
SAID_MEMBERS(ASSERT_WIDTH, struct recorded)
VERDICT_MEMBERS(ASSERT_WIDTH, struct verdict_count)
PROCESS_MEMBERS(ASSERT_WIDTH, struct process_info)
NAME_MEMBERS(ASSERT_WIDTH, struct record_name)
PATH_MEMBERS(ASSERT_WIDTH, struct path)

/* What a struct is given anew is recorded too: padding is what belongs to no member. */
#define ASSERT_ALL(LIST, T, padding) \
	static_assert((0 LIST(MEMBER_SIZE, T)) + (padding) == sizeof(T), "each member has a tag")

ASSERT_ALL(SETTINGS_MEMBERS, struct settings, 0);
ASSERT_ALL(FACT_MEMBERS, struct iw_fact, sizeof(((struct iw_fact *)NULL)->pad));
ASSERT_ALL(OWNER_MEMBERS, struct iw_owner, sizeof(((struct iw_owner *)NULL)->pad));
ASSERT_ALL(VERDICT_MEMBERS, struct verdict_count, 0);
ASSERT_ALL(PROCESS_MEMBERS, struct process_info, sizeof(((struct process_info *)NULL)->pad) + 7);
ASSERT_ALL(NAME_MEMBERS, struct record_name, 0);
ASSERT_ALL(PATH_MEMBERS, struct path, 0);
static_assert(sizeof(struct totals) == (8 + VERDICT_MAX) * sizeof(uint64_t),
	      "all totals have tags");
static_assert(GAP_KINDS == 6, "all kinds of gaps have tags");
