// SPDX-License-Identifier: BSD-2-Clause
/* What is told of a connection with both its ends: words for every finding, hostile names. */
#include "ends/correlation_text.h"

#include <errno.h>

#include "two_ends.h"

static const char *const files[] = { "/var/tmp/here.jsonl", "there.jsonl" };

/* What two hosts told, and how it is told on. */
struct scene {
	struct line lines[2];
	struct correlation *c;
	struct correlation_view t;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->lines[0] = client();
	s->lines[1] = server();
	s->t = (struct correlation_view){ .files = files, .n_files = 2 };
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	correlation__free(s->c);
	free(s);
	return 0;
}

#define TEXT_TEST(test) TEST_WITH(test, struct scene *s, setup, teardown)

/* The connection that the first n lines make; a test may change it before it is printed. */
static struct connection *join(struct scene *s, size_t n)
{
	correlation__free(s->c);
	s->c = correlate(s->lines, n);
	s->t.correlation = s->c;
	assert_true(s->c->n_connections > 0);
	return &s->c->connections[0];
}

/* Both are good until the next call. */
static const char *printed(struct scene *s)
{
	static char text[16384];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	correlation_print(out, &s->t, &s->c->connections[0]);
	assert_int_equal(fclose(out), 0);
	return text;
}

static const char *clocks(struct scene *s)
{
	static char text[4096];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	text[0] = '\0';
	correlation_print_clocks(out, &s->t);
	assert_int_equal(fclose(out), 0);
	return text;
}

TEXT_TEST(a_connection_is_told_from_both_ends)
{
	join(s, 2);
	assert_string_equal(
		printed(s),
		"Verdict      path-dead, certain: the path lost the packets of both directions\n"
		"Since        1970-01-12 13:46:30.000 UTC, the first packet without an answer\n"
		"Worked       1970-01-12 13:45:30.000 UTC, the last packet that arrived\n"
		"A            host client, 10.1.1.1:40000, peer 10.2.2.2:22, conn 7\n"
		"  says       path-dead, likely: from 13:46:30.000 on 3 keepalives, 0 answered; "
		"last heard the other at 13:45:30.000\n"
		"B            host server, 10.2.2.2:22, peer 10.1.1.1:40000, conn 9\n"
		"  says       path-dead, likely: from 13:46:30.000 on 3 keepalives, 0 answered; "
		"last heard the other at 13:45:30.000\n"
		"A to B       lost: 3 left A and got no answer; B heard nothing from before that "
		"on\n"
		"B to A       lost: 3 left B and got no answer; A heard nothing from before that "
		"on\n"
		"Matched      by sequence numbers, addresses and ports\n"
		"Clocks       A's clock and B's agree to within 1.0s, by the last exchange before a "
		"silence\n"
		"More         --all-events on both ends would show the time of each probe\n");
}

TEXT_TEST(one_end_alone_says_what_is_missing)
{
	struct connection *c = join(s, 1);

	assert_contains(printed(s), "\nB            no line of its other end is in these files\n");
	assert_lacks(printed(s), "\nMatched");
	assert_lacks(printed(s), "\nClocks");
	s->t.n_files = 1;
	assert_contains(printed(s), "\nB            its other end is not in this file\n");
	c->pair.rivals = 2;
	assert_contains(printed(s), "more than one other end fits (3)");
}

/* The peer's host has lines, but none of this connection: its silence speaks. */
TEXT_TEST(a_watched_host_that_missed_nothing_is_named)
{
	s->lines[1].end.pport = 50000; /* of another connection */
	s->lines[1].has_seq = false;
	join(s, 2);
	if (s->c->connections[0].pair.a->key.end.lport != 40000)
		s->c->connections[0] = s->c->connections[1];
	s->c->ends->sources[1].n_watches = 1;
	s->c->ends->sources[1].watches[0].from_ns = 0;
	s->c->ends->sources[1].watches[0].to_ns = INT64_MAX;
	assert_contains(printed(s), "host server has the peer's address, was watched then and");
	s->c->ends->sources[1].watches[0].to_ns = 900000 * S; /* it stopped too early */
	assert_lacks(printed(s), "has the peer's address");
	assert_contains(printed(s), "or it was not watched");
}

/* --- the verdict in words --- */

struct finding {
	enum blame blame;
	int culprit;
	enum fate fate[2];
	const char *words;
};

