// SPDX-License-Identifier: BSD-2-Clause
/* Paths as text: their names, their hints, and which ten the summary shows. */
#include "output/path_summary.h"

#include <netinet/in.h>

#include "check.h"

#define S(n) ((n)*NS_PER_S)
#define NOW_NS ((int64_t)S(1000))

static struct bracket bracket(uint64_t survived_s, uint64_t died_s)
{
	struct bracket b = {};

	if (survived_s)
		b.of[GAP_SURVIVED] = (struct gaps){ .gap_ns = S(survived_s),
						    .times = 2,
						    .last_ns = NOW_NS - (int64_t)S(20) };
	if (died_s)
		b.of[GAP_DIED] = (struct gaps){ .gap_ns = S(died_s),
						.times = 1,
						.last_ns = NOW_NS - (int64_t)S(3) };
	return b;
}

static int setup(void **state)
{
	struct paths *p = NULL;

	if (paths__new(0, 0, 64, &p))
		return -1;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	paths__free(*state);
	return 0;
}

#define PATHS_TEST(test) TEST_WITH(test, struct paths *p, setup, teardown)

static void learn(struct paths *p, uint8_t last, struct bracket b)
{
	struct path path = { .key = { .local = { 10, 1, 1, 1 },
				      .peer = { 10, 2, 2, last },
				      .family = AF_INET,
				      .prefix = 32 },
			     .bracket = b };

	paths__remember(p, &path);
}

/* Good until the next call. */
static const char *summary(const struct paths *p)
{
	static char text[65536];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	text[0] = '\0';
	path_summary(p, NOW_NS, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static const char *peer(struct path_key key)
{
	static char text[PATH_PEER_LEN];

	memset(text, 'x', sizeof(text));
	path_peer(&key, text, sizeof(text));
	return text;
}

static const char *hint(struct bracket b)
{
	static char text[1024];

	memset(text, 'x', sizeof(text));
	path_hint(&b, text, sizeof(text));
	return text;
}

TEST(a_peer_has_its_prefix_where_it_is_a_group)
{
	struct path_key key = { .peer = { 10, 2, 2, 0 }, .family = AF_INET, .prefix = 32 };

	assert_string_equal(peer(key), "10.2.2.0");
	key.prefix = 24;
	assert_string_equal(peer(key), "10.2.2.0/24");
	key.prefix = 0;
	assert_string_equal(peer(key), "10.2.2.0/0");
	key = (struct path_key){ .peer = { 0xfd, [15] = 1 }, .family = AF_INET6, .prefix = 128 };
	assert_string_equal(peer(key), "fd00::1");
	key.prefix = 32; /* all of an IPv4 address, but not of this one */
	assert_string_equal(peer(key), "fd00::1/32");
	memset(key.peer, 0xaa, sizeof(key.peer));
	key.prefix = 127; /* as long as it can be */
	assert_string_equal(peer(key), "aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa/127");
}

TEST(a_hint_says_what_it_knows)
{
	assert_string_equal(hint(bracket(3500, 0)), "");
	assert_string_equal(hint(bracket(0, 0)), "");
	assert_string_equal(hint(bracket(9, 9)), ""); /* they contradict */
	assert_memory_equal(hint(bracket(3500, 7000)), "consistent with 3600 s (", 24);
	assert_string_equal(hint(bracket(4, 8)),
			    "no well-known default lies there: somebody has set this one");
	assert_string_equal(hint(bracket(0, 8)),
			    "no well-known default is as short: somebody has set this one");
}

PATHS_TEST(nothing_is_said_where_nothing_was_fatal)
{
	assert_string_equal(summary(p), "");
	learn(p, 1, bracket(60, 0));
	assert_string_equal(summary(p), "");
}

PATHS_TEST(a_path_is_told_in_a_few_lines)
{
	learn(p, 1, bracket(60, 0));
	learn(p, 2, bracket(3500, 7000));
	assert_memory_equal(
		summary(p),
		"\nPaths that forget idle connections (1 of 2 known):\n"
		"  10.1.1.1 to 10.2.2.2: path forgets after 58m20s..1h56m40s\n"
		"      survived 58m20s (2x, last 20.0s ago), died at 1h56m40s (1x, last "
		"3.0s ago)\n"
		"      consistent with 3600 s (",
		220);
	assert_contains(summary(p), "\n      set SO_KEEPALIVE with TCP_KEEPIDLE ");
	assert_lacks(summary(p), "for want of room");
}

/* What contradicts itself says so once, and gives no hint. */
PATHS_TEST(a_contradiction_is_told_once)
{
	const char *text;

	learn(p, 1, bracket(90, 60));
	text = strstr(summary(p), "survived 1m30s");
	assert_non_null(text);
	assert_contains(text, "these contradict");
	assert_null(strstr(text + 1, "survived 1m30s"));
	assert_lacks(text, "consistent with");
	assert_lacks(text, "well-known");
}

PATHS_TEST(the_last_ten_are_shown_the_latest_first)
{
	const char *at = summary(p);

	for (uint8_t i = 1; i <= 10; i++)
		learn(p, i, bracket(4, 8));
	assert_contains(summary(p), "(10 of 10 known):");
	assert_contains(summary(p), "to 10.2.2.1:");
	for (uint8_t i = 11; i <= 13; i++)
		learn(p, i, bracket(4, 8));
	at = summary(p);
	assert_contains(at, "(13 of 13 known, the last ten):");
	for (unsigned int i = 13; i > 3; i--) {
		char name[32];

		snprintf(name, sizeof(name), "to 10.2.2.%u:", i);
		at = strstr(at, name);
		assert_non_null(at);
	}
	assert_lacks(at + 1, " to 10.2.2.");
}

TEST(what_was_forgotten_is_told)
{
	struct paths *p = NULL;

	assert_int_equal(paths__new(0, 0, 2, &p), 0);
	for (uint8_t i = 1; i <= 5; i++)
		learn(p, i, bracket(4, 8));
	assert_contains(summary(p), "(2 of 2 known):");
	assert_contains(summary(p), "\n  forgotten for want of room: 3\n");
	paths__free(p);
}
