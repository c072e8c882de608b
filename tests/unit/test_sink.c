// SPDX-License-Identifier: BSD-2-Clause
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* A directory of its own for each test, and standard error caught in a file there. */
struct scratch {
	char *dir;
	char path[4096]; /* the output */
	char moved[4096]; /* where it is moved to, a second name */
	char caught[4096];
	int real_stderr;
	mode_t umask;
	struct sink sink;
};

static int setup(void **state)
{
	struct scratch *t = calloc(1, sizeof(*t));
	int fd;

	alarm(60); /* rather than hang */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	assert_non_null(t);
	assert_true(asprintf(&t->dir, "%s/idlewatch-unit-XXXXXX", getenv("TMPDIR") ?: "/tmp") > 0);
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->path, sizeof(t->path), "%s/out", t->dir);
	snprintf(t->moved, sizeof(t->moved), "%s/out.1", t->dir);
	snprintf(t->caught, sizeof(t->caught), "%s/stderr", t->dir);
	t->umask = umask(022);
	fflush(stderr);
	t->real_stderr = dup(STDERR_FILENO);
	fd = open(t->caught, O_RDWR | O_CREAT | O_APPEND, 0600);
	assert_true(t->real_stderr >= 0 && fd >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct scratch *t = *state;

	sink__close(&t->sink);
	fflush(stderr);
	dup2(t->real_stderr, STDERR_FILENO);
	close(t->real_stderr);
	umask(t->umask);
	unlink(t->path);
	unlink(t->moved);
	unlink(t->caught);
	rmdir(t->dir);
	free(t->dir);
	free(t);
	return 0;
}

#define SINK_TEST(test) TEST_WITH(test, struct scratch *t, setup, teardown)

/* All of a file; the next call overwrites it. */
static const char *content(const char *path)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

