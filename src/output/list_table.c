// SPDX-License-Identifier: BSD-2-Clause
#include "output/list_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"

#define COLUMNS_MAX 32
#define CELL_LEN 128

/* The fields of the table and how wide each has to be. */
struct layout {
	const struct field *fields[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t n;
};

static void write_cell(const struct field *field, const struct event *ev,
		       const struct field_context *ctx, char ret[CELL_LEN])
{
	struct field_value v;

	if (!field->get(ev, ctx, &v))
		snprintf(ret, CELL_LEN, "-");
	else if (field->kind == FIELD_INT)
		snprintf(ret, CELL_LEN, "%" PRId64, v.number);
	else
		escape_for_terminal(ret, CELL_LEN, v.text, sizeof(v.text));
}

/* In characters: bytes that continue one do not count. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void lay_out(struct layout *ret, const struct event *events, size_t n,
		    const struct field_context *ctx)
{
	char cell[CELL_LEN];

	*ret = (struct layout){};
	for (size_t i = 0; i < n_fields && ret->n < COLUMNS_MAX; i++) {
		if (!fields[i].listed)
			continue;
		ret->fields[ret->n] = &fields[i];
		ret->widths[ret->n++] = width_of(fields[i].listed);
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < ret->n; c++) {
			write_cell(ret->fields[c], &events[i], ctx, cell);
			ret->widths[c] = MAX(ret->widths[c], width_of(cell));
		}
	}
}

/* One line being written, cut at the terminal's edge. */
struct line {
	FILE *out;
	size_t left; /* characters */
	size_t owed; /* blanks, written when more text follows */
};

static void put(struct line *l, const char *text)
{
	for (; l->owed && l->left; l->owed--, l->left--)
		fputc(' ', l->out);
	for (; *text; text++) {
		if (((unsigned char)*text & 0xc0) != 0x80 && !l->left--)
			break;
		fputc(*text, l->out);
	}
	if (*text)
		l->left = 0;
}

static void put_cell(struct line *l, const char *text, size_t width)
{
	put(l, text);
	l->owed = width - MIN(width, width_of(text)) + 1;
}

static struct line line_start(FILE *out, struct table_bounds bounds)
{
	return (struct line){ .out = out, .left = bounds.columns ? bounds.columns : SIZE_MAX };
}

static void write_headings(FILE *out, const struct layout *layout, struct table_bounds bounds)
{
	struct line l = line_start(out, bounds);

	for (size_t c = 0; c < layout->n; c++)
		put_cell(&l, layout->fields[c]->listed, layout->widths[c]);
	fputc('\n', out);
}

static void write_row(FILE *out, const struct layout *layout, const struct event *ev,
		      const struct field_context *ctx, struct table_bounds bounds)
{
	struct line l = line_start(out, bounds);
	char cell[CELL_LEN];

	for (size_t c = 0; c < layout->n; c++) {
		write_cell(layout->fields[c], ev, ctx, cell);
		put_cell(&l, cell, layout->widths[c]);
	}
	fputc('\n', out);
}

char *list_table_text(const struct event *events, size_t n, const struct field_context *ctx,
		      struct table_bounds bounds)
{
	size_t room = bounds.lines ? bounds.lines - MIN(bounds.lines, 1U) : SIZE_MAX;
	size_t shown = n <= room ? n : room - MIN(room, 1U);
	struct layout layout;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	lay_out(&layout, events, shown, ctx);
	write_headings(out, &layout, bounds);
	for (size_t i = 0; i < shown; i++)
		write_row(out, &layout, &events[i], ctx, bounds);
	if (shown < n)
		fprintf(out, "... and %zu more\n", n - shown);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	text[size - 1] = '\0'; /* who writes it ends the last line */
	return text;
}
