// SPDX-License-Identifier: BSD-2-Clause
/* How a flow graph looks as text: every arrow, words of any length, gaps, one column or two. */
#include <stdbool.h>

#include "check.h"
#include "ends/flow_graph.h"

#define S ((int64_t)NS_PER_S)
#define NOON (1700049600 * S) /* 2023-11-15 12:00:00 */
#define INSIDE 62 /* between the lines of the two columns */

static struct flow_graph graph;
static struct flow_graph_row rows[8];

static int setup(void **state)
{
	memset(rows, 0, sizeof(rows));
	graph = (struct flow_graph){ .rows = rows };
	snprintf(graph.heads[0], sizeof(graph.heads[0]), "A: client");
	snprintf(graph.heads[1], sizeof(graph.heads[1]), "B: server");
	*state = &graph;
	return 0;
}

#define TEXT_TEST(test) TEST_WITH(test, struct flow_graph *g, setup, NULL)

static struct flow_graph_row *add_row(struct flow_graph *g)
{
	assert_true(g->n_rows < ARRAY_SIZE(rows));
	g->rows[g->n_rows].ts_ns = NOON + (int64_t)g->n_rows * S;
	return &g->rows[g->n_rows++];
}

static void add_arrow(struct flow_graph *g, int from, enum arrow arrow, const char *label)
{
	struct flow_graph_row *row = add_row(g);

	row->from = from;
	row->arrow = arrow;
	snprintf(row->label, sizeof(row->label), "%s", label);
}

static struct flow_graph_row *add_note(struct flow_graph *g, int column, const char *note)
{
	struct flow_graph_row *row = add_row(g);

	row->column = column;
	snprintf(row->note, sizeof(row->note), "%s", note);
	return row;
}

