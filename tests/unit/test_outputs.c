// SPDX-License-Identifier: BSD-2-Clause
/* Which line goes where: text or JSON on standard output, JSON in a file, the summary. */
#include "output/outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include "events.h"

/* Standard output caught in a file, and a file for JSON, in a directory of their own. */
struct scene {
	char dir[64];
	char out[80], file[80];
	int real_stdout;
	struct outputs outputs;
	struct sample sample;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	int fd;

	assert_non_null(s);
	snprintf(s->dir, sizeof(s->dir), "/tmp/idlewatch-outputs-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->out, sizeof(s->out), "%s/out", s->dir);
	snprintf(s->file, sizeof(s->file), "%s/file", s->dir);
	fflush(stdout);
	s->real_stdout = dup(STDOUT_FILENO);
	fd = open(s->out, O_RDWR | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0 && s->real_stdout >= 0);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	close(fd);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	outputs__close(&s->outputs);
	fflush(stdout);
	dup2(s->real_stdout, STDOUT_FILENO);
	close(s->real_stdout);
	unlink(s->out);
	unlink(s->file);
	rmdir(s->dir);
	free(s);
	return 0;
}

#define OUTPUTS_TEST(test) TEST_WITH(test, struct scene *s, setup, teardown)

static void open_with(struct scene *s, struct output_config config)
{
	struct field_context ctx = sample_context();

	outputs__open(&s->outputs, &config);
	ctx.no_seq = s->outputs.context.no_seq;
	s->outputs.context = ctx;
}

static void say(struct scene *s, enum event_type type)
{
	sample_event(&s->sample, type);
	outputs__event(&s->outputs, &s->sample.ev);
}

/* All that was written there since the last call; good until the next. */
static const char *written(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "r+");

	if (!f)
		return "";
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	fclose(f);
	return text;
}

