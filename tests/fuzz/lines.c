// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzzes the reader of JSON lines and all that follows: matching, clocks, verdicts, text, JSON
 * and both drawings. The input is what two hosts wrote, split at the first NUL byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ends/flow_graph.h"
#include "ends/from_lines.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const names[] = { "a", "b" };

static void add_lines(struct ends *ends, unsigned int file, const char *text, size_t size)
{
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t n = end ? (size_t)(end - text) : size;
		struct line_trouble why;
		struct line line;

		if (!line_parse(text, n, &line, &why) && ends__add(ends, file, &line))
			abort();
		text += n + !!end;
		size -= n + !!end;
	}
}

/* What is printed must be safe on a terminal and in a document. */
static void check(char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 && *p != '\n')
			abort();
	}
	free(text);
}

static void draw(const struct correlation_view *t, const struct connection *c)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	struct flow_graph *flow_graph;

	correlation_print(out, t, c);
	correlation_print_clocks(out, t);
	if (flow_graph__new(t, c, &flow_graph))
		abort();
	flow_graph__print(flow_graph, out);
	flow_graph__draw(flow_graph, out);
	flow_graph__free(flow_graph);
	fclose(out);
	check(text);
	check(correlation_json(t, c));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data;
	const char *second = size ? memchr(text, '\0', size) : NULL;
	size_t n = second ? (size_t)(second - text) : size;
	struct ends *ends = ends__new();
	struct correlation *c;
	struct correlation_view t = { .files = names, .n_files = 2 };

	add_lines(ends, 0, text, n);
	if (second)
		add_lines(ends, 1, second + 1, size - n - 1);
	if (correlation__new(ends, &c))
		abort();
	t.correlation = c;
	for (size_t i = 0; i < c->n_connections; i++)
		draw(&t, &c->connections[i]);
	correlation__free(c);
	return 0;
}