/* Lines on standard error. */
static unsigned int complaints(const struct scratch *t)
{
	unsigned int n = 0;

	fflush(stderr);
	for (const char *p = content(t->caught); *p; p++)
		n += *p == '\n';
	return n;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* A named pipe with a reader that does not wait; returns the reading end. */
static int open_pipe(struct scratch *t)
{
	int fd;

	assert_int_equal(mkfifo(t->path, 0600), 0);
	fd = open(t->path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	sink__open(&t->sink, t->path);
	assert_true(t->sink.fd >= 0);
	return fd;
}

/* --- all is well --- */

SINK_TEST(lines_end_in_a_newline_each)
{
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	sink__write(&t->sink, "");
	sink__write(&t->sink, "100%s");
	assert_string_equal(content(t->path), "one\n\n100%s\n");
	assert_int_equal(t->sink.lost, 0);
	assert_int_equal(complaints(t), 0);
}

SINK_TEST(lines_are_there_before_the_sink_is_closed)
{
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	assert_string_equal(content(t->path), "one\n");
}

SINK_TEST(what_was_in_the_file_stays)
{
	write_file(t->path, "old\n");
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "new");
	assert_string_equal(content(t->path), "old\nnew\n");
}

SINK_TEST(two_writers_do_not_overwrite_each_other)
{
	struct sink other;

	sink__open(&t->sink, t->path);
	sink__open(&other, t->path);
	sink__write(&t->sink, "one");
	sink__write(&other, "two");
	sink__write(&t->sink, "three");
	assert_string_equal(content(t->path), "one\ntwo\nthree\n");
	sink__close(&other);
}

SINK_TEST(new_files_are_for_the_owner_only)
{
	struct stat st;

	umask(0);
	sink__open(&t->sink, t->path);
	assert_int_equal(stat(t->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

SINK_TEST(file_is_not_given_to_programs_started_later)
{
	sink__open(&t->sink, t->path);
	assert_true(fcntl(t->sink.fd, F_GETFD) & FD_CLOEXEC);
}

SINK_TEST(no_path_means_standard_output)
{
	int real, fd = open(t->path, O_WRONLY | O_CREAT, 0600);

	fflush(stdout);
	real = dup(STDOUT_FILENO);
	assert_true(fd >= 0 && real >= 0);
	dup2(fd, STDOUT_FILENO);
	sink__open(&t->sink, NULL);
	sink__write(&t->sink, "one");
	sink__reopen(&t->sink);
	sink__write(&t->sink, "two");
	sink__close(&t->sink);
	fd = (close(fd), fcntl(STDOUT_FILENO, F_GETFD));
	dup2(real, STDOUT_FILENO);
	close(real);
	assert_true(fd >= 0); /* closing the sink left standard output alone */
	assert_string_equal(content(t->path), "one\ntwo\n");
}

/* --- the file is moved away --- */

SINK_TEST(reopening_begins_a_new_file_after_a_move)
{
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	assert_int_equal(rename(t->path, t->moved), 0);
	sink__write(&t->sink, "two");
	sink__reopen(&t->sink);
	sink__write(&t->sink, "three");
	assert_string_equal(content(t->moved), "one\ntwo\n");
	assert_string_equal(content(t->path), "three\n");
	assert_int_equal(t->sink.lost, 0);
}

SINK_TEST(reopening_leaves_no_file_open)
{
	int fd;

	sink__open(&t->sink, t->path);
	fd = t->sink.fd;
	for (unsigned int n = 0; n < 10; n++)
		sink__reopen(&t->sink);
	assert_int_equal(t->sink.fd, fd);
}

/* --- it cannot be written --- */

SINK_TEST(path_that_cannot_be_opened_counts_lines_and_complains_once)
{
	snprintf(t->moved, sizeof(t->moved), "%s/none/out", t->dir);
	sink__open(&t->sink, t->moved);
	for (unsigned int n = 0; n < 3; n++)
		sink__write(&t->sink, "one");
	assert_int_equal(t->sink.lost, 3);
	assert_int_equal(complaints(t), 1);
	assert_contains(content(t->caught), "cannot open");
	assert_contains(content(t->caught), "No such file or directory");
}

SINK_TEST(path_is_tried_again_at_each_line)
{
	assert_int_equal(mkdir(t->path, 0700), 0);
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	assert_int_equal(rmdir(t->path), 0);
	sink__write(&t->sink, "two");
	assert_string_equal(content(t->path), "two\n");
	assert_int_equal(t->sink.lost, 1);
}

SINK_TEST(full_disk_counts_lines_and_complains_once)
{
	sink__open(&t->sink, "/dev/full");
	for (unsigned int n = 0; n < 3; n++)
		sink__write(&t->sink, "one");
	assert_int_equal(t->sink.lost, 3);
	assert_int_equal(complaints(t), 1);
	assert_contains(content(t->caught), "No space left on device");
	assert_contains(content(t->caught), "/dev/full");
	assert_false(t->sink.broken);
}

SINK_TEST(trouble_after_better_times_is_told_again)
{
	char target[4096];

	snprintf(target, sizeof(target), "%s/out.1", t->dir);
	assert_int_equal(symlink("/dev/full", t->path), 0);
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	assert_int_equal(unlink(t->path), 0);
	sink__reopen(&t->sink);
	sink__write(&t->sink, "two");
	assert_int_equal(rename(t->path, target), 0);
	assert_int_equal(symlink("/dev/full", t->path), 0);
	sink__reopen(&t->sink);
	sink__write(&t->sink, "three");
	assert_int_equal(t->sink.lost, 2);
	assert_int_equal(complaints(t), 2);
	assert_string_equal(content(target), "two\n");
}

/* --- nobody reads --- */

SINK_TEST(reader_that_left_breaks_the_sink_without_a_word)
{
	int reader = open_pipe(t);

	sink__write(&t->sink, "one");
	assert_false(t->sink.broken);
	close(reader);
	sink__write(&t->sink, "two");
	assert_true(t->sink.broken);
	assert_int_equal(t->sink.lost, 1);
	assert_int_equal(complaints(t), 0);
}

SINK_TEST(lines_for_a_broken_sink_are_counted_as_lost)
{
	int reader = open_pipe(t);

	close(reader);
	for (unsigned int n = 0; n < 3; n++)
		sink__write(&t->sink, "one");
	assert_int_equal(t->sink.lost, 3);
}

SINK_TEST(reopening_mends_a_broken_sink)
{
	int reader = open_pipe(t);

	close(reader);
	sink__write(&t->sink, "one");
	assert_int_equal(unlink(t->path), 0);
	sink__reopen(&t->sink);
	assert_false(t->sink.broken);
	sink__write(&t->sink, "two");
	assert_string_equal(content(t->path), "two\n");
}

/* --- half a line --- */

static void set_size_limit(rlim_t limit)
{
	struct rlimit r;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = limit == RLIM_INFINITY ? r.rlim_max : limit;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

SINK_TEST(line_after_a_torn_one_begins_afresh)
{
	sink__open(&t->sink, t->path);
	sink__write(&t->sink, "one");
	set_size_limit(7);
	sink__write(&t->sink, "torn to pieces");
	set_size_limit(RLIM_INFINITY);
	assert_true(t->sink.torn);
	assert_int_equal(t->sink.lost, 1);
	sink__write(&t->sink, "two");
	sink__write(&t->sink, "three");
	assert_string_equal(content(t->path), "one\ntor\ntwo\nthree\n");
	assert_int_equal(t->sink.lost, 1);
}

SINK_TEST(torn_line_stays_torn_while_nothing_can_be_written)
{
	sink__open(&t->sink, t->path);
	set_size_limit(3);
	sink__write(&t->sink, "torn to pieces");
	sink__write(&t->sink, "lost");
	set_size_limit(RLIM_INFINITY);
	assert_true(t->sink.torn);
	assert_int_equal(t->sink.lost, 2);
	sink__write(&t->sink, "two");
	assert_string_equal(content(t->path), "tor\ntwo\n");
}

SINK_TEST(new_file_does_not_inherit_the_tear)
{
	sink__open(&t->sink, t->path);
	set_size_limit(3);
	sink__write(&t->sink, "torn to pieces");
	set_size_limit(RLIM_INFINITY);
	assert_int_equal(rename(t->path, t->moved), 0);
	sink__reopen(&t->sink);
	sink__write(&t->sink, "two");
	assert_string_equal(content(t->path), "two\n");
}

/* What a child reads from the pipe until its end, and whether it came out right. */
static pid_t read_in_child(struct scratch *t, int reader, const char *line)
{
	pid_t pid = fork();
	size_t n = 0, want = strlen(line) + 1;
	char buf[512];
	ssize_t got;

	if (pid)
		return pid;
	close(t->sink.fd);
	fcntl(reader, F_SETFL, 0);
	while ((got = read(reader, buf, sizeof(buf))) > 0)
		n += (size_t)got;
	_exit(n == want ? 0 : 1);
}

/* Somebody who shares standard output may have made it non-blocking. */
SINK_TEST(slow_reader_gets_a_long_line_whole)
{
	int reader = open_pipe(t), status = -1;
	char line[200000];
	pid_t pid;

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(fcntl(t->sink.fd, F_SETFL, O_NONBLOCK), 0);
	pid = read_in_child(t, reader, line);
	assert_true(pid > 0);
	sink__write(&t->sink, line);
	sink__close(&t->sink);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(t->sink.lost, 0);
	assert_false(t->sink.torn);
	close(reader);
}

/* Without writing a line, to know when to stop. */
SINK_TEST(reader_of_standard_output_that_left_is_noticed)
{
	int real = dup(STDOUT_FILENO), ends[2];
	bool before, after;

	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	sink__open(&t->sink, NULL);
	before = sink__reader_gone(&t->sink);
	close(ends[0]);
	after = sink__reader_gone(&t->sink);
	dup2(real, STDOUT_FILENO);
	close(real);
	assert_false(before);
	assert_true(after && t->sink.broken);
}
