// SPDX-License-Identifier: BSD-2-Clause
#include <inttypes.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "ends/flow_graph.h"

#define INSIDE 62 /* between the two lines of the columns */
#define MIDDLE (INSIDE / 2)

/*
 *                A: client 10.1.1.1:36082                             B: server 10.2.2.2:2222
 *  18:28:48.100  |-- keepalive ------------------X                                          |
 *  18:28:48.101  |                               X------------------------- keepalive ------|
 *  18:28:52.903  | path-dead, likely                                                        |
 */
static void put_text(char line[INSIDE + 1], size_t at, const char *text)
{
	size_t n = strlen(text);

	if (at < INSIDE)
		memcpy(line + at, text, MIN(n, INSIDE - at));
}

/* An arrow from the left; one from the right is the same, mirrored. */
static void put_arrow(char line[INSIDE + 1], const struct flow_graph_row *row)
{
	static const char marks[] = { [ARROW_DIES] = 'X', [ARROW_UNANSWERED] = '?' };
	bool right = row->from == 1, box = row->arrow == ARROW_FROM_BOX;
	bool short_one = row->arrow == ARROW_DIES || row->arrow == ARROW_UNANSWERED;
	size_t n = MIN(strlen(row->label), (size_t)INSIDE - 8);
	size_t begin = box ? MIDDLE : 0, end = INSIDE;
	char label[FLOW_GRAPH_LABEL_LEN + 3];

	if (short_one)
		end = MAX((size_t)MIDDLE, n + 6);
	for (size_t i = begin; i < end; i++)
		line[right ? INSIDE - 1 - i : i] = '-';
	line[right ? INSIDE - end : end - 1] = short_one ? marks[row->arrow] : right ? '<' : '>';
	if (box)
		line[right ? INSIDE - 1 - begin : begin] = '*';
	snprintf(label, sizeof(label), " %.*s ", (int)n, row->label);
	put_text(line, right ? INSIDE - begin - 4 - n : begin + 2, label);
}

static void print_row(const struct flow_graph_row *row, bool two, FILE *out)
{
	char line[INSIDE + 1], when[16], text[FLOW_GRAPH_NOTE_LEN + 4];
	size_t n;

	memset(line, ' ', INSIDE);
	line[INSIDE] = '\0';
	if (row->arrow) {
		put_arrow(line, row);
	} else {
		snprintf(text, sizeof(text), row->strong ? "[%s]" : "%s", row->note);
		n = MIN(strlen(text), (size_t)INSIDE - 2);
		put_text(line, row->column ? INSIDE - 1 - n : 1, text);
	}
	if (row->gap)
		fprintf(out, "           ...  :%*s%s\n", INSIDE + (two ? 1 : 0), two ? ":" : "",
			"");
	correlation_time(when, sizeof(when), row->ts_ns);
	fprintf(out, "%c%s  |%s|\n", row->vague ? '~' : ' ', when, line);
}

void flow_graph__print(const struct flow_graph *flow_graph, FILE *out)
{
	bool two = flow_graph->heads[1][0];
	const char *other = two ? flow_graph->heads[1] : "(the other end)";
	char stamp[TIMESTAMP_LEN];
	int a = (int)strlen(flow_graph->heads[0]), b = (int)strlen(other);

	if (flow_graph->n_rows) {
		format_rfc3339(stamp, sizeof(stamp), (uint64_t)MAX(flow_graph->rows[0].ts_ns, 0));
		fprintf(out, " %.10s UTC ", stamp);
		fprintf(out, "%s%*s%s\n", flow_graph->heads[0], MAX(1, INSIDE + 2 - a - b), "",
			other);
	}
	for (size_t i = 0; i < flow_graph->n_rows; i++) {
		if (flow_graph->left_out && i == flow_graph->n_rows / 2)
			fprintf(out, "           ...  (%zu more are left out here)\n",
				flow_graph->left_out);
		print_row(&flow_graph->rows[i], two, out);
	}
	for (size_t i = 0; i < flow_graph->n_feet; i++)
		fprintf(out, "%s\n", flow_graph->feet[i]);
}
