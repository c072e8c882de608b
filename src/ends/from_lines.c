// SPDX-License-Identifier: BSD-2-Clause
#include "ends/from_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"

static int load_file(struct ends *ends, unsigned int number, const char *name, uint64_t *ret_used)
{
	struct line line;
	struct lines *lines;
	int r = lines__open(name, &lines);

	if (r)
		return r;
	while (!r && lines__next(lines, &line))
		r = ends__add(ends, number, &line);
	lines__complain(lines);
	if (!lines__used(lines))
		log_warn("%s: there is no line of idlewatch in it", name);
	*ret_used += lines__used(lines);
	lines__close(lines);
	return r;
}

static void complain(uint64_t n, const char *what)
{
	if (n)
		log_warn("no room for %" PRIu64 " %s", n, what);
}

void ends_complain(const struct ends *ends)
{
	complain(ends->refused_ends, "lines of more than 65536 connections");
	complain(ends->refused_episodes, "silences beyond 65536");
	complain(ends->refused_marks, "probes of connections beyond 4096");
	complain(ends->refused_sources, "lines of more than 256 hosts or clocks");
}

int correlation__from_lines(const char *const *files, size_t n, struct correlation **ret,
			    bool *ret_failed)
{
	struct ends *ends = ends__new();
	uint64_t used = 0;
	int r = ends ? 0 : -ENOMEM;

	for (size_t i = 0; r != -ENOMEM && i < n; i++) {
		r = load_file(ends, (unsigned int)i, files[i], &used);
		*ret_failed |= r != 0;
	}
	if (r == -ENOMEM || !used) {
		ends__free(ends);
		return r == -ENOMEM ? log_err(r, "out of memory") : -ENODATA;
	}
	ends_complain(ends);
	r = correlation__new(ends, ret);
	return r ? log_err(r, "out of memory") : 0;
}
