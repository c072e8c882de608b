// SPDX-License-Identifier: BSD-2-Clause
#include "output/path_summary.h"

#include <inttypes.h>
#include <netinet/in.h>

#include "base/util.h"
#include "output/advice.h"
#include "output/known_timeouts.h"
#include "output/path_tolerance.h"

#define SUMMARY_MAX 10

void path_peer(const struct path_key *key, char *buf, size_t size)
{
	format_address(buf, size, key->family, key->peer);
	if (key->prefix < (key->family == AF_INET6 ? 128 : 32))
		append_text(buf, size, "/%u", key->prefix);
}

void path_hint(const struct bracket *b, char *buf, size_t size)
{
	char known[PATH_HINT_LEN];

	buf[0] = '\0';
	if (!bracket_fatal_ns(b) || bracket_contradicts(b))
		return;
	if (timeouts_hint(b, bracket_fatal_kind(b), known, sizeof(known)))
		append_text(buf, size, "consistent with %s", known);
	else if (b->of[GAP_SURVIVED].times)
		append_text(buf, size,
			    "no well-known default lies there: somebody has set this one");
	else
		append_text(buf, size,
			    "no well-known default is as short: somebody has set this one");
}

/* The last ones that were fatal, in a ring. */
struct fatal_ones {
	struct path last[SUMMARY_MAX];
	size_t n;
};

static void collect(const struct path *path, void *ctx)
{
	struct fatal_ones *f = ctx;

	if (bracket_fatal_ns(&path->bracket))
		f->last[f->n++ % SUMMARY_MAX] = *path;
}

/*
 *   10.1.1.1 to 10.2.2.2: path forgets after 4.0s..8.1s
 *      survived 4.0s (2x, last 20.1s ago), died at 8.1s (1x, last 3.2s ago)
 *      consistent with 5 s (...)
 *      set SO_KEEPALIVE with TCP_KEEPIDLE 3, or ...
 */
static void print_path(const struct path *path, int64_t now_ns, FILE *out)
{
	char local[ADDRESS_LEN], peer[PATH_PEER_LEN], words[TOLERANCE_LEN];
	char hint[PATH_HINT_LEN + 32], advice[ADVICE_LEN];
	const struct bracket force = bracket_in_force(&path->bracket), *b = &force;

	format_address(local, sizeof(local), path->key.family, path->key.local);
	path_peer(&path->key, peer, sizeof(peer));
	tolerance_text(b, now_ns, words, sizeof(words));
	fprintf(out, "  %s to %s: %s\n", local, peer, words);
	if (!bracket_contradicts(b)) {
		tolerance_gaps(b, now_ns, words, sizeof(words));
		fprintf(out, "      %s\n", words);
	}
	path_hint(b, hint, sizeof(hint));
	if (hint[0])
		fprintf(out, "      %s\n", hint);
	if (advice_for_path(b, advice, sizeof(advice)))
		fprintf(out, "      %s\n", advice);
}

void path_summary(const struct paths *paths, int64_t now_ns, FILE *out)
{
	struct fatal_ones fatal = {};

	paths__each(paths, collect, &fatal);
	if (!fatal.n)
		return;
	fprintf(out, "\nPaths that forget idle connections (%zu of %zu known%s):\n", fatal.n,
		paths__count(paths), fatal.n > SUMMARY_MAX ? ", the last ten" : "");
	for (size_t i = 0; i < MIN(fatal.n, SUMMARY_MAX); i++)
		print_path(&fatal.last[(fatal.n - 1 - i) % SUMMARY_MAX], now_ns, out);
	if (paths__forgotten(paths))
		fprintf(out, "  forgotten for want of room: %" PRIu64 "\n",
			paths__forgotten(paths));
}