TEXT_TEST(every_finding_has_its_words)
{
	static const struct finding findings[] = {
		{ BLAME_NONE, 0, {}, "nothing was found wrong for sure" },
		{ BLAME_PATH,
		  0,
		  { FATE_LOST, FATE_LOST_LIKELY },
		  "the packets of both directions" },
		{ BLAME_PATH,
		  0,
		  { FATE_LOST, FATE_ARRIVED },
		  "A's packets to B; B's to A arrived" },
		{ BLAME_PATH, 0, { FATE_LOST, FATE_MIXED }, "of B's to A nothing is known" },
		{ BLAME_PATH,
		  0,
		  { FATE_ARRIVED, FATE_LOST },
		  "B's packets to A; A's to B arrived" },
		{ BLAME_PATH, 0, { FATE_KEPT, FATE_LOST }, "of A's to B nothing is known" },
		{ BLAME_PATH, 0, { FATE_MIXED, FATE_MIXED }, "these lines do not tell" },
		{ BLAME_PATH_OR_PEER, 0, {}, "or the other host was down" },
		{ BLAME_HOST, 0, {}, "A itself dropped packets: not the path" },
		{ BLAME_HOST, 1, {}, "B itself dropped packets: not the path" },
		{ BLAME_HOST, 2, {}, "both hosts dropped packets themselves: not the path" },
		{ BLAME_BOX, 0, {}, "a box on the path sent a reset" },
		{ BLAME_RESET, 0, {}, "from there or from a box on the path" },
		{ BLAME_ROUTER, 0, {}, "the path says so itself" },
		{ BLAME_PROGRAM, 0, {}, "A's program does not read its data: not the path" },
		{ BLAME_PROGRAM, 1, {}, "B's program does not read its data: not the path" },
		{ BLAME_PROGRAM, 2, {}, "neither program reads its data: not the path" },
		{ BLAME_UNCLEAR, 0, {}, "each end hears the other and is not heard" },
	};
	struct connection *c = join(s, 2);
	unsigned int seen = 0;
	char words[256];

	for (size_t i = 0; i < ARRAY_SIZE(findings); i++) {
		c->both.blame = findings[i].blame;
		c->both.culprit = findings[i].culprit;
		memcpy(c->both.fate, findings[i].fate, sizeof(c->both.fate));
		correlation_words(words, sizeof(words), c);
		assert_memory_equal(words, "path-dead, certain: ", 20);
		assert_contains(words, findings[i].words);
		seen |= 1U << findings[i].blame;
	}
	assert_int_equal(seen, (1U << BLAME_MAX) - 1);
}

TEXT_TEST(without_a_verdict_there_is_at_most_a_suspicion)
{
	struct connection *c = join(s, 2);
	char words[256];

	c->both.verdict = VERDICT_NONE;
	correlation_words(words, sizeof(words), c);
	assert_string_equal(words, "none: only a suspicion");
	assert_lacks(printed(s), "\nSince");
	assert_lacks(printed(s), "\nA to B");
	assert_lacks(printed(s), "\nMore");
	c->pair.ea = c->pair.eb = NULL;
	correlation_words(words, sizeof(words), c);
	assert_string_equal(words, "none: nothing went wrong");
	assert_contains(printed(s), "  says       nothing of this silence\n");
}

TEXT_TEST(an_unsure_time_says_how_unsure)
{
	struct connection *c = join(s, 2);

	c->both.worked = (struct moment){ 100 * S, 104 * S };
	assert_contains(printed(s), "Worked       1970-01-01 00:01:42.000 UTC");
	assert_contains(printed(s), "(by A's clock, give or take 2.0s)");
	c->both.worked.hi_ns = 100000 * S; /* more than a day: by no known clock */
	assert_lacks(printed(s), "Worked");
	assert_contains(printed(s), "the first packet without an answer, by its sender\n");
	assert_lacks(printed(s), "give or take");
}

/* --- what an end says --- */

TEXT_TEST(what_an_end_saw_is_told)
{
	struct connection *c = join(s, 2);
	struct episode *ep = c->pair.ea;

	ep->last.trigger = TRIGGER_RETRANSMISSION;
	ep->last.retransmits = 7;
	ep->last.probes_failed = 2;
	ep->last.heard_unreached = 5;
	ep->last.rst_seen = ep->last.icmp_seen = ep->last.local_drop = ep->last.drop_seen = true;
	assert_contains(printed(s), " on 7 retransmissions, 0 answered, 2 refused on this host; ");
	assert_contains(printed(s), "; 5 segments heard that show that its own do not arrive; RST "
				    "heard; ICMP error heard; packets dropped on this host; seen "
				    "dropped in another namespace of this host\n");
	ep->last.forged = true;
	assert_lacks(printed(s), "not the peer's"); /* nobody knows */
	ep->last.forged_known = true;
	assert_contains(printed(s), "; RST heard, not the peer's; ");
	ep->last.trigger = TRIGGER_REPEAT;
	assert_contains(printed(s), ": heard the other ask the same again from 13:46:30.000 on");
	ep->last.trigger = TRIGGER_ZERO_WINDOW_PROBE;
	assert_contains(printed(s), " on 3 zero-window probes, 0 answered");
}

