// SPDX-License-Identifier: BSD-2-Clause
/* The block for a ticket: what it claims, what it does not, and bytes from anywhere in it. */
#include "output/report.h"

#include "events.h"

#define HEADING 13 /* columns */

static struct sample sample;
static char *block;

static int setup(void **state)
{
	sample_silence(&sample, EVENT_VERDICT);
	sample.ev.probes_failed = sample.ev.crowded = sample.ev.dropped_out = 0;
	sample.ev.drop_seen_name = sample.ev.xdp_name = NULL;
	*state = &sample;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(block);
	block = NULL;
	return 0;
}

#define REPORT_TEST(test) TEST_WITH(test, struct sample *s, setup, teardown)

static const char *report_on(const struct sample *s, const struct field_context *ctx)
{
	free(block);
	block = report_block(&s->ev, ctx);
	assert_non_null(block);
	return block;
}

static const char *report(const struct sample *s)
{
	struct field_context ctx = sample_context();

	return report_on(s, &ctx);
}

/* What stands behind a heading, with the lines that continue it. */
static const char *told(const struct sample *s, const char *heading)
{
	static char text[16384];
	const char *at = strstr(report(s), heading), *end;

	assert_non_null(at);
	assert_int_equal(at[-1], '\n');
	end = strchr(at, '\n');
	while (end && !strncmp(end + 1, "             ", HEADING))
		end = strchr(end + 1, '\n');
	assert_non_null(end);
	snprintf(text, sizeof(text), "%.*s", (int)(end - at) - HEADING, at + HEADING);
	return text;
}

REPORT_TEST(a_whole_report_has_all_its_headings)
{
	static const char *const headings[] = { "Connection", "Program",   "Verdict", "Evidence",
						"Last heard", "Idle for",  "Sent",    "Not heard",
						"Not this",   "Keepalive", "Path",    "Gaps",
						"Advice" };
	const char *at = report(s);

	assert_memory_equal(at, "---- idlewatch evidence ----", 28);
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
		at = strstr(at, headings[i]); /* in this order */
		if (!at || at[-1] != '\n')
			fail_msg("no %s in its place", headings[i]);
	}
	assert_string_equal(strrchr(at, '\n') + 1,
			    "----------------------------------------------------------------");
}

REPORT_TEST(times_are_utc_in_milliseconds)
{
	assert_string_equal(told(s, "Verdict"),
			    "path-dead, likely, at 2024-02-29 18:31:04.000 UTC");
	assert_string_equal(told(s, "Last heard"), "2024-02-29 16:26:04.000 UTC");
	assert_string_equal(told(s, "Idle for"), "2h02m30s, then the first packet that got no "
						 "answer");
	s->ev.last_heard_ns = UINT64_MAX; /* longer ago than the host is up */
	assert_string_equal(told(s, "Last heard"), "2024-02-29 08:31:04.000 UTC");
}

REPORT_TEST(both_ends_are_named)
{
	assert_string_equal(told(s, "Connection"),
			    "10.2.2.2:22 (this end, host bastion) and 10.1.1.1:46560 (peer), TCP, "
			    "ESTAB");
}

REPORT_TEST(each_try_is_told)
{
	assert_string_equal(told(s, "Sent"),
			    "2024-02-29 18:31:01.000 UTC, left this host, no answer");
	s->tries[0].result = -EPERM;
	assert_string_equal(told(s, "Sent"), "2024-02-29 18:31:01.000 UTC, REFUSED on this host");
	assert_contains(report(s), "Sent         2024-02-29 18:31:04.000 UTC, left this host");
	s->ev.n_tries = 0;
	assert_lacks(report(s), "\nSent ");
}

/* Only what was looked for and not found. */
REPORT_TEST(what_was_heard_is_not_denied)
{
	assert_string_equal(told(s, "Not heard"), "no RST, no FIN, no ICMP error since then");
	s->ev.rst_heard = true;
	assert_string_equal(told(s, "Not heard"), "no FIN, no ICMP error since then");
	s->ev.fin_heard = true;
	assert_string_equal(told(s, "Not heard"), "no ICMP error since then");
	s->ev.verdict = VERDICT_UNREACHABLE;
	assert_lacks(report(s), "Not heard");
	assert_lacks(report(s), "Not this host");
}

