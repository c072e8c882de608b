/* SPDX-License-Identifier: BSD-2-Clause */
/* Events for the tests of outputs, without an engine. */
#ifndef EVENTS_H
#define EVENTS_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "output/fields.h"

/* 2024-02-29T18:31:04.000000005Z, less the time since boot. */
#define SAMPLE_TS_NS (10 * HOUR_NS + 5)
#define SAMPLE_REALTIME_OFFSET_NS ((int64_t)(1709231464 * NS_PER_S - 10 * HOUR_NS))

/* An event with all that it points to; sample_event() fills it in place. */
struct sample {
	struct event ev;
	struct iw_fact fact;
	struct iw_owner owners[2];
	struct attempt tries[2];
	struct exposure exposure;
	struct bracket path;
	struct totals totals;
};

#define SAMPLE_CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What the first owner of the samples, their user and namespace are called. */
static inline const struct names *sample_names(void)
{
	static const struct process_info sshd = {
		.pid = 2231,
		.start_ns = 5,
		.cgroup = { .path = "/system.slice/ssh.service",
			    .container = SAMPLE_CONTAINER,
			    .runtime = "podman",
			    .unit = "ssh.service" },
		.cmdline = "sshd: alice",
	};
	static struct names *names;

	if (!names) {
		assert_int_equal(names__new(&names), 0);
		assert_int_equal(names__set_process(names, &sshd), 1);
		assert_int_equal(names__set(names, NAME_USER, 1000, "alice"), 1);
		assert_int_equal(names__set(names, NAME_NETNS, 4026531840U, "blue"), 1);
	}
	return names;
}

/* Gaps of 3500 s pass, of 7351 s do not. */
static inline struct bracket sample_bracket(void)
{
	return (struct bracket){ .of = {
					 [GAP_SURVIVED] = { .gap_ns = 3500 * NS_PER_S,
							    .times = 3,
							    .last_ns = SAMPLE_TS_NS - HOUR_NS },
					 [GAP_DIED] = { .gap_ns = 7351 * NS_PER_S,
							.times = 2,
							.last_ns = SAMPLE_TS_NS },
					 [GAP_RESET] = { .gap_ns = 7800 * NS_PER_S,
							 .times = 1,
							 .last_ns = SAMPLE_TS_NS - MINUTE_NS },
				 } };
}

/* Of one path, for the summary. */
static inline const struct paths *sample_paths(void)
{
	static struct paths *paths;
	const struct path one = { .key = { .local = { 10, 2, 2, 2 },
					   .peer = { 10, 1, 1, 1 },
					   .family = AF_INET,
					   .prefix = 32 },
				  .bracket = sample_bracket() };

	if (!paths) {
		assert_int_equal(paths__new(0, 0, 16, &paths), 0);
		paths__remember(paths, &one);
	}
	return paths;
}

static inline struct field_context sample_context(void)
{
	struct field_context ctx = { .realtime_offset_ns = SAMPLE_REALTIME_OFFSET_NS,
				     .names = sample_names() };

	snprintf(ctx.host, sizeof(ctx.host), "bastion");
	return ctx;
}

static inline struct iw_fact sample_fact(void)
{
	return (struct iw_fact){
		.cookie = 0xabc,
		.netns = 4026531840U,
		.uid = 1000,
		.family = AF_INET,
		.laddr = { 10, 2, 2, 2 },
		.lport = 22,
		.paddr = { 10, 1, 1, 1 },
		.pport = 46560,
		.state = 1,
		.flags = IW_F_KEEPALIVE_ON | IW_F_ACCEPTED,
		.keepalive_time_ms = 7200000,
		.keepalive_intvl_ms = 75000,
		.keepalive_probes = 9,
		.user_timeout_ms = 30000,
		.survived_ns = HOUR_NS,
		.snd_una = 0xfffffff0,
		.snd_nxt = 0x10,
	};
}

/* A silence of a connection: every value is there, the verdict too. */
static const struct wire sample_wire = {
	.out = 3,
	.out_name = "eth0",
	.in = 1,
	.in_ttl = 61,
	.in_name = "eth0",
};

/* A long one sent again, a short one behind it acknowledged. */
static const struct flight sample_flight = {
	.bytes_acked = 350,
	.delivered = 3,
	.bytes = 1748,
	.segments = 2,
	.sacked = 1,
	.sacked_bytes = 300,
	.pmtu = 1500,
	.mss = 1448,
	.len = 1400,
	.headers = 52,
};