static unsigned int lines_in(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

OUTPUTS_TEST(text_is_for_people)
{
	open_with(s, (struct output_config){});
	outputs__header(&s->outputs);
	assert_memory_equal(written(s->out), "TIME", 4);
	say(s, EVENT_VERDICT);
	assert_contains(written(s->out), " path-dead ");
	say(s, EVENT_START);
	assert_int_equal(lines_in(written(s->out)), 1);
	assert_int_equal(outputs__lost(&s->outputs), 0);
}

/* Most suspicions come to nothing. */
OUTPUTS_TEST(suspicions_are_for_machines_and_for_verbose)
{
	open_with(s, (struct output_config){ .file = s->file });
	sample_silence(&s->sample, EVENT_SUSPECT);
	s->sample.ev.verdict = VERDICT_NONE;
	outputs__event(&s->outputs, &s->sample.ev);
	assert_string_equal(written(s->out), "");
	assert_int_equal(lines_in(written(s->file)), 1);
	s->outputs.config.verbose = true;
	outputs__event(&s->outputs, &s->sample.ev);
	assert_contains(written(s->out), "\n         held by process 2231 sshd");
	assert_int_equal(lines_in(written(s->file)), 1);
}

OUTPUTS_TEST(who_holds_it_is_told_with_verbose_only)
{
	open_with(s, (struct output_config){});
	say(s, EVENT_VERDICT);
	assert_lacks(written(s->out), "held by");
	s->outputs.config.verbose = true;
	say(s, EVENT_VERDICT);
	assert_int_equal(lines_in(written(s->out)), 3); /* two owners */
	say(s, EVENT_LOST);
	assert_int_equal(lines_in(written(s->out)), 1); /* of nobody */
}

OUTPUTS_TEST(a_report_follows_a_verdict_only)
{
	open_with(s, (struct output_config){ .report = true });
	say(s, EVENT_VERDICT);
	assert_contains(written(s->out), "\n---- idlewatch evidence ----");
	say(s, EVENT_CLOSED);
	assert_int_equal(lines_in(written(s->out)), 1);
}

OUTPUTS_TEST(json_takes_the_place_of_text)
{
	open_with(s, (struct output_config){ .json = true, .report = true, .verbose = true });
	outputs__header(&s->outputs);
	assert_string_equal(written(s->out), "");
	say(s, EVENT_VERDICT);
	say(s, EVENT_SUMMARY);
	assert_int_equal(lines_in(written(s->out)), 2);
	say(s, EVENT_VERDICT);
	assert_int_equal(written(s->out)[0], '{');
}

OUTPUTS_TEST(the_file_has_the_same_lines_beside_text)
{
	char line[16384];

	open_with(s, (struct output_config){ .json = true, .file = s->file });
	say(s, EVENT_VERDICT);
	snprintf(line, sizeof(line), "%s", written(s->out));
	assert_string_equal(written(s->file), line);
	s->outputs.config.json = false;
	say(s, EVENT_VERDICT);
	assert_string_equal(written(s->file), line);
	assert_contains(line, "\"snd_una\":");
}

OUTPUTS_TEST(sequence_numbers_can_be_left_out)
{
	open_with(s, (struct output_config){ .json = true, .no_seq = true });
	say(s, EVENT_VERDICT);
	assert_lacks(written(s->out), "\"snd_una\":");
}

/* People get the summary as several lines of text, at the end. */
OUTPUTS_TEST(a_summary_is_one_line_of_json_or_many_of_text)
{
	open_with(s, (struct output_config){ .file = s->file });
	say(s, EVENT_SUMMARY);
	assert_string_equal(written(s->out), "");
	assert_contains(written(s->file), "\"summary\"");
	outputs__summary(&s->outputs, &s->sample.ev, HOUR_NS);
	assert_memory_equal(written(s->out), "\nWatched 12 connections for 1h00m00s.\n", 38);
	s->outputs.out.broken = true; /* nobody reads any more */
	outputs__summary(&s->outputs, &s->sample.ev, HOUR_NS);
	assert_string_equal(written(s->out), "");
}

OUTPUTS_TEST(json_keeps_the_summary_of_people_off_standard_output)
{
	char *said = NULL;
	size_t size;
	FILE *real = stderr;

	open_with(s, (struct output_config){ .json = true });
	sample_event(&s->sample, EVENT_SUMMARY);
	stderr = open_memstream(&said, &size);
	outputs__summary(&s->outputs, &s->sample.ev, HOUR_NS);
	fclose(stderr);
	stderr = real;
	assert_contains(said, "Watched 12 connections");
	free(said);
	assert_string_equal(written(s->out), "");
}

OUTPUTS_TEST(the_file_can_be_moved_away)
{
	char moved[96];

	snprintf(moved, sizeof(moved), "%s.1", s->file);
	open_with(s, (struct output_config){ .file = s->file });
	say(s, EVENT_VERDICT);
	assert_int_equal(rename(s->file, moved), 0);
	say(s, EVENT_VERDICT);
	assert_int_equal(lines_in(written(moved)), 2);
	outputs__reopen(&s->outputs);
	say(s, EVENT_VERDICT);
	assert_int_equal(lines_in(written(s->file)), 1);
	assert_string_equal(written(moved), "");
	unlink(moved);
}

/* Each place counts for itself: text goes on where the file cannot. */
OUTPUTS_TEST(lines_that_are_lost_are_counted)
{
	char *said = NULL;
	size_t size;
	FILE *real = stderr;

	stderr = open_memstream(&said, &size);
	open_with(s, (struct output_config){ .file = "/nowhere/at all" });
	say(s, EVENT_VERDICT);
	say(s, EVENT_SUMMARY);
	fclose(stderr);
	stderr = real;
	assert_contains(said, "cannot open /nowhere/at all: ");
	free(said);
	assert_int_equal(outputs__lost(&s->outputs), 2);
	assert_int_equal(lines_in(written(s->out)), 1);
	outputs__reopen(&(struct outputs){}); /* there is no file: nothing to do */
}

OUTPUTS_TEST(a_reader_that_is_gone_is_noticed)
{
	int fds[2];

	open_with(s, (struct output_config){});
	assert_false(outputs__reader_gone(&s->outputs));
	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDOUT_FILENO) >= 0);
	close(fds[1]);
	assert_false(outputs__reader_gone(&s->outputs));
	close(fds[0]);
	assert_true(outputs__reader_gone(&s->outputs));
}
