/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow graph: two columns, time running down, an arrow for each packet that is known of,
 * which arrives or dies in the middle. What it shows, as rows; text and SVG draw them.
 */
#ifndef ENDS_FLOW_GRAPH_H
#define ENDS_FLOW_GRAPH_H

#include "ends/correlation_text.h"

#define FLOW_GRAPH_ROWS_MAX 400
#define FLOW_GRAPH_LABEL_LEN 96
#define FLOW_GRAPH_NOTE_LEN 160

enum arrow {
	ARROW_NONE = 0, /* a row of words */
	ARROW_ARRIVES,
	ARROW_DIES, /* lost on the way */
	ARROW_UNANSWERED, /* whether it was lost, or its answer, is not known */
	ARROW_FROM_BOX, /* it begins in the middle */
};

struct flow_graph_row {
	int64_t ts_ns; /* a's clock */
	size_t order; /* among those of the same time */
	bool vague; /* the time follows from counts and intervals, or from an estimated clock */
	bool gap; /* time without events passes here */
	enum arrow arrow;
	int from; /* the column that it leaves: 0 or 1 */
	char label[FLOW_GRAPH_LABEL_LEN]; /* on the arrow */
	int column; /* ARROW_NONE: whose words */
	bool strong; /* a verdict */
	char note[FLOW_GRAPH_NOTE_LEN]; /* ARROW_NONE: safe on a terminal */
};

struct flow_graph {
	char heads
		[2]
		[FLOW_GRAPH_NOTE_LEN]; /* above the columns; [1] is empty when there is no other */
	char feet[4][2 * FLOW_GRAPH_NOTE_LEN]; /* below: the verdict and what is missing */
	size_t n_feet;
	struct flow_graph_row *rows;
	size_t n_rows;
	size_t left_out; /* rows in the middle that there is no room for */
};

/* 0 and a flow_graph for flow_graph__free(), or -ENOMEM. */
int flow_graph__new(const struct correlation_view *t, const struct connection *c,
		    struct flow_graph **ret);
void flow_graph__free(struct flow_graph *flow_graph);

/* As text, about 100 columns wide. */
void flow_graph__print(const struct flow_graph *flow_graph, FILE *out);

/* As an SVG document of its own: no scripts, no links, no fonts but generic ones. */
void flow_graph__draw(const struct flow_graph *flow_graph, FILE *out);

#endif /* ENDS_FLOW_GRAPH_H */
