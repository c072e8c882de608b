// SPDX-License-Identifier: BSD-2-Clause
/* One JSON line: what is taken from it, what is refused, and what its bytes may be. */
#include <netinet/in.h>
#include <stdbool.h>
#include <time.h>

#include <errno.h>

#include "check.h"
#include "ends/lines.h"

/* A line with all that this program reads; no two values are alike. */
static const struct {
	const char *key, *value;
} whole[] = {
	{ "schema", "1" },
	{ "ts", "\"2026-11-22T21:31:43.635931188Z\"" },
	{ "ts_mono_ns", "9910128370311" },
	{ "host", "\"web\"" },
	{ "event", "\"closed\"" },
	{ "verdict", "\"path-dead\"" },
	{ "cause", "\"idle\"" },
	{ "confidence", "\"likely\"" },
	{ "trigger", "\"keepalive\"" },
	{ "conn", "\"25dd\"" },
	{ "pid", "101" },
	{ "comm", "\"sshd\"" },
	{ "netns", "4026532245" },
	{ "family", "\"ipv4\"" },
	{ "local_addr", "\"10.77.1.1\"" },
	{ "local_port", "37632" },
	{ "peer_addr", "\"10.77.2.2\"" },
	{ "peer_port", "7000" },
	{ "direction", "\"incoming\"" },
	{ "idle_ms", "102" },
	{ "last_heard_ms", "103" },
	{ "silence_ms", "104" },
	{ "waited_ms", "105" },
	{ "peer_heard_elsewhere_ms", "106" },
	{ "probes_sent", "107" },
	{ "probes_answered", "108" },
	{ "probes_failed", "109" },
	{ "retransmits", "110" },
	{ "heard_unreached", "111" },
	{ "keepalive_intvl_s", "112" },
	{ "snd_una", "113" },
	{ "snd_nxt", "114" },
	{ "rcv_nxt", "4294967295" },
	{ "errno", "115" },
	{ "errno_inferred", "116" },
	{ "rst_seen", "true" },
	{ "fin_seen", "false" },
	{ "icmp_seen", "false" },
	{ "local_drop", "false" },
	{ "forged", "false" },
	{ "drop_seen", "\"netns 1: X\"" },
	{ "verify", "\"answered\"" },
	{ "peer_heard_elsewhere", "\"to-address\"" },
};

/* The whole line but for one value; NULL leaves it out, and a key that it lacks is added. */
static const char *line_but(const char *key, const char *value)
{
	static char text[16384];
	bool done = !value;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		bool it = !strcmp(whole[i].key, key);

		done |= it;
		if (it && !value)
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%c\"%s\":%s", at ? ',' : '{',
				       whole[i].key, it ? value : whole[i].value);
	}
	if (!done)
		at += (size_t)snprintf(text + at, sizeof(text) - at, ",\"%s\":%s", key, value);
	snprintf(text + at, sizeof(text) - at, "}");
	return text;
}

static const char *whole_line(void)
{
	return line_but("", NULL);
}

/* From memory of just that size, without an end: a look behind it is seen. */
static int parse(const char *text, size_t n, struct line *ret, struct line_trouble *ret_why)
{
	char *exact = malloc(n + !n);
	int r;

	assert_non_null(exact);
	memcpy(exact, text, n);
	*ret_why = (struct line_trouble){ .fault = LINE_FAULT_MAX };
	r = line_parse(exact, n, ret, ret_why);
	free(exact);
	return r;
}

static struct line read_line(const char *text)
{
	struct line line;
	struct line_trouble why;

	memset(&line, 0x5a, sizeof(line));
	assert_int_equal(parse(text, strlen(text), &line, &why), 0);
	return line;
}

/* The line is refused for that; what: NULL when any words will do. */
static void assert_refused(const char *text, enum line_fault fault, const char *what)
{
	struct line line, before;
	struct line_trouble why;

	memset(&line, 0x5a, sizeof(line));
	before = line;
	assert_int_equal(parse(text, strlen(text), &line, &why), -EBADMSG);
	assert_int_equal(why.fault, fault);
	assert_memory_equal(&line, &before, sizeof(line));
	if (what)
		assert_string_equal(why.what, what);
}

static void assert_bad(const char *key, const char *value, const char *what)
{
	assert_refused(line_but(key, value), LINE_BAD_VALUE, what);
}

/* --- what is taken --- */

