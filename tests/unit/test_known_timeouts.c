// SPDX-License-Identifier: BSD-2-Clause
/* The table of known time-outs, the page that shows it, and the hints taken from it. */
#include "check.h"
#include "output/known_timeouts.h"

#define PAGE "docs/timeouts.md"

static char *page(void)
{
	static char text[32768];
	FILE *in = fopen(PAGE, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

TEST(the_table_is_sorted_whole_and_documented)
{
	const char *text = page();
	size_t rows = 0;
	char row[512];

	for (size_t i = 0; i < n_timeouts; i++) {
		const struct timeout *t = &timeouts[i];

		assert_true(!i || timeouts[i - 1].seconds <= t->seconds);
		assert_true(t->seconds > 0);
		assert_true(t->who[0] && t->source[0]);
		assert_true(t->mark == 'V' || t->mark == 'S');
		assert_int_equal(t->does & ~(unsigned int)(BOX_DROPS | BOX_RESETS | BOX_CLOSES), 0);
		snprintf(row, sizeof(row), "\n| %u | %s | %s | %c | %s |\n", t->seconds, t->who,
			 timeout_does(t), t->mark, t->source);
		if (!strstr(text, row))
			fail_msg("%s lacks or differs in:%s", PAGE, row);
	}
	for (const char *at = text; (at = strstr(at, "\n| ")); at++)
		rows += at[3] >= '0' && at[3] <= '9';
	assert_int_equal(rows, n_timeouts);
}

static struct bracket bracket(uint64_t survived_s, enum gap_kind fatal, uint64_t fatal_s)
{
	struct bracket b = {};

	if (survived_s)
		b.of[GAP_SURVIVED] = (struct gaps){ .gap_ns = survived_s * NS_PER_S, .times = 1 };
	b.of[fatal] = (struct gaps){ .gap_ns = fatal_s * NS_PER_S, .times = 1 };
	return b;
}

static const char *hint(struct bracket b, enum gap_kind fatal)
{
	static char text[1024];

	if (!timeouts_hint(&b, fatal, text, sizeof(text)))
		assert_string_equal(text, "");
	return text;
}

TEST(those_inside_the_bracket_are_offered)
{
	assert_string_equal(hint(bracket(800, GAP_DIED, 1000), GAP_DIED),
			    "900 s (Linux IPVS (Docker Swarm, kube-proxy in ipvs mode))");
	assert_string_equal(hint(bracket(900, GAP_DIED, 1000), GAP_DIED), "");
	assert_contains(hint(bracket(899, GAP_DIED, 900), GAP_DIED), "900 s");
	assert_string_equal(hint(bracket(4, GAP_DIED, 8), GAP_DIED), "");
}

TEST(a_box_that_resets_is_not_offered_for_silence)
{
	const char *text = hint(bracket(340, GAP_DIED, 360), GAP_DIED);

	assert_contains(text, "AWS Network Firewall");
	assert_lacks(text, "AWS Network Load Balancer");
	text = hint(bracket(340, GAP_RESET, 360), GAP_RESET);
	assert_contains(text, "AWS Network Load Balancer");
	assert_lacks(text, "AWS Network Firewall");
	/* One that closes in time kills in neither way. */
	assert_string_equal(hint(bracket(50, GAP_DIED, 70), GAP_DIED), "");
	assert_string_equal(hint(bracket(50, GAP_RESET, 70), GAP_RESET), "");
}

TEST(of_a_wide_bracket_the_nearest_are_named)
{
	const char *text = hint(bracket(0, GAP_DIED, 7200), GAP_DIED);

	assert_int_equal(strncmp(text, "3600 s (", 8), 0);
	assert_contains(text, "), 1800 s (Forcepoint; Juniper SRX), 1200 s (");
	assert_lacks(text, "900 s");
	assert_contains(text, ") and 7 shorter");
}

TEST(no_hint_where_gaps_contradict)
{
	assert_string_equal(hint(bracket(4000, GAP_DIED, 3700), GAP_DIED), "");
	assert_string_equal(hint((struct bracket){}, GAP_DIED), "");
}

TEST(hints_are_cut_to_their_room)
{
	struct bracket b = bracket(0, GAP_DIED, 7200);
	char text[16];

	assert_true(timeouts_hint(&b, GAP_DIED, text, sizeof(text)));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}
