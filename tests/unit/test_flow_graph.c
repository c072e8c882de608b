// SPDX-License-Identifier: BSD-2-Clause
/* Which rows a flow graph has: arrows and where they end, words, times, and what is left out. */
#include <inttypes.h>

#include "ends/flow_graph.h"
#include "two_ends.h"

/* Lines of two hosts, the connection that they make and its graph. */
struct scene {
	struct line lines[32];
	size_t n;
	bool captures;
	struct correlation *c;
	struct flow_graph *graph;
	char text[8192];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	flow_graph__free(s->graph);
	correlation__free(s->c);
	free(s);
	return 0;
}

#define GRAPH_TEST(test) TEST_WITH(test, struct scene *s, setup, teardown)

static void say(struct scene *s, struct line l)
{
	assert_true(s->n < ARRAY_SIZE(s->lines));
	s->lines[s->n++] = l;
}

/* Draws the connection as it is now: a test may have changed it. */
static const struct flow_graph *draw(struct scene *s)
{
	static const char *const files[] = { "here.jsonl", "there.jsonl" };
	struct correlation_view t = { .files = files, .n_files = 2, .captures = s->captures };

	if (!s->c)
		s->c = correlate(s->lines, s->n);
	assert_int_equal(s->c->n_connections, 1);
	t.correlation = s->c;
	flow_graph__free(s->graph);
	s->graph = NULL;
	assert_int_equal(flow_graph__new(&t, &s->c->connections[0], &s->graph), 0);
	return s->graph;
}

static size_t put_row(char *text, size_t size, const struct flow_graph_row *row)
{
	static const char *const ends[] = { [ARROW_ARRIVES] = "",
					    [ARROW_DIES] = " X",
					    [ARROW_UNANSWERED] = " ?",
					    [ARROW_FROM_BOX] = " from a box" };
	int64_t ms = (row->ts_ns - 1000000 * S) / (int64_t)NS_PER_MS;
	int n;

	if (row->arrow)
		n = snprintf(text, size, "%s%s%+" PRId64 " %s %s%s\n", row->gap ? "... " : "",
			     row->vague ? "~" : "", ms, row->from ? "A<-B" : "A->B", row->label,
			     ends[row->arrow]);
	else
		n = snprintf(text, size, "%s%s%+" PRId64 " %c %s%s\n", row->gap ? "... " : "",
			     row->vague ? "~" : "", ms, row->column ? 'B' : 'A',
			     row->strong ? "!" : "", row->note);
	return (size_t)n;
}

/* All rows: milliseconds from the verdict, arrows or words; "..." a gap, ~ vague, ! strong. */
static const char *picture(struct scene *s)
{
	const struct flow_graph *graph = draw(s);
	size_t at = 0;

	s->text[0] = '\0';
	for (size_t i = 0; i < graph->n_rows; i++) {
		at += put_row(s->text + at, sizeof(s->text) - at, &graph->rows[i]);
		assert_true(at < sizeof(s->text));
	}
	return s->text;
}

static bool has_row(struct scene *s, const char *row)
{
	return strstr(picture(s), row);
}

static struct line mark(struct line l, enum event_type event, int64_t ns)
{
	l = later(l, ns);
	l.event = event;
	l.verdict = VERDICT_NONE;
	l.in_silence = false;
	return l;
}

/* --- from counts --- */

GRAPH_TEST(counts_become_the_first_and_the_last)
{
	struct line l = client();

	l.waited_ms = 500;
	say(s, l);
	assert_string_equal(picture(s), "-70000 A last heard the other\n"
					"... -10000 A->B keepalive ?\n"
					"... ~-5250 A->B keepalive ?\n"
					"... -500 A->B keepalive ?\n"
					"+0 A !path-dead, likely\n");
}

GRAPH_TEST(no_more_is_drawn_than_was_sent)
{
	static const char *const expected[] = {
		"-70000 A last heard the other\n... +0 A !path-dead, likely\n",
		"-70000 A last heard the other\n... -10000 A->B keepalive ?\n"
		"... +0 A !path-dead, likely\n",
		"-70000 A last heard the other\n... -10000 A->B keepalive ?\n"
		"... +0 A->B keepalive ?\n+0 A !path-dead, likely\n",
	};

	for (unsigned int n = 0; n < ARRAY_SIZE(expected); n++) {
		struct line l = client();

		l.probes_sent = n;
		s->n = 0;
		say(s, l);
		assert_string_equal(picture(s), expected[n]);
		correlation__free(s->c);
		s->c = NULL;
	}
}