TEST(all_numbers_are_taken)
{
	struct line l = read_line(whole_line());

	assert_int_equal(l.ts_ns, 1795383103635931188);
	assert_int_equal(l.mono_ns, 9910128370311);
	assert_int_equal(l.conn, 0x25dd);
	assert_int_equal(l.netns, 4026532245);
	assert_int_equal(l.pid, 101);
	assert_int_equal(l.idle_ms, 102);
	assert_int_equal(l.last_heard_ms, 103);
	assert_int_equal(l.silence_ms, 104);
	assert_int_equal(l.waited_ms, 105);
	assert_int_equal(l.peer_elsewhere_ms, 106);
	assert_int_equal(l.probes_sent, 107);
	assert_int_equal(l.probes_answered, 108);
	assert_int_equal(l.probes_failed, 109);
	assert_int_equal(l.retransmits, 110);
	assert_int_equal(l.heard_unreached, 111);
	assert_int_equal(l.keepalive_intvl_s, 112);
	assert_int_equal(l.snd_una, 113);
	assert_int_equal(l.snd_nxt, 114);
	assert_int_equal(l.rcv_nxt, 4294967295);
	assert_int_equal(l.error, 115);
	assert_int_equal(l.taken_error, 116);
}

TEST(all_words_are_taken)
{
	struct line l = read_line(whole_line());

	assert_string_equal(l.host, "web");
	assert_string_equal(l.comm, "sshd");
	assert_int_equal(l.event, EVENT_CLOSED);
	assert_int_equal(l.verdict, VERDICT_PATH_DEAD);
	assert_int_equal(l.cause, CAUSE_IDLE);
	assert_int_equal(l.confidence, CONFIDENCE_LIKELY);
	assert_int_equal(l.trigger, TRIGGER_KEEPALIVE);
	assert_int_equal(l.peer_elsewhere, IW_ELSEWHERE_TO);
	assert_true(l.has_conn && l.has_seq && l.in_silence && l.incoming);
	assert_true(l.forged_known && l.drop_seen && l.peer_answers);
	assert_int_equal(l.end.family, AF_INET);
	assert_memory_equal(l.end.laddr, ((uint8_t[]){ 10, 77, 1, 1 }), 4);
	assert_memory_equal(l.end.paddr, ((uint8_t[]){ 10, 77, 2, 2 }), 4);
	assert_int_equal(l.end.lport, 37632);
	assert_int_equal(l.end.pport, 7000);
}

TEST(each_flag_is_its_own)
{
	static const char *const keys[] = { "rst_seen", "fin_seen", "icmp_seen", "local_drop",
					    "forged" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct line l = read_line(line_but(keys[i], "true"));

		assert_true(l.rst_seen); /* in the whole line too */
		assert_int_equal(l.fin_seen, i == 1);
		assert_int_equal(l.icmp_seen, i == 2);
		assert_int_equal(l.local_drop, i == 3);
		assert_int_equal(l.forged, i == 4);
	}
}

/* The names that the outputs write are those that are read. */
TEST(every_name_is_known)
{
	char text[64];

	for (unsigned int i = 0; i < EVENT_MAX; i++) {
		snprintf(text, sizeof(text), "\"%s\"", event_name(i, VERDICT_PATH_DEAD));
		assert_int_equal(read_line(line_but("event", text)).event, i);
	}
	for (unsigned int i = 1; i < VERDICT_MAX; i++) {
		snprintf(text, sizeof(text), "\"%s\"", event_name(EVENT_VERDICT, i));
		assert_int_equal(read_line(line_but("event", text)).event, EVENT_VERDICT);
		snprintf(text, sizeof(text), "\"%s\"", verdict_name(i));
		assert_int_equal(read_line(line_but("verdict", text)).verdict, i);
	}
	for (unsigned int i = 1; i < CAUSE_MAX; i++) {
		snprintf(text, sizeof(text), "\"%s\"", cause_name(i));
		assert_int_equal(read_line(line_but("cause", text)).cause, i);
	}
	for (unsigned int i = 1; i < CONFIDENCE_MAX; i++) {
		snprintf(text, sizeof(text), "\"%s\"", confidence_name(i));
		assert_int_equal(read_line(line_but("confidence", text)).confidence, i);
	}
	for (unsigned int i = 1; i < TRIGGER_MAX; i++) {
		snprintf(text, sizeof(text), "\"%s\"", trigger_name(i));
		assert_int_equal(read_line(line_but("trigger", text)).trigger, i);
	}
}

