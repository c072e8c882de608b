// SPDX-License-Identifier: BSD-2-Clause
#include "commands/paths.h"

#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/option_values.h"
#include "output/advice.h"
#include "output/known_timeouts.h"
#include "output/path_summary.h"
#include "output/path_tolerance.h"
#include "store/state.h"

enum {
	OPT_STATE = 0x100,
	OPT_GROUP,
};

struct paths_options {
	const char *state;
	unsigned int prefix4, prefix6;
	bool json;
};

static const struct argp_option table[] = {
	{ "state", OPT_STATE, "FILE", 0, "Read FILE (" STATE_DEFAULT ")", 1 },
	{ "group", OPT_GROUP, "BITS", 0,
	  "Take peers of one prefix for one path: 24, or 24,64 for IPv4 and IPv6", 1 },
	{ "json", 'j', NULL, 0, "JSON lines", 1 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct paths_options *o = state->input;

	if (value_is_help(key, state))
		return 0;
	switch (key) {
	case OPT_STATE:
		o->state = arg;
		break;
	case OPT_GROUP:
		return value_group("--group", arg, &o->prefix4, &o->prefix6);
	case 'j':
		o->json = true;
		break;
	case ARGP_KEY_ARG:
		return command_refuse_word("idlewatch paths", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* What a printer needs besides the path. */
struct printing {
	int64_t offset_ns; /* CLOCK_REALTIME less CLOCK_BOOTTIME */
	size_t n;
	bool failed; /* out of memory */
};

/* "2026-11-22 18:30" in local time; "-" where there is none. */
static void when(const struct gaps *g, int64_t offset_ns, char *buf, size_t size)
{
	time_t s = (time_t)((g->last_ns + offset_ns) / (int64_t)NS_PER_S);
	struct tm tm;

	if (!g->times || !localtime_r(&s, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M", &tm))
		snprintf(buf, size, "-");
}

/*
 * LOCAL           PEER            SURVIVED  TIMES LAST             DIED AT   TIMES LAST ...
 * 10.1.1.1        10.2.2.2        58m02s        3 2026-11-22 18:30 2h00m00s      1 ...
 *     path forgets after 58m02s..2h00m00s; consistent with 3600 s (...)
 *     set ...
 * and where later gaps speak against one:
 *     died at 4.1s (1x, last 3d02h ago), outvoted 3x since
 */
static void print_header(void)
{
	printf("%-24s %-24s", "LOCAL", "PEER");
	for (int kind = 0; kind <= GAP_RESET; kind++)
		printf(" %-10s %5s %-16s",
		       kind == GAP_SURVIVED ? "SURVIVED"
		       : kind == GAP_DIED   ? "DIED AT"
					    : "RESET AT",
		       "TIMES", "LAST");
	printf("\n");
}

static void print_words(const struct path *path, int64_t offset_ns)
{
	int64_t now_ns = (int64_t)clock_ns(CLOCK_REALTIME) - offset_ns;
	char words[TOLERANCE_LEN], hint[PATH_HINT_LEN], advice[ADVICE_LEN];
	struct bracket force = bracket_in_force(&path->bracket);

	tolerance_outvoted(&path->bracket, now_ns, words, sizeof(words));
	if (words[0])
		printf("    %s\n", words);
	tolerance_hints(&path->bracket, now_ns, words, sizeof(words));
	if (words[0])
		printf("    %s\n", words);
	if (!bracket_fatal_ns(&force))
		return;
	tolerance_text(&force, now_ns, words, sizeof(words));
	path_hint(&force, hint, sizeof(hint));
	printf("    %s%s%s\n", words, hint[0] ? "; " : "", hint);
	if (advice_for_path(&force, advice, sizeof(advice)))
		printf("    %s\n", advice);
}

static void print_text(const struct path *path, void *ctx)
{
	char local[ADDRESS_LEN], peer[PATH_PEER_LEN], gap[DURATION_LEN], last[32];
	struct printing *p = ctx;

	if (!p->n++)
		print_header();
	format_address(local, sizeof(local), path->key.family, path->key.local);
	path_peer(&path->key, peer, sizeof(peer));
	printf("%-24s %-24s", local, peer);
	for (enum gap_kind kind = 0; kind <= GAP_RESET; kind++) {
		const struct gaps *g = &path->bracket.of[kind];

		tolerance_gap(&path->bracket, kind, gap, sizeof(gap));
		when(g, p->offset_ns, last, sizeof(last));
		printf(" %-10s %5llu %-16s", gap, (unsigned long long)g->times, last);
	}
	printf("\n");
	print_words(path, p->offset_ns);
}

static void add_gaps(json_t *line, const struct bracket *b, enum gap_kind kind, const char *key,
		     const char *end, int64_t offset_ns)
{
	const struct gaps *g = &b->of[kind];
	char stamp[TIMESTAMP_LEN], name[48];

	if (!g->times)
		return;
	snprintf(name, sizeof(name), "idle_%s_%s_ms", key, end);
	json_object_set_new(line, name, json_integer(tolerance_ms(b, kind)));
	snprintf(name, sizeof(name), "idle_%s_times", key);
	json_object_set_new(line, name, json_integer((json_int_t)g->times));
	snprintf(name, sizeof(name), "idle_%s_last", key);
	format_rfc3339(stamp, sizeof(stamp), (uint64_t)(g->last_ns + offset_ns));
	json_object_set_new(line, name, json_string(stamp));
	if (!g->against)
		return;
	snprintf(name, sizeof(name), "idle_%s_against", key);
	json_object_set_new(line, name, json_integer((json_int_t)g->against));
	snprintf(name, sizeof(name), "idle_%s_outvoted", key);
	json_object_set_new(line, name, json_boolean(!gaps_hold(g)));
}

static void add_conclusions(json_t *line, const struct bracket *all)
{
	const struct bracket force = bracket_in_force(all), *b = &force;
	char text[PATH_HINT_LEN];

	if (!bracket_fatal_ns(b))
		return;
	json_object_set_new(line, "idle_contradicts", json_boolean(bracket_contradicts(b)));
	if (timeouts_hint(b, bracket_fatal_kind(b), text, sizeof(text)))
		json_object_set_new(line, "consistent_with", json_string(text));
	if (advice_for_path(b, text, sizeof(text)))
		json_object_set_new(line, "advice", json_string(text));
	if (advised_keepalive_s(b))
		json_object_set_new(line, "advice_keepalive_s",
				    json_integer(advised_keepalive_s(b)));
}

static void print_json(const struct path *path, void *ctx)
{
	json_t *line = json_object();
	struct printing *p = ctx;
	char text[ADDRESS_LEN];
	char *dumped;

	format_address(text, sizeof(text), path->key.family, path->key.local);
	json_object_set_new(line, "local_addr", json_string(text));
	format_address(text, sizeof(text), path->key.family, path->key.peer);
	json_object_set_new(line, "peer_addr", json_string(text));
	json_object_set_new(line, "peer_prefix", json_integer(path->key.prefix));
	json_object_set_new(line, "netns", json_integer(path->key.netns));
	add_gaps(line, &path->bracket, GAP_SURVIVED, "survived", "max", p->offset_ns);
	add_gaps(line, &path->bracket, GAP_DIED, "died", "min", p->offset_ns);
	add_gaps(line, &path->bracket, GAP_RESET, "reset", "min", p->offset_ns);
	add_gaps(line, &path->bracket, GAP_DISOWNED, "disowned", "min", p->offset_ns);
	add_gaps(line, &path->bracket, GAP_CUT, "cut", "usual", p->offset_ns);
	add_gaps(line, &path->bracket, GAP_CLOSED, "closed", "usual", p->offset_ns);
	add_conclusions(line, &path->bracket);
	dumped = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	if (dumped)
		puts(dumped);
	else
		p->failed = true;
	free(dumped);
	p->n++;
}

static void remember(const struct path *path, void *ctx)
{
	paths__remember(ctx, path);
}

/* Prints what the state holds. Returns the exit code. */
static int print_paths(struct state *state, const struct paths_options *o)
{
	struct printing p = { .offset_ns = realtime_offset_ns() };
	struct paths *paths;

	if (paths__new(o->prefix4, o->prefix6, PATHS_MAX, &paths))
		return log_err(EXIT_FAILED, "out of memory");
	if (state__load(state, p.offset_ns, remember, paths))
		p.failed = true;
	paths__each(paths, o->json ? print_json : print_text, &p);
	paths__free(paths);
	if (fflush(stdout))
		return log_err(EXIT_FAILED, "cannot write: %s", strerror(errno));
	if (!p.n && !p.failed)
		log_warn("nothing is known of any path yet");
	return p.failed ? EXIT_FAILED : EXIT_OK;
}

int paths_main(int argc, char **argv)
{
	static const char doc[] =
		"Show what paths tolerate: the longest idle gap each was seen to let pass, the "
		"shortest that was fatal, and what would keep connections alive. Reads what "
		"idlewatch --state FILE writes; needs no privileges but to read the file.";
	const struct argp argp = { .options = table, .parser = parse_option, .doc = doc };
	struct paths_options options = {};
	struct state *state;
	int r;

	if (command_parse(&argp, argc, argv, &options))
		return EXIT_USAGE;
	if (!options.state)
		options.state = state_of_service() ?: STATE_DEFAULT;
	r = state__open_to_read(options.state, &state);
	if (r == -ENOENT)
		return log_err(EXIT_FAILED,
			       "there is no %s: idlewatch writes it when run with --state FILE, "
			       "or as a service",
			       options.state);
	if (r)
		return r == -EACCES ? EXIT_NOT_PERMITTED : exit_code_of(r);
	r = print_paths(state, &options);
	state__close(state);
	return r;
}
