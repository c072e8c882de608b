// SPDX-License-Identifier: BSD-2-Clause
/* Files of lines to a correlation: what is used, what is said, and when that is a failure. */
#include "ends/from_lines.h"

#include <errno.h>

#include "events.h"
#include "given_file.h"
#include "output/event_json.h"

/* The lines of one host about one connection. */
static void give_lines(struct given_file *f, const char *behind)
{
	struct field_context ctx = sample_context();
	struct sample s;
	char text[16384];
	char *line;

	sample_silence(&s, EVENT_VERDICT);
	line = event_json(&s.ev, &ctx);
	assert_non_null(line);
	snprintf(text, sizeof(text), "%s\n%s", line, behind);
	free(line);
	give(f, text, strlen(text));
}

/* What correlating these files returns; NULL ends them. */
static int correlate(const char *first, const char *second, struct correlation **ret,
		     bool *ret_failed)
{
	const char *const files[] = { first, second };

	*ret = NULL;
	*ret_failed = false;
	return correlation__from_lines(files, second ? 2 : 1, ret, ret_failed);
}

FILE_TEST(good_lines_become_a_connection)
{
	struct correlation *c;
	bool failed;

	give_lines(f, "");
	assert_int_equal(correlate(f->name, NULL, &c, &failed), 0);
	assert_false(failed);
	assert_int_equal(c->n_connections, 1);
	assert_int_equal(c->connections[0].both.verdict, VERDICT_PATH_DEAD);
	assert_string_equal(said_on_stderr(f), "");
	correlation__free(c);
}

/* The order of the files counts: names of hosts are told apart by it. */
FILE_TEST(each_file_has_its_number)
{
	struct correlation *c;
	bool failed;

	give_lines(f, "");
	assert_int_equal(correlate(f->name, f->name, &c, &failed), 0);
	assert_int_equal(c->n_connections, 1);
	assert_true(c->ends->hosts[0].many_files);
	assert_int_equal(c->ends->hosts[0].file, 0);
	correlation__free(c);
}

FILE_TEST(a_file_that_cannot_be_read_fails_and_the_others_are_used)
{
	struct correlation *c;
	bool failed;

	give_lines(f, "");
	assert_int_equal(correlate("/nowhere/at all", f->name, &c, &failed), 0);
	assert_true(failed);
	assert_int_equal(c->n_connections, 1);
	assert_int_equal(c->connections[0].pair.a->file, 1);
	correlation__free(c);
	assert_contains(said_on_stderr(f), "/nowhere/at all: No such file");
	assert_int_equal(correlate(f->name, "/nowhere/at all", &c, &failed), 0);
	assert_true(failed);
	correlation__free(c);
}

FILE_TEST(without_a_line_of_use_there_is_no_correlation)
{
	struct correlation *c;
	bool failed;

	assert_int_equal(correlate("/nowhere/at all", NULL, &c, &failed), -ENODATA);
	assert_true(failed);
	assert_null(c);
	said_on_stderr(f);
	give(f, "hello\n{}\n", 9);
	assert_int_equal(correlate(f->name, NULL, &c, &failed), -ENODATA);
	assert_false(failed); /* it was read well */
	assert_null(c);
	said_on_stderr(f);
	assert_contains(f->said, f->name);
	assert_contains(f->said, ": there is no line of idlewatch in it");
}

FILE_TEST(what_is_wrong_is_said_and_the_rest_is_used)
{
	struct correlation *c;
	bool failed;

	give_lines(f, "{\"cut\":");
	assert_int_equal(correlate(f->name, NULL, &c, &failed), 0);
	assert_int_equal(c->n_connections, 1);
	assert_contains(said_on_stderr(f), "1 line");
	assert_lacks(f->said, "there is no line of idlewatch");
	correlation__free(c);
}

FILE_TEST(what_there_was_no_room_for_is_said)
{
	struct ends *ends = ends__new();

	assert_non_null(ends);
	ends_complain(ends);
	assert_string_equal(said_on_stderr(f), "");
	ends->refused_ends = 1;
	ends->refused_episodes = 22;
	ends->refused_marks = 333;
	ends->refused_sources = 4444;
	ends_complain(ends);
	said_on_stderr(f);
	assert_contains(f->said, "no room for 1 lines of more than 65536 connections\n");
	assert_contains(f->said, "no room for 22 silences beyond 65536\n");
	assert_contains(f->said, "no room for 333 probes of connections beyond 4096\n");
	assert_contains(f->said, "no room for 4444 lines of more than 256 hosts or clocks\n");
	ends__free(ends);
}