/* Words of a newer version, or what is no word at all, count as none. */
TEST(names_of_a_newer_version_count_as_none)
{
	static const char *const values[] = { "\"solar-flare\"", "\"\"", "7", "null", "[]", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		assert_int_equal(read_line(line_but("verdict", values[i])).verdict, VERDICT_NONE);
		assert_int_equal(read_line(line_but("cause", values[i])).cause, CAUSE_NONE);
		assert_int_equal(read_line(line_but("confidence", values[i])).confidence,
				 CONFIDENCE_NONE);
		assert_int_equal(read_line(line_but("trigger", values[i])).trigger, TRIGGER_NONE);
	}
}

TEST(fields_of_a_newer_version_are_passed_over)
{
	struct line l = read_line(line_but("solar_flares", "[{\"pid\":5},null]"));

	assert_int_equal(l.pid, 101);
}

/* Each of the three is needed: half of it would match with any other end. */
TEST(sequence_numbers_count_when_all_are_there)
{
	static const char *const keys[] = { "snd_una", "snd_nxt", "rcv_nxt" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_false(read_line(line_but(keys[i], NULL)).has_seq);
}

TEST(what_is_absent_is_not_taken_for_false)
{
	assert_false(read_line(line_but("forged", NULL)).forged_known);
	assert_false(read_line(line_but("silence_ms", NULL)).in_silence);
	assert_false(read_line(line_but("drop_seen", NULL)).drop_seen);
	assert_false(read_line(line_but("direction", NULL)).incoming);
	assert_false(read_line(line_but("direction", "\"outgoing\"")).incoming);
	assert_int_equal(read_line(line_but("pid", NULL)).pid, 0);
	assert_string_equal(read_line(line_but("comm", NULL)).comm, "");
}

TEST(a_peer_that_refuses_answers_too)
{
	assert_true(read_line(line_but("verify", "\"refused\"")).peer_answers);
	assert_false(read_line(line_but("verify", "\"no answer\"")).peer_answers);
	assert_false(read_line(line_but("verify", "\"could not be tried\"")).peer_answers);
	assert_false(read_line(line_but("verify", NULL)).peer_answers);
}

TEST(a_line_about_no_connection_has_none)
{
	struct line l = read_line(line_but("conn", NULL));

	assert_false(l.has_conn || l.has_seq || l.in_silence || l.forged_known || l.incoming);
	assert_int_equal(l.end.lport, 0);
}

/* --- what is no line of ours --- */

TEST(faults_are_told_apart)
{
	static const char *const not_ours[] = { "{}", "[]", "[{\"schema\":1,\"event\":\"start\"}]",
						"{\"schema\":1}", "{\"event\":\"start\"}" };

	for (size_t i = 0; i < ARRAY_SIZE(not_ours); i++)
		assert_refused(not_ours[i], LINE_NOT_OURS, NULL);
	assert_refused(line_but("event", "1"), LINE_NOT_OURS, NULL);
	assert_refused(line_but("event", "\"solar-flare\""), LINE_UNKNOWN_EVENT, NULL);
	assert_refused(line_but("schema", "2"), LINE_OTHER_SCHEMA, NULL);
	assert_refused(line_but("schema", "\"1\""), LINE_OTHER_SCHEMA, NULL);
	assert_refused(line_but("schema", "1.0"), LINE_OTHER_SCHEMA, NULL);
	assert_refused(line_but("schema", "18446744073709551617"), LINE_NOT_JSON, NULL);
}

TEST(what_is_no_json_is_refused_with_a_reason)
{
	static const char *const texts[] = { "",
					     " ",
					     "idlewatch",
					     "17",
					     "\"text\"",
					     "{\"a\":1,}",
					     "{\"a\":1} {\"a\":1}",
					     "{\"a\":\"\\u0000\"}",
					     "{\"a\":\"\x01\"}",
					     "{\"a\":\"\xff\"}",
					     "{\"a\":\"\xc0\x80\"}",
					     "{\"a\":\"\\ud800\"}" };
	struct line line;
	struct line_trouble why;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(parse(texts[i], strlen(texts[i]), &line, &why), -EBADMSG);
		assert_int_equal(why.fault, LINE_NOT_JSON);
		assert_true(why.what && *why.what);
	}
	assert_int_equal(parse("{}\0{}", 5, &line, &why), -EBADMSG);
	assert_int_equal(why.fault, LINE_NOT_JSON);
}

/* Which of the two would count hangs on the reader: then none does. */
TEST(a_key_that_comes_twice_is_refused)
{
	char text[16384];

	snprintf(text, sizeof(text), "{\"pid\":1,%s", whole_line() + 1);
	assert_refused(text, LINE_NOT_JSON, NULL);
}

