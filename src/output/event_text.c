// SPDX-License-Identifier: BSD-2-Clause
#include "output/event_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "output/path_summary.h"

/*
 * TIME     EVENT      PID     COMM            LOCAL                 PEER ...
 * 18:31:04 path-dead  2231    sshd            10.2.2.2:22           10.1.1.1:46560 ...
 */
static void add_column(char *buf, size_t size, int width, const char *text)
{
	size_t at = strnlen(buf, size);

	/* Padding counts bytes: those that continue a character take no place of their own. */
	for (const char *p = text; width && *p; p++)
		width += ((unsigned char)*p & 0xc0) == 0x80;
	if (at < size)
		snprintf(buf + at, size - at, "%s%-*s", at ? " " : "", width, text);
}

static void trim(char *buf)
{
	size_t n = strlen(buf);

	while (n && buf[n - 1] == ' ')
		buf[--n] = '\0';
}

void event_text_header(char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].column)
			add_column(buf, size, fields[i].width, fields[i].column);
	}
}

void event_text(const struct event *ev, const struct field_context *ctx, char *buf, size_t size)
{
	char cell[4 * FIELD_TEXT_LEN];
	struct field_value v;

	buf[0] = '\0';
	for (size_t i = 0; i < n_fields; i++) {
		const struct field *field = &fields[i];

		if (!field->column)
			continue;
		if (!field->get(ev, ctx, &v))
			snprintf(cell, sizeof(cell), "-");
		else if (field->kind == FIELD_INT)
			snprintf(cell, sizeof(cell), "%" PRId64, v.number);
		else
			escape_for_terminal(cell, sizeof(cell), v.text, sizeof(v.text));
		add_column(buf, size, field->width, cell);
	}
	trim(buf);
}

void event_text_summary(const struct event *ev, uint64_t watched_ns, FILE *out)
{
	const struct totals *t = ev->totals;
	char duration[DURATION_LEN];

	format_duration(duration, sizeof(duration), watched_ns);
	fprintf(out, "\nWatched %" PRIu64 " connections for %s.\n", t->connections, duration);
	for (enum verdict v = VERDICT_NONE + 1; v < VERDICT_MAX; v++) {
		if (t->verdicts[v] || v == VERDICT_PATH_DEAD)
			fprintf(out, "  %-18s %" PRIu64 "\n", verdict_name(v), t->verdicts[v]);
	}
	fprintf(out, "  %-18s %" PRIu64 "\n", "suspicions", t->suspects);
	fprintf(out, "  %-18s %" PRIu64 "\n", "recovered", t->recovered);
	fprintf(out, "  %-18s %" PRIu64 "\n", "closed", t->closed);
	fprintf(out,
		"  %-18s %" PRIu64 " (kernel facts %" PRIu64 ", connections refused %" PRIu64
		", lines not written %" PRIu64 ")\n",
		"events lost", t->lost_kernel + t->lost_refused + t->lost_lines, t->lost_kernel,
		t->lost_refused, t->lost_lines);
	if (ev->detail)
		fprintf(out, "  %s\n", ev->detail);
	if (t->undecided)
		fprintf(out,
			"  %-18s %" PRIu64 " in trouble, and no process is known to hold them\n",
			"undecided", t->undecided);
	if (ev->paths)
		path_summary(ev->paths, (int64_t)ev->ts_ns, out);
	fflush(out);
}
