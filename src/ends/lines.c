// SPDX-License-Identifier: BSD-2-Clause
#include "ends/lines.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/input.h"
#include "base/log.h"
#include "base/util.h"

#define CHUNK_BYTES 65536

static const char *const fault_names[] = {
	[LINE_CUT] = "cut off at the end of the file",
	[LINE_TOO_LONG] = "longer than 64 KiB",
	[LINE_NOT_JSON] = "not JSON",
	[LINE_NOT_OURS] = "no line of idlewatch",
	[LINE_OTHER_SCHEMA] = "of another schema than 1",
	[LINE_BAD_VALUE] = "with a bad value",
	[LINE_UNKNOWN_EVENT] = "of an event that this version does not know",
};
static_assert(ARRAY_SIZE(fault_names) == LINE_FAULT_MAX, "every fault has a name");

struct lines {
	const char *name;
	struct input *in;
	uint64_t number; /* of the line being read, from 1 */
	uint64_t used;
	uint64_t faults[LINE_FAULT_MAX];
	bool ended;
	size_t at, len; /* what of chunk is not looked at yet */
	size_t n; /* bytes of the present line */
	bool too_long; /* the present line */
	char chunk[CHUNK_BYTES];
	char text[LINE_BYTES_MAX];
};

int lines__open(const char *name, struct lines **ret)
{
	struct lines *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return log_err(-ENOMEM, "out of memory");
	l->name = name;
	r = input__open(name, &l->in);
	if (r) {
		free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void lines__close(struct lines *l)
{
	if (!l)
		return;
	input__close(l->in);
	free(l);
}

uint64_t lines__used(const struct lines *l)
{
	return l->used;
}

uint64_t lines__skipped(const struct lines *l)
{
	uint64_t n = 0;

	for (int f = 0; f < LINE_FAULT_MAX; f++)
		n += l->faults[f];
	return n;
}

/* Names the first of each kind. */
static void note_bad(struct lines *l, struct line_trouble trouble)
{
	char safe[256] = "";

	if (l->faults[trouble.fault]++ || trouble.fault == LINE_UNKNOWN_EVENT)
		return;
	if (trouble.what)
		escape_for_terminal(safe, sizeof(safe), trouble.what, strlen(trouble.what));
	log_warn("%s:%" PRIu64 ": line skipped: %s%s%s", l->name, l->number,
		 fault_names[trouble.fault], trouble.what ? ": " : "", safe);
}

void lines__complain(const struct lines *l)
{
	uint64_t skipped = lines__skipped(l);
	char text[512] = "";
	size_t at = 0;

	if (!skipped)
		return;
	for (int f = 0; f < LINE_FAULT_MAX; f++) {
		if (l->faults[f] && at < sizeof(text))
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%" PRIu64 " %s",
					       at ? ", " : "", l->faults[f], fault_names[f]);
	}
	log_warn("%s: %" PRIu64 " lines used, %" PRIu64 " skipped: %s", l->name, l->used, skipped,
		 text);
}

/* Reads on; a file that cannot be read to its end is good up to there. */
static void fill(struct lines *l)
{
	ssize_t n = input__read(l->in, l->chunk, sizeof(l->chunk));

	l->at = 0;
	l->len = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return;
	l->ended = true;
	if (n < 0)
		log_warn("%s: at byte %" PRIu64 ": %s; what came before is used", l->name,
			 input__offset(l->in),
			 n == -ENODATA	 ? "the file ends in the middle of its compressed data"
			 : n == -EBADMSG ? "the compressed data is damaged"
					 : strerror((int)-n));
}

/* Takes a piece of the present line; what is too long is not kept. */
static void take_line(struct lines *l, const char *piece, size_t n)
{
	if (n > sizeof(l->text) - l->n) {
		l->too_long = true;
		return;
	}
	memcpy(l->text + l->n, piece, n);
	l->n += n;
}

/* Reads a whole line into text; false when there is none. cut: no newline ends it. */
static bool read_more(struct lines *l, bool *ret_cut)
{
	l->n = 0;
	l->too_long = false;
	l->number++;
	for (;;) {
		const char *from, *newline;
		size_t left;

		if (l->at == l->len)
			fill(l);
		if (l->ended) {
			*ret_cut = true;
			return l->n || l->too_long;
		}
		from = l->chunk + l->at;
		left = l->len - l->at;
		newline = memchr(from, '\n', left);
		take_line(l, from, newline ? (size_t)(newline - from) : left);
		l->at += newline ? (size_t)(newline - from) + 1 : left;
		if (newline) {
			*ret_cut = false;
			return true;
		}
	}
}

/* Whether there is nothing but white space in it. */
static bool is_blank(const struct lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->text[i] != ' ' && l->text[i] != '\t' && l->text[i] != '\r')
			return false;
	}
	return !l->too_long;
}

int lines__next(struct lines *l, struct line *ret)
{
	bool cut;

	while (!l->ended && read_more(l, &cut)) {
		struct line_trouble trouble = { .fault = LINE_TOO_LONG };

		if (is_blank(l))
			continue;
		if (!l->too_long && !line_parse(l->text, l->n, ret, &trouble)) {
			l->used++;
			return 1;
		}
		/* Without its newline, what is no JSON is a line that was cut. */
		if (cut && trouble.fault == LINE_NOT_JSON)
			trouble = (struct line_trouble){ .fault = LINE_CUT };
		note_bad(l, trouble);
	}
	return 0;
}