TEST(deep_nesting_is_refused)
{
	char text[60000];

	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_refused(text, LINE_NOT_JSON, NULL);
	for (size_t i = 0; i + 5 < sizeof(text); i += 5)
		memcpy(text + i, "{\"a\":", 6);
	assert_refused(text, LINE_NOT_JSON, NULL);
}

TEST(a_line_cut_anywhere_is_refused)
{
	const char *text = whole_line();
	size_t n = strlen(text);
	struct line line;
	struct line_trouble why;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(parse(text, i, &line, &why), -EBADMSG);
		assert_int_equal(why.fault, LINE_NOT_JSON);
	}
}

/* Any damage to a good line: refused, or read within the bounds. */
TEST(damaged_lines_stay_within_bounds)
{
	uint64_t seed = 12345;
	size_t n = strlen(whole_line()), read = 0;
	struct line line;
	struct line_trouble why;
	char *text = malloc(n);

	assert_non_null(text);
	for (unsigned int round = 0; round < 20000; round++) {
		memcpy(text, whole_line(), n);
		for (unsigned int k = 0; k <= round % 3; k++)
			text[next_random(&seed) % n] = (char)next_random(&seed);
		if (parse(text, n, &line, &why))
			continue;
		read++;
		assert_true(line.event < EVENT_MAX && line.verdict < VERDICT_MAX);
		assert_true(line.ts_ns >= 0 && line.mono_ns <= INT64_MAX);
		assert_true(line.silence_ms <= INT64_MAX / NS_PER_S);
		assert_true(strnlen(line.host, LINE_HOST_LEN) < LINE_HOST_LEN);
		assert_true(strnlen(line.comm, LINE_COMM_LEN) < LINE_COMM_LEN);
		assert_true(!line.has_conn || line.conn);
	}
	assert_true(read > 100);
	free(text);
}

/* --- times --- */

TEST(times_have_fractions_of_any_length)
{
	static const struct {
		const char *text;
		int64_t ns;
	} times[] = { { "\"1970-01-01T00:00:00Z\"", 0 },
		      { "\"2026-11-22T21:31:43Z\"", 1795383103000000000 },
		      { "\"2026-11-22T21:31:43.5Z\"", 1795383103500000000 },
		      { "\"2026-11-22T21:31:43.000000001Z\"", 1795383103000000001 },
		      { "\"2100-12-31T23:59:59.999999999Z\"", 4133980799999999999 } };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_int_equal(read_line(line_but("ts", times[i].text)).ts_ns, times[i].ns);
}

TEST(times_are_utc_wherever_they_are_read)
{
	int64_t ns;

	setenv("TZ", "America/New_York", 1);
	tzset();
	ns = read_line(whole_line()).ts_ns;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(ns, 1795383103635931188);
}

TEST(bad_times_are_refused)
{
	static const char *const times[] = {
		NULL,
		"17",
		"\"\"",
		"\"2026-11-22\"",
		"\"2026-11-22T21:31:43\"",
		"\"2026-11-22T21:31:43+00:00\"",
		"\"2026-11-22T21:31:43z\"",
		"\"2026-11-22T21:31:43Z \"",
		"\"2026-11-22T21:31:43.1234567890Z\"",
		"\"2026-11-22T21:31:43.-5Z\"",
		"\"2026-13-22T21:31:43Z\"",
		"\"2026-11-22T25:31:43Z\"",
		"\"1969-12-31T23:59:59Z\"",
		"\"2101-01-01T00:00:00Z\"",
		"\"9999-01-01T00:00:00Z\"",
	};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_bad("ts", times[i], "ts");
}

/* --- numbers --- */

static const char *const not_numbers[] = { "-1", "1.0", "1e2", "\"3\"", "true", "null", "[]" };

static void assert_number(const char *key, const char *most, const char *too_much)
{
	read_line(line_but(key, "0"));
	read_line(line_but(key, most));
	assert_bad(key, too_much, key);
	for (size_t i = 0; i < ARRAY_SIZE(not_numbers); i++)
		assert_bad(key, not_numbers[i], key);
}