REPORT_TEST(a_host_that_dropped_something_is_not_cleared)
{
	assert_contains(told(s, "Not this host"), "no drop by this host's");
	s->ev.probes_failed = 1;
	assert_lacks(report(s), "Not this host");
	s->ev.probes_failed = 0;
	s->ev.crowded = 1;
	assert_lacks(report(s), "Not this host");
	s->ev.crowded = 0;
	s->ev.dropped_out = 1;
	assert_lacks(report(s), "Not this host");
	s->ev.dropped_out = 0;
	s->ev.drop_seen_name = "NETFILTER_DROP"; /* in another namespace of it */
	assert_lacks(report(s), "Not this host");
	s->ev.drop_seen_name = NULL;
	s->ev.n_tries = 0; /* nothing that it could have accepted is known */
	assert_lacks(report(s), "Not this host");
}

REPORT_TEST(a_host_whose_drops_cannot_be_seen_is_not_cleared)
{
	s->ev.xdp_name = "eth0\033[2J";
	assert_contains(told(s, "This host"), "cannot be seen");
	assert_lacks(report(s), "Not this host");
	assert_lacks(report(s), "\033");
}

REPORT_TEST(only_an_idle_connection_was_idle)
{
	s->ev.cause = CAUSE_OUTAGE;
	assert_lacks(report(s), "Idle for");
	assert_lacks(report(s), "Time-out");
}

REPORT_TEST(the_settings_are_the_sockets)
{
	assert_string_equal(told(s, "Keepalive"), "on: after 7200 s, every 75 s, 9 times");
	s->fact.flags = 0;
	assert_string_equal(told(s, "Keepalive"), "off");
}

REPORT_TEST(the_path_is_told_as_far_as_it_is_known)
{
	assert_string_equal(told(s, "Path"), "path forgets after 58m20s..2h02m31s");
	assert_contains(told(s, "Gaps"), "survived 58m20s (3x, last 1h00m00s ago)");
	assert_contains(told(s, "Time-out"), "consistent with 3600 s");
	s->ev.path = NULL;
	assert_lacks(report(s), "\nPath ");
	assert_lacks(report(s), "\nGaps ");
	assert_lacks(report(s), "\nTime-out ");
}

REPORT_TEST(a_connection_of_nobody_has_no_program)
{
	s->ev.n_owners = 0;
	assert_lacks(report(s), "Program");
}

/* No byte may move the cursor, end a line or make up a heading of the report. */
REPORT_TEST(hostile_bytes_are_harmless)
{
	struct field_context ctx = sample_context();
	size_t lines = 0;

	for (const char *p = report(s); *p; p++)
		lines += *p == '\n';
	for (size_t i = 0; i < ARRAY_SIZE(hostile_comms); i++) {
		size_t n = 0;

		set_comm(s, hostile_comms[i]);
		snprintf(ctx.host, sizeof(ctx.host), "%s", hostile_comms[i]);
		for (const char *p = report_on(s, &ctx); *p; p++) {
			n += *p == '\n';
			assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f));
		}
		assert_int_equal(n, lines);
		assert_true(is_utf8(block));
		assert_lacks(block, "\xe2\x80\xae"); /* right to left */
	}
}

/* Every byte escaped, and nothing cut off behind it. */
REPORT_TEST(the_longest_host_name_has_room)
{
	struct field_context ctx = sample_context();
	const char *at;

	memset(ctx.host, '\x01', sizeof(ctx.host) - 1);
	ctx.host[sizeof(ctx.host) - 1] = '\0';
	at = strstr(report_on(s, &ctx), "(this end, host ");
	assert_non_null(at);
	at += strlen("(this end, host ") + 4 * (sizeof(ctx.host) - 1);
	assert_memory_equal(at, ") and 10.1.1.1:46560 (peer)", 27);
}

REPORT_TEST(lengths_that_vanish_are_told)
{
	assert_lacks(report(s), "\nSegments ");
	s->ev.verdict = VERDICT_MTU_BLACK_HOLE;
	assert_string_equal(told(s, "Segments"), "1400 bytes sent again 2 times, not acknowledged");
	assert_string_equal(told(s, "Behind it"), "1 acknowledged, 300 bytes");
	assert_string_equal(told(s, "Lengths"), "MSS 1448, path MTU 1500 as this host knows it");
	assert_contains(told(s, "Advice"), "fragmentation needed");
	assert_lacks(report(s), "Not heard");
}