GRAPH_TEST(many_more_are_one_row)
{
	static const struct {
		enum trigger trigger;
		const char *first, *more, *last;
	} cases[] = {
		{ TRIGGER_KEEPALIVE, "-10000 A->B keepalive ?\n",
		  "~-5000 A->B 7 more keepalives, every 75 s ?\n", "+0 A->B keepalive ?\n" },
		{ TRIGGER_ZERO_WINDOW_PROBE, "-10000 A->B zero-window probe ?\n",
		  "~-5000 A->B 7 more zero-window probes ?\n", "+0 A->B zero-window probe ?\n" },
		{ TRIGGER_RETRANSMISSION, "-10000 A->B data ?\n",
		  "~-5000 A->B 3 more retransmissions ?\n", "+0 A->B retransmission ?\n" },
		{ TRIGGER_DATA, "-10000 A->B data ?\n", "~-5000 A->B 3 more retransmissions ?\n",
		  "+0 A->B retransmission ?\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct line l = client();

		l.trigger = cases[i].trigger;
		l.probes_sent = 9;
		l.retransmits = 4;
		l.keepalive_intvl_s = 75;
		s->n = 0;
		say(s, l);
		assert_true(has_row(s, cases[i].first));
		assert_true(has_row(s, cases[i].more));
		assert_true(has_row(s, cases[i].last));
		correlation__free(s->c);
		s->c = NULL;
	}
}

GRAPH_TEST(without_an_interval_none_is_told)
{
	struct line l = client();

	l.probes_sent = 9;
	say(s, l);
	assert_true(has_row(s, "A->B 7 more keepalives ?\n"));
}

/* Nothing of its own went unanswered. */
GRAPH_TEST(who_only_listens_has_no_arrows)
{
	struct line l = client();

	l.trigger = TRIGGER_REPEAT;
	say(s, l);
	assert_false(has_row(s, "A->B"));
	draw(s);
	s->c->connections[0].pair.ea->last.trigger = TRIGGER_KEEPALIVE;
	assert_true(has_row(s, "A->B"));
	s->c->connections[0].pair.ea->last.verdict = VERDICT_PEER_STALLED;
	assert_false(has_row(s, "A->B"));
}

GRAPH_TEST(the_fate_of_a_direction_ends_its_arrows)
{
	static const char *const ends[FATE_MAX] = {
		[FATE_UNKNOWN] = "keepalive ?\n",     [FATE_ARRIVED] = "keepalive\n",
		[FATE_LOST_LIKELY] = "keepalive X\n", [FATE_LOST] = "keepalive X\n",
		[FATE_KEPT] = "keepalive X\n",	      [FATE_MIXED] = "keepalive ?\n"
	};

	say(s, client());
	draw(s);
	for (unsigned int fate = 0; fate < FATE_MAX; fate++) {
		s->c->connections[0].both.fate[0] = fate;
		s->c->connections[0].both.fate[1] = FATE_MAX - 1 - fate;
		assert_true(has_row(s, ends[fate]));
	}
}

/* --- two ends and their clocks --- */

GRAPH_TEST(both_ends_are_drawn_by_the_firsts_clock)
{
	struct line b = server();

	b.ts_ns += 90 * S;
	say(s, client());
	say(s, b);
	assert_string_equal(picture(s), "-70000 A last heard the other\n"
					"~-70000 B last heard the other\n"
					"... -10000 A->B keepalive X\n"
					"~-10000 A<-B keepalive X\n"
					"... ~-5000 A->B keepalive X\n"
					"~-5000 A<-B keepalive X\n"
					"... +0 A->B keepalive X\n"
					"+0 A !path-dead, likely\n"
					"~+0 A<-B keepalive X\n"
					"~+0 B !path-dead, likely\n");
}

GRAPH_TEST(clocks_known_well_are_not_vague)
{
	say(s, client());
	say(s, server());
	draw(s);
	s->c->connections[0].offset =
		(struct clock_offset){ .kind = OFFSET_MEASURED, .lo_ns = S, .hi_ns = S + S / 10 };
	assert_true(has_row(s, "-71050 B last heard"));
	assert_false(has_row(s, "~-71050"));
	s->c->connections[0].offset.hi_ns += 2;
	assert_true(has_row(s, "~-71050 B last heard"));
}

GRAPH_TEST(times_by_unknown_clocks_are_each_ends_own)
{
	struct line b = server();

	b.ts_ns += 90 * S;
	say(s, client());
	say(s, b);
	draw(s);
	s->c->connections[0].offset =
		(struct clock_offset){ .kind = OFFSET_UNKNOWN, .lo_ns = S, .hi_ns = S };
	assert_true(has_row(s, "~+20000 B last heard"));
	assert_contains(s->graph->feet[1], "How far the two clocks are apart is unknown");
	s->c->connections[0].offset = clock_offset_none();
	assert_true(has_row(s, "... +20000 B last heard"));
	assert_int_equal(s->graph->n_feet, 2);
}

/* --- one by one --- */

/* Both lost, by one clock, and the marks of each. */
static void both_list(struct scene *s, const struct line *marks, size_t n)
{
	say(s, client());
	say(s, server());
	for (size_t i = 0; i < n; i++)
		say(s, marks[i]);
	draw(s);
	s->c->connections[0].offset = clock_offset_none();
	s->c->connections[0].both.fate[0] = s->c->connections[0].both.fate[1] = FATE_LOST;
}

GRAPH_TEST(what_both_list_is_one_arrow)
{
	struct line marks[] = {
		mark(client(), EVENT_PROBE_SENT, -10 * S),
		mark(server(), EVENT_PEER_PROBE, -9001 * (int64_t)NS_PER_MS),
		mark(server(), EVENT_PROBE_SENT, -9500 * (int64_t)NS_PER_MS),
		mark(client(), EVENT_PROBE_SENT, -5 * S),
	};

	both_list(s, marks, ARRAY_SIZE(marks));
	assert_string_equal(picture(s), "-70000 A last heard the other\n"
					"-70000 B last heard the other\n"
					"... -10000 A->B keepalive\n"
					"-9500 A<-B keepalive X\n"
					"... -5000 A->B keepalive X\n"
					"... +0 A !path-dead, likely\n"
					"+0 B !path-dead, likely\n");
}

GRAPH_TEST(what_only_the_other_heard_is_drawn_from_there)
{
	struct line marks[] = {
		mark(client(), EVENT_PROBE_SENT, -10 * S),
		mark(server(), EVENT_PROBE_SENT, -10 * S),
		/* A second after any that was sent. */
		mark(server(), EVENT_PEER_PROBE, -9 * S),
		/* Near it, and nothing that was sent. */
		mark(client(), EVENT_IDLE_END, -9 * S),
	};

	both_list(s, marks, ARRAY_SIZE(marks));
	assert_true(has_row(s, "-10000 A->B keepalive X\n"));
	assert_true(has_row(s, "-10000 A<-B keepalive X\n"));
	assert_true(has_row(s, "-9000 A->B keepalive\n"));
}

GRAPH_TEST(an_answer_shows_that_a_probe_arrived)
{
	struct line marks[] = {
		mark(client(), EVENT_PROBE_SENT, -50 * S),
		mark(client(), EVENT_PROBE_ANSWERED, -49 * S),
		mark(client(), EVENT_PROBE_SENT, -30 * S),
		mark(client(), EVENT_RETRANSMIT, -20 * S),
		mark(client(), EVENT_PROBE_ANSWERED, -19 * S),
	};

	say(s, client());
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		say(s, marks[i]);
	assert_true(has_row(s, "-50000 A->B keepalive\n-49000 A<-B answer\n"));
	assert_true(has_row(s, "-30000 A->B keepalive ?\n"));
	assert_true(has_row(s, "-20000 A->B retransmission\n-19000 A<-B answer\n"));
}

GRAPH_TEST(marks_are_named_by_what_they_are)
{
	struct line data = mark(client(), EVENT_PROBE_SENT, -40 * S);
	struct line gap = mark(client(), EVENT_IDLE_END, -30 * S);

	data.snd_nxt++;
	gap.idle_ms = 7200000;
	say(s, client());
	say(s, data);
	say(s, gap);
	say(s, mark(client(), EVENT_RETRANSMIT, -20 * S));
	assert_true(has_row(s, "-40000 A->B zero-window probe ?\n"));
	assert_true(has_row(s, "-30000 A<-B packet, after 2h00m00s of silence\n"));
	assert_true(has_row(s, "-20000 A->B retransmission ?\n"));
}

GRAPH_TEST(only_what_is_near_the_silence_is_drawn)
{
	static const int64_t at_s[] = { -131, -130, 10, 11 };

	say(s, client());
	for (size_t i = 0; i < ARRAY_SIZE(at_s); i++)
		say(s, mark(client(), EVENT_PROBE_SENT, at_s[i] * S));
	assert_false(has_row(s, "-131000"));
	assert_true(has_row(s, "-130000 A->B keepalive ?\n"));
	assert_true(has_row(s, "+10000 A->B keepalive ?\n"));
	assert_false(has_row(s, "+11000"));
}

GRAPH_TEST(without_a_silence_all_is_drawn)
{
	say(s, mark(client(), EVENT_PROBE_SENT, -5000 * S));
	say(s, mark(client(), EVENT_PROBE_SENT, 5000 * S));
	assert_string_equal(picture(s), "-5000000 A->B keepalive ?\n"
					"... +5000000 A->B keepalive ?\n");
}

/* --- resets and ends --- */

GRAPH_TEST(a_forged_reset_begins_on_the_way)
{
	struct line l = client();

	l.event = EVENT_VERDICT;
	l.verdict = VERDICT_RESET_AFTER_IDLE;
	l.rst_seen = true;
	l.forged = true;
	say(s, l);
	assert_true(has_row(s, "+0 A<-B RST from a box\n+0 A !reset-after-idle, likely\n"));
	s->c->connections[0].pair.ea->last.forged = false;
	assert_true(has_row(s, "+0 A<-B RST\n"));
	s->c->connections[0].pair.ea->last.verdict = VERDICT_PATH_DEAD;
	assert_false(has_row(s, "RST"));
	s->c->connections[0].pair.ea->last.verdict = VERDICT_RESET_AFTER_IDLE;
	s->c->connections[0].pair.ea->last.rst_seen = false;
	assert_false(has_row(s, "RST"));
}

GRAPH_TEST(how_it_ended_is_told)
{
	struct line l = later(client(), 60 * S);

	say(s, client());
	l.event = EVENT_CLOSED;
	l.silence_ms += 60000;
	say(s, l);
	assert_true(has_row(s, "+60000 A closed\n"));
	s->c->connections[0].pair.ea->last.error = 110;
	assert_true(has_row(s, "+60000 A closed: Connection timed out\n"));
	s->c->connections[0].pair.ea->last.event = EVENT_RECOVERED;
	assert_true(has_row(s, "+60000 A recovered: heard again\n"));
	s->c->connections[0].pair.ea->end_ns = 0;
	assert_false(has_row(s, "recovered"));
}

GRAPH_TEST(a_suspicion_is_no_verdict)
{
	struct line l = client();

	l.event = EVENT_SUSPECT;
	l.verdict = VERDICT_NONE;
	say(s, l);
	assert_false(has_row(s, "!"));
	assert_contains(s->graph->feet[0], "Verdict: none: only a suspicion");
}

/* --- order and bounds --- */

GRAPH_TEST(three_seconds_are_no_gap)
{
	for (int64_t i = 0; i < 4; i++)
		say(s, mark(client(), EVENT_PROBE_SENT, i * 3 * S + (i == 3)));
	assert_string_equal(picture(s), "+0 A->B keepalive ?\n+3000 A->B keepalive ?\n"
					"+6000 A->B keepalive ?\n... +9000 A->B keepalive ?\n");
}

GRAPH_TEST(too_many_rows_go_from_the_middle)
{
	enum { N = FLOW_GRAPH_ROWS_MAX + 7 };
	struct mark *marks = calloc(N, sizeof(*marks));
	const struct flow_graph *graph;
	struct end *end;

	assert_non_null(marks);
	say(s, mark(client(), EVENT_PROBE_SENT, 0));
	draw(s);
	for (size_t i = 0; i < N; i++) {
		/* In no order. */
		size_t when = (i * 5) % N;

		marks[i].event = EVENT_PROBE_ANSWERED;
		marks[i].ts_ns = (int64_t)when * S;
	}
	end = s->c->connections[0].pair.a;
	free(end->marks);
	end->marks = marks;
	end->n_marks = N;
	graph = draw(s);
	assert_int_equal(graph->n_rows, FLOW_GRAPH_ROWS_MAX);
	assert_int_equal(graph->left_out, 7);
	assert_int_equal(graph->rows[0].ts_ns, 0);
	assert_int_equal(graph->rows[FLOW_GRAPH_ROWS_MAX / 2 - 1].ts_ns,
			 (FLOW_GRAPH_ROWS_MAX / 2 - 1) * S);
	assert_int_equal(graph->rows[FLOW_GRAPH_ROWS_MAX / 2].ts_ns,
			 (FLOW_GRAPH_ROWS_MAX / 2 + 7) * S);
	assert_int_equal(graph->rows[FLOW_GRAPH_ROWS_MAX - 1].ts_ns, (N - 1) * S);
	assert_true(graph->rows[FLOW_GRAPH_ROWS_MAX / 2].gap);
	assert_false(graph->rows[1].gap);
}

/* --- above and below --- */

GRAPH_TEST(heads_name_the_ends)
{
	say(s, client());
	draw(s);
	assert_string_equal(s->graph->heads[0], "A: client 10.1.1.1:40000");
	assert_string_equal(s->graph->heads[1], "");
	correlation__free(s->c);
	s->c = NULL;
	say(s, server());
	draw(s);
	assert_string_equal(s->graph->heads[1], "B: server 10.2.2.2:22");
	s->captures = true;
	draw(s);
	assert_string_equal(s->graph->heads[1], "B: there.jsonl 10.2.2.2:22");
}

GRAPH_TEST(hostile_names_are_harmless)
{
	struct line l = client();

	for (size_t i = 0; i + 1 < sizeof(l.host); i++)
		l.host[i] = i % 2 ? '\x1b' : '\xff';
	say(s, l);
	draw(s);
	for (const char *p = s->graph->heads[0]; *p; p++)
		assert_true((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
	/* Cut, and the address is still there. */
	assert_contains(s->graph->heads[0], " 10.1.1.1:40000");
}

GRAPH_TEST(feet_say_what_is_missing)
{
	say(s, client());
	draw(s);
	assert_int_equal(s->graph->n_feet, 3);
	assert_contains(s->graph->feet[0], "Verdict: path-dead, likely: ");
	assert_contains(s->graph->feet[1], "The other end is not among these lines;");
	assert_contains(s->graph->feet[2], "--all-events lists each");
	s->captures = true;
	draw(s);
	assert_int_equal(s->graph->n_feet, 2);
	assert_contains(s->graph->feet[1], "The other end is not among these captures;");
	s->captures = false;
	s->c->connections[0].pair.a->all_events = true;
	assert_int_equal(draw(s)->n_feet, 2);
}

GRAPH_TEST(feet_say_how_well_the_clocks_are_known)
{
	say(s, client());
	say(s, server());
	draw(s);
	s->c->connections[0].offset =
		(struct clock_offset){ .kind = OFFSET_ESTIMATE, .lo_ns = -S, .hi_ns = 2 * S };
	draw(s);
	assert_contains(s->graph->feet[1], "Times are by A's clock; ~ marks those that are known "
					   "to within 1.5 s only.");
	assert_contains(s->graph->feet[2], "--all-events");
	s->c->connections[0].pair.a->all_events = true;
	assert_int_equal(draw(s)->n_feet, 3); /* the other end's are not listed */
	s->c->connections[0].pair.b->all_events = true;
	assert_int_equal(draw(s)->n_feet, 2);
}

TEST(freeing_no_graph_is_allowed)
{
	flow_graph__free(NULL);
}