TEST(numbers_fit_or_are_refused)
{
	static const char *const keys[] = {
		"netns",	 "pid",		"snd_una",	   "snd_nxt",
		"rcv_nxt",	 "probes_sent", "probes_failed",   "probes_answered",
		"retransmits",	 "errno",	"heard_unreached", "keepalive_intvl_s",
		"errno_inferred"
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_number(keys[i], "4294967295", "4294967296");
}

/* So that they are had in nanoseconds without a thought. */
TEST(durations_fit_in_nanoseconds_or_are_refused)
{
	static const char *const keys[] = { "idle_ms", "last_heard_ms", "silence_ms", "waited_ms",
					    "peer_heard_elsewhere_ms" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_number(keys[i], "9223372036", "9223372037");
}

TEST(the_monotonic_clock_must_be_there)
{
	assert_bad("ts_mono_ns", NULL, "ts_mono_ns");
	for (size_t i = 0; i < ARRAY_SIZE(not_numbers); i++)
		assert_bad("ts_mono_ns", not_numbers[i], "ts_mono_ns");
	assert_int_equal(read_line(line_but("ts_mono_ns", "0")).mono_ns, 0);
}

TEST(flags_are_true_or_false)
{
	static const char *const keys[] = { "rst_seen", "fin_seen", "icmp_seen", "local_drop",
					    "forged" };
	static const char *const values[] = { "1", "0", "\"true\"", "null" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(values); k++)
			assert_bad(keys[i], values[k], keys[i]);
	}
}

/* --- which connection --- */

TEST(a_connection_has_a_number_in_hex)
{
	static const char *const bad[] = { "\"\"",  "\"0\"", "\"xyz\"", "\"12 \"",
					   "17",    "null",  "{}",	"\"10000000000000000\"",
					   "\"1g\"" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_bad("conn", bad[i], "conn");
	assert_int_equal(read_line(line_but("conn", "\"ffffffffffffffff\"")).conn, UINT64_MAX);
}

TEST(addresses_are_of_their_family)
{
	static const char *const bad[] = { NULL,
					   "\"\"",
					   "\"10.1.1\"",
					   "\"10.1.1.256\"",
					   "\"10.1.1.1/8\"",
					   "\"::1\"",
					   "\"localhost\"",
					   "167772161",
					   "null" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_bad("local_addr", bad[i], "local_addr");
		assert_bad("peer_addr", bad[i], "peer_addr");
	}
	assert_bad("family", "\"ipv6\"", "local_addr");
}

TEST(ipv6_is_read)
{
	static const char head[] =
		"{\"schema\":1,\"event\":\"closed\",\"host\":\"h\","
		"\"ts\":\"2026-11-22T21:31:43Z\",\"ts_mono_ns\":5,\"conn\":\"1\","
		"\"family\":\"ipv6\",\"local_addr\":\"fd00::1\",";
	char text[512];
	struct line l;

	snprintf(text, sizeof(text), "%s\"peer_addr\":\"fd00::2\",\"peer_port\":22}", head);
	l = read_line(text);
	assert_int_equal(l.end.family, AF_INET6);
	assert_int_equal(l.end.laddr[15], 1);
	assert_int_equal(l.end.paddr[15], 2);
	assert_int_equal(l.end.pport, 22);
	snprintf(text, sizeof(text), "%s\"peer_addr\":\"fe80::2%%eth0\"}", head);
	assert_refused(text, LINE_BAD_VALUE, "peer_addr");
	snprintf(text, sizeof(text), "%s\"peer_addr\":\"10.1.1.1\"}", head);
	assert_refused(text, LINE_BAD_VALUE, "peer_addr");
}

TEST(ports_fit_or_are_unknown)
{
	assert_bad("local_port", "65536", "local_addr");
	assert_bad("peer_port", "-1", "peer_addr");
	assert_int_equal(read_line(line_but("local_port", "65535")).end.lport, 65535);
	assert_int_equal(read_line(line_but("local_port", NULL)).end.lport, 0);
}

/* --- words --- */

TEST(long_names_are_cut)
{
	char value[4096];
	struct line l;

	memset(value, 'x', sizeof(value));
	value[0] = value[sizeof(value) - 2] = '"';
	value[sizeof(value) - 1] = '\0';
	l = read_line(line_but("host", value));
	assert_int_equal(strnlen(l.host, LINE_HOST_LEN), LINE_HOST_LEN - 1);
	l = read_line(line_but("comm", value));
	assert_int_equal(strnlen(l.comm, LINE_COMM_LEN), LINE_COMM_LEN - 1);
	assert_bad("local_addr", value, "local_addr");
	assert_bad("conn", value, "conn");
	assert_bad("ts", value, "ts");
}

TEST(a_line_is_of_some_host)
{
	assert_bad("host", NULL, "host");
	assert_bad("host", "17", "host");
	assert_string_equal(read_line(line_but("host", "\"\"")).host, "");
}