TEXT_TEST(how_a_silence_ended_is_told)
{
	struct episode *ep = join(s, 2)->pair.ea;

	ep->end_ns = 1000100 * S;
	ep->last.event = EVENT_RECOVERED;
	assert_contains(printed(s), "; heard the other again at 13:48:20.000\n");
	ep->last.event = EVENT_CLOSED;
	assert_contains(printed(s), "; closed at 13:48:20.000\n");
	ep->last.error = ETIMEDOUT;
	assert_contains(printed(s),
			"; its program was told at 13:48:20.000: Connection timed out\n");
}

TEXT_TEST(the_directions_have_their_fates)
{
	static const char *const words[] = {
		[FATE_UNKNOWN] = "unknown:",
		[FATE_ARRIVED] = "arrived:",
		[FATE_LOST_LIKELY] = "likely lost:",
		[FATE_LOST] = "lost:",
		[FATE_KEPT] = "not sent: dropped on the sender itself:",
		[FATE_MIXED] = "partly lost:",
	};
	struct connection *c = join(s, 2);
	char line[128];

	for (enum fate fate = 0; fate < FATE_MAX; fate++) {
		c->both.fate[0] = fate;
		snprintf(line, sizeof(line), "\nA to B       %s 3 left A", words[fate]);
		assert_contains(printed(s), line);
	}
	c->sides[1].probes_heard = 2;
	assert_contains(printed(s), "; B heard 2 of A's probes meanwhile\n");
}

/* --- how they were matched --- */

TEXT_TEST(a_match_tells_what_it_rests_on)
{
	struct connection *c = join(s, 2);

	c->pair.how = MATCH_SEQS;
	c->pair.chance = 3e-9;
	assert_contains(printed(s), "by sequence numbers; addresses were translated on the way "
				    "(chance of a mistake 3e-09)\n");
	c->pair.how = MATCH_SEQS_HALF;
	assert_contains(printed(s), "by sequence numbers and one end's address and port; ");
	c->pair.how = MATCH_ADDRESSES;
	assert_contains(printed(s), "numbers (--no-seq)\n");
	c->pair.seqs_differ = true;
	assert_contains(printed(s), "a box on the path rewrites them\n");
}

/* --- clocks --- */

static const char *offset(struct scene *s, struct clock_offset o)
{
	const char *at;

	s->c->connections[0].offset = o;
	at = strstr(printed(s), "Clocks       ");
	assert_non_null(at);
	return at + 13;
}

#define assert_offset(s, expected, ...)                                                       \
	assert_memory_equal(offset((s), (struct clock_offset){ __VA_ARGS__ }), expected "\n", \
			    sizeof(expected))

TEXT_TEST(clocks_are_told_as_far_as_they_are_known)
{
	join(s, 2);
	assert_offset(s, "how far B's clock is from A's is unknown", .kind = OFFSET_UNKNOWN);
	assert_offset(s, "A and B are by one clock", .kind = OFFSET_SAME);
	assert_offset(s,
		      "B's clock is 1m30s ahead of A's, give or take 1.0s, by probes, their "
		      "arrivals and their answers",
		      .kind = OFFSET_MEASURED, .lo_ns = 89 * S, .hi_ns = 91 * S);
	assert_offset(s,
		      "B's clock is 1m30s behind A's, give or take 1.0s, by the last exchange "
		      "before a silence",
		      .kind = OFFSET_ESTIMATE, .lo_ns = -91 * S, .hi_ns = -89 * S);
	assert_offset(s,
		      "B's clock is between 2.0s behind and 5.0s ahead of A's, by what one sent "
		      "and the other heard",
		      .kind = OFFSET_BOUNDS, .lo_ns = -2 * S, .hi_ns = 5 * S);
	assert_offset(s,
		      "B's clock is between 2.0s ahead and 5.0s ahead of A's, by probes, their "
		      "arrivals and their answers; it jumped meanwhile",
		      .kind = OFFSET_MEASURED, .lo_ns = 2 * S, .hi_ns = 5 * S,
		      .contradictory = true);
}

