// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "ends/flow_graph.h"

#define WIDTH 960
#define LEFT 190 /* x of A's line */
#define RIGHT 900 /* of B's */
#define CENTRE ((LEFT + RIGHT) / 2)
#define TOP 84 /* y of the first row */
#define ROW 26
#define GAP 22
#define FOOT 22
#define LETTER 6.7 /* width of one at the size of the words */
#define FOOT_CHARS 120

#define BLACK "#1f2328"
#define GREY "#6e7781"
#define RED "#b42318"
#define GREEN "#1a7f37"
#define AMBER "#9a6700"

/* Text between tags: valid UTF-8 without markup or control codes. */
static void put_text(FILE *out, const char *text)
{
	char utf8[6 * FLOW_GRAPH_NOTE_LEN];

	make_utf8(utf8, sizeof(utf8), text, strlen(text));
	for (const char *p = utf8; *p; p++) {
		/* U+FFFE and U+FFFF are no characters of XML. */
		if (!strncmp(p, "\xef\xbf\xbe", 3) || !strncmp(p, "\xef\xbf\xbf", 3)) {
			fputc('?', out);
			p += 2;
			continue;
		}
		switch (*p) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p, out);
		}
	}
}

static void text_at(FILE *out, int x, int y, const char *anchor, const char *color,
		    const char *more, const char *text)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\"%s>", x, y, anchor,
		color, more);
	put_text(out, text);
	fputs("</text>\n", out);
}

/* White behind words that cross a line. */
static void patch(FILE *out, int x, int y, size_t letters)
{
	int width = (int)((double)letters * LETTER) + 10;

	fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" fill=\"#ffffff\"/>\n",
		x - width / 2, y - 8, width);
}

static const char *color_of(enum arrow arrow)
{
	switch (arrow) {
	case ARROW_DIES:
	case ARROW_FROM_BOX:
		return RED;
	case ARROW_UNANSWERED:
		return AMBER;
	default:
		return GREEN;
	}
}

static void head_of_arrow(FILE *out, int x, int y, int forward, const char *color)
{
	fprintf(out, "<path d=\"M%d %d l%d -5 v10 z\" fill=\"%s\"/>\n", x, y, -9 * forward, color);
}

static void cross(FILE *out, int x, int y)
{
	fprintf(out,
		"<path d=\"M%d %d l12 12 m0 -12 l-12 12\" stroke=\"" RED
		"\" stroke-width=\"2.5\" fill=\"none\"/>\n",
		x - 6, y - 6);
}

static void draw_arrow(FILE *out, const struct flow_graph_row *row, int y)
{
	int forward = row->from ? -1 : 1;
	int begin = row->from ? RIGHT : LEFT, end = row->from ? LEFT : RIGHT;
	const char *color = color_of(row->arrow);
	bool arrives = row->arrow == ARROW_ARRIVES || row->arrow == ARROW_FROM_BOX;
	int words;

	if (row->arrow == ARROW_FROM_BOX)
		begin = CENTRE;
	else if (!arrives)
		end = CENTRE;
	fprintf(out,
		"<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" "
		"stroke-width=\"1.6\"%s/>\n",
		begin, y, end, y, color, row->vague ? " stroke-dasharray=\"6 4\"" : "");
	if (arrives)
		head_of_arrow(out, end, y, forward, color);
	else if (row->arrow == ARROW_DIES)
		cross(out, end, y);
	else
		text_at(out, end + 8 * forward, y + 5, "middle", color, " font-weight=\"bold\"",
			"?");
	if (row->arrow == ARROW_FROM_BOX)
		fprintf(out,
			"<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"" RED "\"/>\n",
			begin - 7, y - 7);
	words = begin + (arrives ? (end - begin) / 2 : (end - begin) * 45 / 100);
	patch(out, words, y, strlen(row->label));
	text_at(out, words, y + 4, "middle", BLACK, "", row->label);
}

static void draw_note(FILE *out, const struct flow_graph_row *row, int y)
{
	int x = row->column ? RIGHT - 12 : LEFT + 12;
	const char *anchor = row->column ? "end" : "start";

	fprintf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>\n",
		row->column ? RIGHT : LEFT, y, row->strong ? 5 : 3, row->strong ? RED : GREY);
	text_at(out, x, y + 4, anchor, row->strong ? RED : GREY,
		row->strong ? " font-weight=\"bold\"" : "", row->note);
}

