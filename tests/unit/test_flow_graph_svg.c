// SPDX-License-Identifier: BSD-2-Clause
/* How a flow graph looks as SVG: where arrows end, and that no text becomes markup. */
#include <stdbool.h>

#include "check.h"
#include "ends/flow_graph.h"

#define S ((int64_t)NS_PER_S)
#define NOON (1700049600 * S) /* 2023-11-15 12:00:00 */
#define RED "#b42318"
#define FIRST_ROW "y1=\"84\""

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

#define SVG_TEST(test) TEST_WITH(test, struct flow_graph *g, setup, NULL)

static struct flow_graph_row *add_arrow(struct flow_graph *g, int from, enum arrow arrow)
{
	struct flow_graph_row *row = &g->rows[g->n_rows++];

	assert_true(g->n_rows <= ARRAY_SIZE(rows));
	*row = (struct flow_graph_row){ .ts_ns = NOON, .from = from, .arrow = arrow };
	snprintf(row->label, sizeof(row->label), "keepalive");
	return row;
}

static struct flow_graph_row *add_note(struct flow_graph *g, int column, const char *note)
{
	struct flow_graph_row *row = add_arrow(g, 0, ARROW_NONE);

	row->column = column;
	snprintf(row->note, sizeof(row->note), "%s", note);
	return row;
}

/* A reference to a character that has to be one of three. */
static bool is_reference(const char *p)
{
	return !strncmp(p, "&lt;", 4) || !strncmp(p, "&gt;", 4) || !strncmp(p, "&amp;", 5);
}

/* One tag, from its "<" on: how much deeper it leads; *p is moved to its ">". */
static int read_tag(const char **p)
{
	const char *start = *p;
	unsigned int quotes = 0;

	for (; **p && **p != '>'; (*p)++) {
		assert_true(*p == start || **p != '<');
		quotes += **p == '"';
	}
	assert_int_equal(**p, '>');
	assert_int_equal(quotes % 2, 0);
	if (start[1] == '?' || (*p)[-1] == '/')
		return 0;
	return start[1] == '/' ? -1 : 1;
}

/* XML whose text is text: no more tags than this program writes, no control codes. */
static void assert_well_formed(const char *svg)
{
	int depth = 0;

	assert_true(is_utf8(svg));
	for (const char *p = svg; *p; p++) {
		if (*p == '<') {
			depth += read_tag(&p);
			assert_in_range(depth, 0, 2); /* svg, and text in it */
		} else if (*p == '&') {
			assert_true(is_reference(p));
		} else {
			assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f));
			assert_int_not_equal(*p, '>');
		}
	}
	assert_int_equal(depth, 0);
	assert_lacks(svg, "<script");
	assert_lacks(svg, "href");
}

/* Good until the next call. */
static const char *drawn(const struct flow_graph *g)
{
	static char text[65536];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	flow_graph__draw(g, out);
	assert_int_equal(fclose(out), 0);
	assert_well_formed(text);
	return text;
}

/* The element after the two lines of the columns. */
static const char *arrow_of(const struct flow_graph *g)
{
	const char *at = strstr(drawn(g), FIRST_ROW);

	assert_non_null(at);
	while (at[-1] != '<')
		at--;
	return at;
}

static void assert_arrow(struct flow_graph *g, int from, enum arrow arrow, const char *line,
			 const char *end)
{
	const char *at;

	g->n_rows = 0;
	add_arrow(g, from, arrow);
	at = arrow_of(g);
	assert_memory_equal(at, line, strlen(line));
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, end, strlen(end));
}

