// SPDX-License-Identifier: BSD-2-Clause
/* The table of `idlewatch list`. */
#include "output/list_table.h"

#include "events.h"

static char *table_of(struct sample *samples, size_t n, struct table_bounds bounds)
{
	struct field_context ctx = sample_context();
	struct event *events = calloc(n, sizeof(*events));
	char *text;

	assert_non_null(events);
	for (size_t i = 0; i < n; i++) {
		sample_event(&samples[i], EVENT_CONNECTION);
		events[i] = samples[i].ev;
	}
	text = list_table_text(events, n, &ctx, bounds);
	free(events);
	assert_non_null(text);
	return text;
}

static size_t lines_of(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

TEST(a_row_says_all_that_is_known)
{
	struct sample sample;
	char *text = table_of(&sample, 1, (struct table_bounds){});

	assert_string_equal(
		text,
		"PID COMM     STATE LOCAL       PEER           IDLE  RISK               "
		"NOTICED  KEEPALIVE NEXT     TRAFFIC  DATA-IN DATA-OUT UNANSW UNACKED "
		"USER-TIMEOUT NETNS\n"
		"-   [kernel] ESTAB 10.2.2.2:22 10.1.1.1:46560 1m00s keepalive-too-late "
		"2h11m15s 7200+9x75 1h59m00s 5m00s 4x 1m00s   1m01s    0      32      30.0s        blue");
	free(text);
}

TEST(what_does_not_fit_is_counted)
{
	struct sample samples[10];
	char *text = table_of(samples, 10, (struct table_bounds){ .lines = 6 });

	assert_int_equal(lines_of(text), 6);
	assert_non_null(strstr(text, "\n... and 6 more"));
	free(text);
	text = table_of(samples, 5, (struct table_bounds){ .lines = 6 });
	assert_int_equal(lines_of(text), 6);
	assert_null(strstr(text, "more"));
	free(text);
	text = table_of(samples, 10, (struct table_bounds){ .lines = 1 });
	assert_true(lines_of(text) <= 2);
	free(text);
}

TEST(lines_are_cut_at_the_edge)
{
	struct sample sample;
	char *text = table_of(&sample, 1, (struct table_bounds){ .columns = 30 });

	assert_string_equal(text, "PID COMM     STATE LOCAL      \n"
				  "-   [kernel] ESTAB 10.2.2.2:22");
	free(text);
}

TEST(hostile_names_do_not_reach_the_terminal)
{
	struct field_context ctx = sample_context();

	for (size_t i = 0; i < ARRAY_SIZE(hostile_comms); i++) {
		struct sample s;
		char *text;

		sample_event(&s, EVENT_CONNECTION);
		s.owners[0] = (struct iw_owner){ .pid = 7 };
		set_comm(&s, hostile_comms[i]);
		s.ev.owners = s.owners;
		s.ev.n_owners = 1;
		text = list_table_text(&s.ev, 1, &ctx, (struct table_bounds){});
		assert_non_null(text);
		assert_int_equal(lines_of(text), 2);
		for (const char *p = text; *p; p++)
			assert_true((unsigned char)*p >= ' ' || *p == '\n');
		free(text);
	}
}

TEST(an_empty_table_has_headings)
{
	struct field_context ctx = sample_context();
	char *text = list_table_text(NULL, 0, &ctx, (struct table_bounds){});

	assert_non_null(text);
	assert_int_equal(lines_of(text), 1);
	free(text);
}