static inline void sample_silence(struct sample *s, enum event_type type)
{
	*s = (struct sample){
		.fact = sample_fact(),
		.owners = { { .pid = 2231, .start_ns = 5, .comm = "sshd" },
			    { .pid = 2240, .comm = "bash", .flags = IW_OWNER_EXITED } },
		.tries = { { .ts_ns = SAMPLE_TS_NS - 3 * NS_PER_S }, { .ts_ns = SAMPLE_TS_NS } },
		.path = sample_bracket(),
	};
	s->ev = (struct event){
		.type = type,
		.verdict = VERDICT_PATH_DEAD,
		.cause = CAUSE_IDLE,
		.confidence = CONFIDENCE_LIKELY,
		.trigger = TRIGGER_KEEPALIVE,
		.ts_ns = SAMPLE_TS_NS,
		.fact = &s->fact,
		.owners = s->owners,
		.n_owners = 2,
		.idle_ns = 7350 * NS_PER_S,
		.last_heard_ns = 7500 * NS_PER_S,
		.silence_ns = 150 * NS_PER_S,
		.gives_up_in_ns = 525 * NS_PER_S,
		.probes_sent = 3,
		.probes_failed = 1,
		.crowded = 2,
		.send_errno = EPERM,
		.retransmits = 2,
		.error = ETIMEDOUT,
		.taken_error = ETIMEDOUT,
		.in_silence = true,
		.tries = s->tries,
		.n_tries = 2,
		.waited_ns = 3 * NS_PER_S,
		.verify = VERIFY_ANSWERS,
		.elsewhere_ago_ns = 4 * NS_PER_S,
		.together = 2,
		.elsewhere = IW_ELSEWHERE_SAME_PORT,
		.flight = &sample_flight,
		.passed = 2,
		.also = VERDICT_ONE_WAY,
		.unreached = 5,
		.rst_ttl = 63,
		.usual_ttl = 60,
		.origin = ORIGIN_BOX,
		.is_unasked = true,
		.drop_seen_name = "NO_ROUTE",
		.drop_seen_netns = 4026532001U,
		.xdp_name = "eth0",
		.dropped_out = 2,
		.dropped_in = 1,
		.drop_name = "NETFILTER_DROP",
		.path = &s->path,
		.wire = &sample_wire,
	};
}

/* With --all-events: nothing is wrong. */
static inline void sample_plain(struct sample *s, enum event_type type)
{
	*s = (struct sample){ .fact = sample_fact() };
	s->ev = (struct event){ .type = type, .ts_ns = SAMPLE_TS_NS, .fact = &s->fact };
}

/* One of `idlewatch list`. */
static inline void sample_listed(struct sample *s)
{
	*s = (struct sample){ .fact = sample_fact(),
			      .exposure = { .risk = RISK_KEEPALIVE_TOO_LATE,
					    .has_ages = true,
					    .had_data_in = true,
					    .had_data_out = true,
					    .idle_ns = 60 * NS_PER_S,
					    .noticed_ns = 7875 * NS_PER_S,
					    .next_probe_ns = 7140 * NS_PER_S,
					    .assumed_ns = 350 * NS_PER_S,
					    .rhythm = { .gap_ns = 300 * NS_PER_S,
							.times = 4,
							.is_ours = true,
							.observed_ns = 1300 * NS_PER_S } } };
	s->fact.holder = IW_HOLDER_KERNEL;
	s->fact.data_heard_ago_ns = 60 * NS_PER_S;
	s->fact.data_sent_ago_ns = 61 * NS_PER_S;
	s->ev = (struct event){ .type = EVENT_CONNECTION,
				.ts_ns = SAMPLE_TS_NS,
				.fact = &s->fact,
				.idle_ns = s->exposure.idle_ns,
				.exposure = &s->exposure };
}

/* About idlewatch itself. */
static inline void sample_own(struct sample *s, enum event_type type)
{
	*s = (struct sample){
		.totals = { .connections = 12, .suspects = 3, .lost_lines = 1, .undecided = 4 }
	};
	s->totals.verdicts[VERDICT_PATH_DEAD] = 2;
	s->totals.verdicts[VERDICT_LOCAL_DROP] = 1;
	s->ev = (struct event){ .type = type, .ts_ns = SAMPLE_TS_NS, .totals = &s->totals };
	if (type == EVENT_SUMMARY)
		s->ev.paths = sample_paths();
	else
		s->ev.detail = "watching 12 connections";
}

/* The one that fits the type. */
static inline void sample_event(struct sample *s, enum event_type type)
{
	if (type == EVENT_START || type == EVENT_LOST || type == EVENT_SUMMARY)
		sample_own(s, type);
	else if (type == EVENT_CONNECTION)
		sample_listed(s);
	else if (type >= EVENT_PROBE_SENT && type <= EVENT_RETRANSMIT)
		sample_plain(s, type);
	else
		sample_silence(s, type);
}

/* Bytes for a comm, cut to its length. */
static inline void set_comm(struct sample *s, const char *comm)
{
	snprintf(s->owners[0].comm, sizeof(s->owners[0].comm), "%s", comm);
}

/* What a program may call itself. */
static const char *const hostile_comms[] = {
	"a\nb",
	"\"quoted\"",
	"{\"a\":1}",
	"\x1b[2J\x1b[31m",
	"\xff\xfe\x80",
	"\xc0\xaf",
	"\xed\xa0\x80",
	"cut mid\xc3",
	"\xe2\x80\xaetxt.exe",
	"\\x41\\",
	"\t\r\b\x7f",
	"   ",
	"%s%n%d",
	"",
};

#endif /* EVENTS_H */