SVG_TEST(arrows_end_where_the_packets_did)
{
	assert_arrow(g, 0, ARROW_ARRIVES, "line x1=\"190\" y1=\"84\" x2=\"900\" y2=\"84\"",
		     "<path d=\"M900 84 l-9 -5 ");
	assert_arrow(g, 1, ARROW_ARRIVES, "line x1=\"900\" y1=\"84\" x2=\"190\" y2=\"84\"",
		     "<path d=\"M190 84 l9 -5 ");
	assert_arrow(g, 0, ARROW_DIES, "line x1=\"190\" y1=\"84\" x2=\"545\" y2=\"84\"",
		     "<path d=\"M539 78 l12 12 ");
	assert_arrow(g, 1, ARROW_DIES, "line x1=\"900\" y1=\"84\" x2=\"545\" y2=\"84\"",
		     "<path d=\"M539 78 l12 12 ");
	assert_arrow(g, 0, ARROW_UNANSWERED, "line x1=\"190\" y1=\"84\" x2=\"545\" y2=\"84\"",
		     "<text x=\"553\" ");
	assert_arrow(g, 1, ARROW_UNANSWERED, "line x1=\"900\" y1=\"84\" x2=\"545\" y2=\"84\"",
		     "<text x=\"537\" ");
	assert_arrow(g, 0, ARROW_FROM_BOX, "line x1=\"545\" y1=\"84\" x2=\"900\" y2=\"84\"",
		     "<path d=\"M900 84 l-9 -5 ");
	assert_arrow(g, 1, ARROW_FROM_BOX, "line x1=\"545\" y1=\"84\" x2=\"190\" y2=\"84\"",
		     "<path d=\"M190 84 l9 -5 ");
}

SVG_TEST(what_is_lost_is_red)
{
	add_arrow(g, 0, ARROW_ARRIVES);
	assert_lacks(drawn(g), RED);
	add_arrow(g, 0, ARROW_UNANSWERED);
	assert_lacks(drawn(g), RED);
	add_arrow(g, 0, ARROW_DIES);
	assert_contains(drawn(g), RED);
	g->n_rows = 0;
	add_arrow(g, 0, ARROW_FROM_BOX);
	assert_contains(drawn(g), RED);
}

SVG_TEST(vague_times_are_dashed)
{
	add_arrow(g, 0, ARROW_ARRIVES);
	assert_lacks(drawn(g), "dasharray");
	assert_contains(drawn(g), "> 12:00:00.000<");
	g->rows[0].vague = true;
	assert_contains(drawn(g), "dasharray");
	assert_contains(drawn(g), ">~12:00:00.000<");
}

SVG_TEST(words_stand_at_their_own_column)
{
	add_note(g, 0, "last heard");
	assert_contains(drawn(g), "<text x=\"202\" y=\"88\" text-anchor=\"start\"");
	g->rows[0].column = 1;
	assert_contains(drawn(g), "<text x=\"888\" y=\"88\" text-anchor=\"end\"");
	assert_lacks(drawn(g), RED);
	g->rows[0].strong = true;
	assert_contains(drawn(g), "fill=\"" RED "\" font-weight=\"bold\">last heard</text>");
}

SVG_TEST(time_that_passes_is_shown)
{
	add_note(g, 0, "one");
	add_note(g, 0, "two")->ts_ns += 7200 * S;
	assert_lacks(drawn(g), "2h00m00s");
	g->rows[1].gap = true;
	assert_contains(drawn(g), ">2h00m00s</text>");
	assert_contains(drawn(g),
			"y=\"136\" text-anchor=\"start\" fill=\"#6e7781\">two<"); /* lower */
}

SVG_TEST(one_end_alone_has_a_column_for_the_other)
{
	g->heads[1][0] = '\0';
	add_note(g, 0, "note");
	assert_contains(drawn(g), ">the other end</text>");
	assert_contains(drawn(g), "stroke-dasharray=\"3 4\"");
}

SVG_TEST(a_graph_of_nothing_is_a_document)
{
	snprintf(g->feet[g->n_feet++], sizeof(g->feet[0]), "Verdict: none");
	assert_contains(drawn(g), ">Verdict: none</text>");
	assert_lacks(drawn(g), " UTC");
}

/* The picture ends below its last line, whatever stands there. */
static void assert_all_in_sight(const struct flow_graph *g)
{
	const char *svg = drawn(g), *height = strstr(svg, "height=\"");
	long bottom = strtol(height + 8, NULL, 10), y = 0;

	for (const char *p = svg; (p = strstr(p, "<text x=")); p++)
		y = MAX(y, strtol(strstr(p, " y=\"") + 4, NULL, 10));
	assert_true(y > 0 && y < bottom);
}