TEXT_TEST(clocks_of_hosts_are_told_by_their_names)
{
	join(s, 1);
	assert_string_equal(clocks(s), ""); /* no two share a connection */
	join(s, 2);
	assert_string_equal(clocks(s), "Clocks: client (here.jsonl)'s clock and server "
				       "(there.jsonl)'s agree to within 1.0s, by the last exchange "
				       "before a silence.\n");
	s->c->clocks[0].offset.drifts = true;
	s->c->clocks[0].offset.drift_ppm = -100;
	assert_contains(clocks(s), "; it drifts by -100 ppm (-0.36 s an hour).\n");
}

/* --- what more could be known --- */

TEXT_TEST(more_is_asked_of_the_end_that_told_less)
{
	struct connection *c = join(s, 2);

	c->pair.a->all_events = true;
	assert_contains(printed(s), "\nMore         --all-events on B would show");
	c->both.fate[0] = FATE_LOST_LIKELY;
	assert_contains(printed(s), "and so which direction lost it\n");
	c->pair.a->all_events = false;
	c->pair.b->all_events = true;
	assert_contains(printed(s), "\nMore         --all-events on A would show");
	c->pair.a->all_events = true;
	assert_lacks(printed(s), "\nMore");
	c->pair.a->all_events = false;
	c->both.blame = BLAME_HOST; /* no probe would tell more */
	c->both.culprit = 0;
	assert_lacks(printed(s), "\nMore");
}

/* --- names --- */

static const char *host(struct scene *s)
{
	static char text[CORRELATION_NAME_LEN];

	correlation_host(text, sizeof(text), &s->t, s->c->connections[0].pair.a);
	return text;
}

TEXT_TEST(a_host_has_its_file_where_the_name_is_not_enough)
{
	join(s, 1);
	assert_string_equal(host(s), "client");
	s->c->ends->hosts[0].many_files = true;
	assert_string_equal(host(s), "client (here.jsonl)");
	s->t.captures = true;
	assert_string_equal(host(s), "here.jsonl");
	assert_lacks(printed(s), "host here");
	assert_lacks(printed(s), "conn 7");
	s->t.n_files = 0;
	assert_string_equal(host(s), "?");
}

TEXT_TEST(processes_are_named_where_known)
{
	s->lines[0].pid = 4711;
	snprintf(s->lines[0].comm, sizeof(s->lines[0].comm), "sshd");
	join(s, 1);
	assert_contains(printed(s), "peer 10.2.2.2:22, sshd, process 4711, conn 7\n");
}

/* From the lines of another host, and file names of this one. */
TEXT_TEST(hostile_names_are_harmless)
{
	static const char *const names[] = { "a\nVerdict      none", "\x1b[2J",	   "\xff\xfe\x80",
					     "\xe2\x80\xaetxt.exe",  "\t\r\b\x7f", "%s%n%d" };
	const char *hostile[2];
	size_t lines = 0;

	s->t.files = hostile;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = 0;

		hostile[0] = hostile[1] = names[i];
		snprintf(s->lines[0].host, sizeof(s->lines[0].host), "%s", names[i]);
		snprintf(s->lines[0].comm, sizeof(s->lines[0].comm), "%s", names[i]);
		s->lines[0].pid = 4711;
		join(s, 2);
		s->c->ends->hosts[0].many_files = s->c->ends->hosts[1].many_files = true;
		for (const char *p = printed(s); *p; p++) {
			n += *p == '\n';
			assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f));
		}
		assert_true(is_utf8(printed(s)));
		assert_lacks(printed(s), "\xe2\x80\xae"); /* right to left */
		assert_int_equal(n, lines ?: n);
		lines = n;
		for (const char *p = clocks(s); p[1]; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

/* Each byte of the longest becomes four. */
TEXT_TEST(the_longest_names_have_room)
{
	const char *at;

	memset(s->lines[0].host, 1, sizeof(s->lines[0].host) - 1);
	memset(s->lines[0].comm, 1, sizeof(s->lines[0].comm) - 1);
	s->lines[0].pid = 4711;
	join(s, 1);
	assert_int_equal(strlen(host(s)), 4 * (LINE_HOST_LEN - 1));
	at = strstr(printed(s), "peer 10.2.2.2:22, ");
	assert_non_null(at);
	at += strlen("peer 10.2.2.2:22, ") + 4 * (LINE_COMM_LEN - 1);
	assert_memory_equal(at, ", process 4711, conn 7\n", 23);
}

TEST(times_before_the_epoch_are_at_its_beginning)
{
	char text[16];

	correlation_time(text, sizeof(text), -5 * S);
	assert_string_equal(text, "00:00:00.000");
	correlation_time(text, sizeof(text), 1700049600 * S + 1999999);
	assert_string_equal(text, "12:00:00.001");
}