static void draw_rows(const struct flow_graph *flow_graph, FILE *out)
{
	int y = TOP;
	char when[24];

	for (size_t i = 0; i < flow_graph->n_rows; i++, y += ROW) {
		const struct flow_graph_row *row = &flow_graph->rows[i];

		if (row->gap) {
			char gap[DURATION_LEN];

			format_duration(gap, sizeof(gap),
					(uint64_t)(row->ts_ns - flow_graph->rows[i - 1].ts_ns));
			snprintf(when, sizeof(when), "%.20s", gap);
			patch(out, LEFT, y - 4, 2);
			patch(out, RIGHT, y - 4, 2);
			text_at(out, LEFT - 14, y, "end", GREY, " font-style=\"italic\"", when);
			text_at(out, LEFT, y, "middle", GREY, "", "\u22ee");
			text_at(out, RIGHT, y, "middle", GREY, "", "\u22ee");
			y += GAP;
		}
		when[0] = row->vague ? '~' : ' ';
		correlation_time(when + 1, sizeof(when) - 1, row->ts_ns);
		text_at(out, LEFT - 14, y + 4, "end", GREY, "", when);
		if (row->arrow)
			draw_arrow(out, row, y);
		else
			draw_note(out, row, y);
	}
}

static int height_of_rows(const struct flow_graph *flow_graph)
{
	int height = ROW * (int)flow_graph->n_rows;

	for (size_t i = 0; i < flow_graph->n_rows; i++)
		height += flow_graph->rows[i].gap ? GAP : 0;
	return height;
}

/* In lines. */
static int height_of_feet(const struct flow_graph *flow_graph)
{
	int lines = flow_graph->left_out ? 1 : 0;

	for (size_t i = 0; i < flow_graph->n_feet; i++)
		lines += strlen(flow_graph->feet[i]) > FOOT_CHARS ? 3 : 1;
	return lines;
}

/* A sentence below, broken between words. Returns the next line's y. */
static int draw_foot(FILE *out, const char *text, int y, bool strong)
{
	char part[FOOT_CHARS + 1];

	while (*text) {
		size_t n = strlen(text);

		if (n > FOOT_CHARS) {
			n = FOOT_CHARS;
			while (n > FOOT_CHARS / 2 && text[n] != ' ')
				n--;
		}
		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		text_at(out, 20, y, "start", strong ? BLACK : GREY,
			strong ? " font-weight=\"bold\"" : "", part);
		y += FOOT;
		text += n + (text[n] == ' ');
	}
	return y;
}

void flow_graph__draw(const struct flow_graph *flow_graph, FILE *out)
{
	int bottom = TOP + height_of_rows(flow_graph);
	int lines = height_of_feet(flow_graph);
	char text[2 * FLOW_GRAPH_NOTE_LEN], stamp[TIMESTAMP_LEN];
	int y = bottom + 2 * FOOT;

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans, Verdana, sans-serif\" "
		"font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
		WIDTH, y + lines * FOOT, WIDTH, y + lines * FOOT);
	text_at(out, LEFT - 20, 36, "start", BLACK, " font-weight=\"bold\"", flow_graph->heads[0]);
	text_at(out, RIGHT + 20, 36, "end", BLACK, " font-weight=\"bold\"",
		flow_graph->heads[1][0] ? flow_graph->heads[1] : "the other end");
	if (flow_graph->n_rows) {
		format_rfc3339(stamp, sizeof(stamp), (uint64_t)MAX(flow_graph->rows[0].ts_ns, 0));
		snprintf(text, sizeof(text), "%.10s UTC", stamp);
		text_at(out, LEFT - 14, 56, "end", GREY, "", text);
	}
	for (int x = LEFT; x <= RIGHT; x += RIGHT - LEFT)
		fprintf(out,
			"<line x1=\"%d\" y1=\"48\" x2=\"%d\" y2=\"%d\" stroke=\"" GREY
			"\" stroke-width=\"1.4\"%s/>\n",
			x, x, bottom,
			x == RIGHT && !flow_graph->heads[1][0] ? " stroke-dasharray=\"3 4\"" : "");
	draw_rows(flow_graph, out);
	for (size_t i = 0; i < flow_graph->n_feet; i++)
		y = draw_foot(out, flow_graph->feet[i], y, i == 0);
	if (flow_graph->left_out) {
		snprintf(text, sizeof(text), "%zu more rows in the middle are left out.",
			 flow_graph->left_out);
		draw_foot(out, text, y, false);
	}
	fputs("</svg>\n", out);
}