/* Good until the next call. */
static const char *printed(const struct flow_graph *g)
{
	static char text[16384];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	flow_graph__print(g, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* The line of that number, from 0: it is whole, and there is room for it. */
static const char *line_of(const struct flow_graph *g, size_t number)
{
	static char line[512];
	const char *text = printed(g);

	while (number--) {
		text = strchr(text, '\n');
		assert_non_null(text);
		text++;
	}
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	return line;
}

TEXT_TEST(every_arrow_is_drawn_both_ways)
{
	static const enum arrow arrows[] = { ARROW_ARRIVES, ARROW_DIES, ARROW_UNANSWERED,
					     ARROW_FROM_BOX };

	for (size_t i = 0; i < ARRAY_SIZE(arrows); i++) {
		add_arrow(g, 0, arrows[i], "keepalive");
		add_arrow(g, 1, arrows[i], "RST");
	}
	assert_string_equal(
		printed(g),
		" 2023-11-15 UTC A: client                                              B: "
		"server\n"
		" 12:00:00.000  |-- keepalive ------------------------------------------------>|\n"
		" 12:00:01.000  |<------------------------------------------------------ RST --|\n"
		" 12:00:02.000  |-- keepalive -----------------X                               |\n"
		" 12:00:03.000  |                               X----------------------- RST --|\n"
		" 12:00:04.000  |-- keepalive -----------------?                               |\n"
		" 12:00:05.000  |                               ?----------------------- RST --|\n"
		" 12:00:06.000  |                               *- keepalive ----------------->|\n"
		" 12:00:07.000  |<----------------------- RST -*                               |\n");
}

TEXT_TEST(words_stand_at_their_own_column)
{
	add_note(g, 0, "last heard");
	add_note(g, 1, "last heard");
	add_note(g, 0, "path-dead")->strong = true;
	add_note(g, 1, "path-dead")->strong = true;
	assert_string_equal(
		printed(g),
		" 2023-11-15 UTC A: client                                              B: "
		"server\n"
		" 12:00:00.000  | last heard                                                   |\n"
		" 12:00:01.000  |                                                   last heard |\n"
		" 12:00:02.000  | [path-dead]                                                  |\n"
		" 12:00:03.000  |                                                  [path-dead] |\n");
}

TEXT_TEST(time_that_passes_is_shown)
{
	add_note(g, 0, "one");
	add_note(g, 0, "two")->gap = true;
	assert_string_equal(
		line_of(g, 2),
		"           ...  :                                                              :");
	assert_contains(line_of(g, 3), "| two ");
	g->heads[1][0] = '\0'; /* of the other nothing is known: no second line */
	assert_null(strchr(strchr(line_of(g, 2), ':') + 1, ':'));
}

TEXT_TEST(vague_times_are_marked)
{
	add_note(g, 0, "known");
	add_note(g, 0, "not so well")->vague = true;
	assert_int_equal(line_of(g, 1)[0], ' ');
	assert_int_equal(line_of(g, 2)[0], '~');
}

TEXT_TEST(the_left_out_are_told_in_the_middle)
{
	for (unsigned int i = 0; i < 4; i++)
		add_note(g, 0, "note");
	g->left_out = 12;
	assert_string_equal(line_of(g, 3), "           ...  (12 more are left out here)");
	assert_contains(line_of(g, 4), "12:00:02.000");
	assert_contains(line_of(g, 2), "12:00:01.000");
	g->left_out = 0;
	assert_lacks(printed(g), "left out");
}

/* Whatever the words, the two columns stay where they are. */
TEXT_TEST(words_of_any_length_stay_between_the_columns)
{
	struct flow_graph_row *row = add_row(g);

	for (unsigned int kind = 0; kind < 4 * (ARROW_FROM_BOX + 1); kind++) {
		for (size_t n = 0; n < FLOW_GRAPH_NOTE_LEN; n++) {
			size_t label = MIN(n, (size_t)FLOW_GRAPH_LABEL_LEN - 1);
			const char *line;

			memset(row->note, 'x', n);
			row->note[n] = '\0';
			memset(row->label, 'x', label);
			row->label[label] = '\0';
			row->arrow = kind / 4;
			row->from = row->column = kind % 2;
			row->strong = kind / 2 % 2;
			line = line_of(g, 1);
			assert_int_equal(strlen(line), 16 + INSIDE + 1);
			assert_int_equal(line[15], '|');
			assert_int_equal(line[16 + INSIDE], '|');
			assert_int_equal(strcspn(line + 16, "|"), INSIDE);
			/* A box's arrow has room for short words only. */
			if (n && row->arrow != ARROW_FROM_BOX)
				assert_non_null(strchr(line, 'x'));
		}
	}
}

/* An arrow keeps its head, its tail and its mark. */
TEXT_TEST(long_words_leave_an_arrow_its_ends)
{
	static const struct {
		enum arrow arrow;
		int from;
		const char *begin, *end;
	} cases[] = { { ARROW_ARRIVES, 0, "|-- x", "x --->|" },
		      { ARROW_ARRIVES, 1, "|<--- x", "x --|" },
		      { ARROW_DIES, 0, "|-- x", "x -X  |" },
		      { ARROW_DIES, 1, "|  X- x", "x --|" },
		      { ARROW_UNANSWERED, 0, "|-- x", "x -?  |" } };
	char words[FLOW_GRAPH_LABEL_LEN];

	memset(words, 'x', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *line;

		g->n_rows = 0;
		add_arrow(g, cases[i].from, cases[i].arrow, words);
		line = line_of(g, 1);
		assert_memory_equal(line + 15, cases[i].begin, strlen(cases[i].begin));
		assert_string_equal(line + strlen(line) - strlen(cases[i].end), cases[i].end);
	}
}

TEXT_TEST(long_heads_stand_apart)
{
	memset(g->heads[0], 'a', sizeof(g->heads[0]) - 1);
	memset(g->heads[1], 'b', sizeof(g->heads[1]) - 1);
	add_note(g, 0, "note");
	assert_contains(line_of(g, 0), "a b");
}

TEXT_TEST(one_end_alone_has_a_column_for_the_other)
{
	g->heads[1][0] = '\0';
	add_note(g, 0, "note");
	assert_string_equal(
		line_of(g, 0),
		" 2023-11-15 UTC A: client                                        (the other end)");
}

TEXT_TEST(a_graph_of_nothing_has_its_feet)
{
	snprintf(g->feet[g->n_feet++], sizeof(g->feet[0]), "Verdict: none");
	snprintf(g->feet[g->n_feet++], sizeof(g->feet[0]), "Nothing more.");
	assert_string_equal(printed(g), "Verdict: none\nNothing more.\n");
}

/* By a clock that was never set, or beyond what is known of it. */
TEXT_TEST(times_before_the_epoch_are_at_its_beginning)
{
	add_note(g, 0, "note");
	g->rows[0].ts_ns = -5 * S;
	assert_contains(line_of(g, 0), " 1970-01-01 UTC ");
	assert_contains(line_of(g, 1), "00:00:00.000");
	g->rows[0].ts_ns = INT64_MIN;
	assert_contains(line_of(g, 1), "00:00:00.000");
	g->rows[0].ts_ns = INT64_MAX;
	assert_contains(line_of(g, 1), "23:47:16.854");
}