SVG_TEST(long_feet_are_broken_between_words)
{
	char *foot = g->feet[0];
	const char *svg;
	size_t words = 0, n = 0;

	add_note(g, 0, "note");
	g->n_feet = 2;
	for (size_t i = 0; i + 6 < sizeof(g->feet[0]); i += 5, words += 2)
		memcpy(foot + i, i % 2 ? "wxyz " : "abcd ", 6);
	memcpy(g->feet[1], foot, sizeof(g->feet[1]));
	svg = drawn(g);
	assert_contains(svg, "wxyz</text>");
	for (const char *p = svg; (p = strstr(p, "<text x=\"20\"")); p++) {
		p = strchr(p, '>') + 1;
		assert_true(strcspn(p, "<") <= 120);
		assert_true(!strncmp(p, "abcd", 4) || !strncmp(p, "wxyz", 4));
	}
	for (const char *p = svg; (p = strpbrk(p, "cx")); p++)
		n += !strncmp(p, "cd", 2) || !strncmp(p, "xyz", 3);
	assert_int_equal(n, words); /* none is lost */
	g->left_out = 12;
	assert_contains(drawn(g), ">12 more rows in the middle are left out.</text>");
	assert_all_in_sight(g);
}

SVG_TEST(rows_and_gaps_stay_in_sight)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_note(g, 0, "note")->gap = i > 0;
	assert_all_in_sight(g);
	g->left_out = 1;
	assert_all_in_sight(g);
}

/* What hosts, files and programs call themselves. */
SVG_TEST(hostile_text_stays_text)
{
	static const char *const texts[] = {
		"</text><script>alert(1)</script>",
		"<!-- ",
		"-->",
		"<![CDATA[",
		"]]>",
		"&amp;",
		"&#x3c;",
		"&",
		"\" onload=\"a()",
		"\x1b[2J\n\t\r\x7f",
		"\xff\xfe\x80",
		"\xc0\xaf",
		"\xed\xa0\x80",
		"cut mid\xc3",
		"\xef\xbf\xbe\xef\xbf\xbf",
		"%s%n%d",
		"",
	};

	add_arrow(g, 0, ARROW_ARRIVES);
	add_note(g, 1, "note");
	g->n_feet = 1;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(g->heads[0], sizeof(g->heads[0]), "%s", texts[i]);
		snprintf(g->heads[1], sizeof(g->heads[1]), "%s", texts[i]);
		snprintf(g->rows[0].label, sizeof(g->rows[0].label), "%s", texts[i]);
		snprintf(g->rows[1].note, sizeof(g->rows[1].note), "%s", texts[i]);
		snprintf(g->feet[0], sizeof(g->feet[0]), "%s", texts[i]);
		/* U+FFFE and U+FFFF are UTF-8, but no characters of XML. */
		assert_lacks(drawn(g), "\xef\xbf\xbe");
		assert_lacks(drawn(g), "\xef\xbf\xbf");
	}
	snprintf(g->heads[0], sizeof(g->heads[0]), "%s", texts[0]);
	assert_contains(drawn(g), "&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;</text>");
}

/* Each byte of the longest text becomes three. */
SVG_TEST(the_longest_texts_have_room)
{
	const char *svg;
	size_t n = 0;

	g->n_feet = 1;
	memset(g->heads[0], '\xff', sizeof(g->heads[0]) - 1);
	memset(g->feet[0], '\xff', sizeof(g->feet[0]) - 1);
	svg = drawn(g);
	for (const char *p = svg; (p = strstr(p, "\xef\xbf\xbd")); p++)
		n++;
	assert_int_equal(n, sizeof(g->heads[0]) - 1 + sizeof(g->feet[0]) - 1);
}

SVG_TEST(times_before_the_epoch_are_at_its_beginning)
{
	add_note(g, 0, "note")->ts_ns = INT64_MIN;
	assert_contains(drawn(g), ">1970-01-01 UTC</text>");
	assert_contains(drawn(g), "> 00:00:00.000</text>");
}
