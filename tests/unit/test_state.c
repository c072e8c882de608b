// SPDX-License-Identifier: BSD-2-Clause
/* The file that remembers paths: kept, damaged, someone else's, and in two hands. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "store/state.h"
#include "store/state_file.h"

#define OFFSET_NS ((int64_t)(1700000000 * NS_PER_S))
#define S(n) ((n)*NS_PER_S)

struct place {
	char dir[64];
	char file[80];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/idlewatch-state-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/paths.db", p->dir);
	*state = p;
	return 0;
}

/* Calls fn for each file of the directory; returns their number. */
static unsigned int each_file(const struct place *p, void (*fn)(const char *path))
{
	char path[512];
	unsigned int n = 0;
	DIR *dir = opendir(p->dir);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", p->dir, e->d_name);
		n++;
		if (fn)
			fn(path);
	}
	closedir(dir);
	return n;
}

static void remove_file(const char *path)
{
	unlink(path);
}

static int teardown(void **state)
{
	struct place *p = *state;

	each_file(p, remove_file);
	rmdir(p->dir);
	free(p);
	return 0;
}

#define STATE_TEST(test) TEST_WITH(test, struct place *p, setup, teardown)

static struct path_key key6(uint8_t last)
{
	return (struct path_key){ .local = { 0xfd, 1 },
				  .peer = { 0xfd, 2, [15] = last },
				  .netns = 4026531840U,
				  .family = AF_INET6,
				  .prefix = 128 };
}

static struct paths *some_paths(unsigned int n)
{
	struct paths *p = NULL;

	assert_int_equal(paths__new(0, 0, PATHS_MAX, &p), 0);
	for (unsigned int i = 0; i < n; i++) {
		struct path_key key = key6((uint8_t)i);

		memcpy(key.local + 4, &i, sizeof(i));
		paths__note(p, &key, GAP_SURVIVED, S(4) + i, (int64_t)S(i));
		paths__note(p, &key, GAP_DIED, S(9), -(int64_t)S(100));
	}
	return p;
}

static struct state *open_state(const struct place *p)
{
	struct state *s = NULL;

	assert_int_equal(state__open(p->file, &s), 0);
	return s;
}

static void remember(const struct path *path, void *ctx)
{
	paths__remember(ctx, path);
}

/* What the file holds now, by another reader. */
static struct paths *read_back(const struct place *p)
{
	struct paths *paths = some_paths(0);
	struct state *s = NULL;

	assert_int_equal(state__open_to_read(p->file, &s), 0);
	assert_int_equal(state__load(s, OFFSET_NS, remember, paths), 0);
	state__close(s);
	return paths;
}

static size_t n_read_back(const struct place *p)
{
	struct paths *paths = read_back(p);
	size_t n = paths__count(paths);

	paths__free(paths);
	return n;
}

static void save_some(const struct place *p, unsigned int n)
{
	struct paths *paths = some_paths(n);
	struct state *s = open_state(p);

	state__save(s, paths, OFFSET_NS);
	assert_false(paths__changed(paths));
	state__close(s);
	paths__free(paths);
}

static void sql(const struct place *p, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(p->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int note_count(void *ctx, int n, char **values, char **columns)
{
	(void)n;
	(void)columns;
	*(int *)ctx = atoi(values[0]);
	return 0;
}

static int count_rows(const struct place *p)
{
	sqlite3 *db = NULL;
	int n = -1;

	assert_int_equal(sqlite3_open(p->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM paths", note_count, &n, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	return n;
}

/* --- as it should be --- */

STATE_TEST(what_is_saved_is_read_back)
{
	struct path_key key = key6(1);
	unsigned int one = 1;
	struct paths *paths;
	struct bracket b;
	struct stat st;

	save_some(p, 3);
	paths = read_back(p);
	assert_int_equal(paths__count(paths), 3);
	memcpy(key.local + 4, &one, sizeof(one));
	assert_true(paths__find(paths, &key, &b));
	assert_int_equal(b.of[GAP_SURVIVED].gap_ns, S(4) + 1);
	assert_int_equal(b.of[GAP_SURVIVED].last_ns, S(1));
	assert_int_equal(b.of[GAP_DIED].last_ns, -(int64_t)S(100));
	assert_int_equal(b.of[GAP_RESET].times, 0);
	paths__free(paths);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(each_file(p, NULL), 1);
}

STATE_TEST(what_may_be_taken_back_is_not_kept)
{
	struct path_key key = key6(1);
	struct paths *paths = some_paths(0);
	struct state *s = open_state(p);

	paths__note_death(paths, &key, S(9), 5);
	state__save(s, paths, OFFSET_NS);
	assert_int_equal(n_read_back(p), 0);
	paths__take_back(paths, &key, S(9), 5);
	paths__note(paths, &key, GAP_DIED, S(9), 5);
	state__save(s, paths, OFFSET_NS);
	assert_int_equal(n_read_back(p), 1);
	state__close(s);
	paths__free(paths);
}

STATE_TEST(votes_are_kept)
{
	struct path_key key = key6(1);
	struct paths *paths = some_paths(0);
	struct state *s = open_state(p);
	struct bracket b;

	paths__note(paths, &key, GAP_DIED, S(9), 5);
	for (int64_t at = 6; at < 8; at++)
		paths__note(paths, &key, GAP_SURVIVED, S(20), at);
	state__save(s, paths, OFFSET_NS);
	state__close(s);
	paths__free(paths);
	paths = read_back(p);
	assert_true(paths__find(paths, &key, &b));
	assert_int_equal(b.of[GAP_DIED].against, 2);
	paths__free(paths);
}

STATE_TEST(the_file_is_bounded_too)
{
	struct paths *paths = some_paths(PATHS_MAX + 500);
	struct state *s;

	save_some(p, 100);
	s = open_state(p);
	state__save(s, paths, OFFSET_NS);
	assert_int_equal(paths__forgotten(paths), 500);
	state__close(s);
	paths__free(paths);
	assert_int_equal(count_rows(p), PATHS_MAX);
}

/* --- damaged, newer, foreign --- */

static void write_file(const struct place *p, const void *bytes, size_t n)
{
	FILE *out = fopen(p->file, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(out);
}

static size_t read_file(const char *path, unsigned char *ret, size_t max)
{
	FILE *in = fopen(path, "rb");
	size_t n;

	assert_non_null(in);
	n = fread(ret, 1, max, in);
	fclose(in);
	return n;
}

/* What the file was, and how many of those set aside are just that. */
static struct {
	unsigned char bytes[1 << 20];
	size_t n;
	unsigned int found;
} before;

static void compare_unchanged(const char *path)
{
	static unsigned char bytes[sizeof(before.bytes)];

	if (read_file(path, bytes, sizeof(bytes)) == before.n &&
	    !memcmp(bytes, before.bytes, before.n))
		before.found++;
}

static void compare_aside(const char *path)
{
	if (strstr(path, ".aside-"))
		compare_unchanged(path);
}

/* Opening sets the file aside, whole, and begins a new one that works. */
static void assert_set_aside(const struct place *p)
{
	before.n = read_file(p->file, before.bytes, sizeof(before.bytes));
	save_some(p, 2);
	assert_int_equal(n_read_back(p), 2);
	before.found = 0;
	each_file(p, compare_aside);
	assert_int_equal(before.found, 1);
}

STATE_TEST(garbage_is_set_aside)
{
	static const char text[] = "this is no database, and longer than its header would be: "
				   "one hundred bytes and then some more of them";

	write_file(p, text, sizeof(text));
	assert_set_aside(p);
	write_file(p, "x", 1); /* and again, within the same second */
	assert_set_aside(p);
	assert_int_equal(each_file(p, NULL), 3);
}

STATE_TEST(a_newer_one_is_set_aside_unharmed)
{
	struct state *s = NULL;
	char wal[128];
	int fd;

	save_some(p, 5);
	sql(p, "CREATE TABLE of_the_future (x); PRAGMA user_version = 3");
	assert_int_equal(state__open_to_read(p->file, &s), -EBADMSG);
	snprintf(wal, sizeof(wal), "%s-wal", p->file);
	fd = open(wal, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_set_aside(p);
	assert_int_equal(access(wal, F_OK), -1); /* it went with its file */
	assert_int_equal(each_file(p, NULL), 3);
}

STATE_TEST(another_programs_database_is_left_alone)
{
	struct state *s = NULL;

	sql(p, "CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES ('x')");
	assert_int_equal(state__open(p->file, &s), -EINVAL);
	assert_int_equal(each_file(p, NULL), 1);
	sql(p, "DELETE FROM bookmarks");
}

STATE_TEST(what_others_added_to_it_is_damage)
{
	static const char *const additions[] = {
		"CREATE TRIGGER t AFTER INSERT ON paths BEGIN DELETE FROM paths; END",
		"CREATE VIEW v AS SELECT 1",
		"CREATE INDEX i ON paths (peer)",
		"ALTER TABLE paths ADD COLUMN x",
		"DROP TABLE paths; CREATE VIEW paths AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL "
		"SELECT n + 1 FROM c) SELECT n FROM c",
	};

	for (size_t i = 0; i < ARRAY_SIZE(additions); i++) {
		each_file(p, remove_file);
		save_some(p, 3);
		sql(p, additions[i]);
		assert_set_aside(p);
	}
}

STATE_TEST(rows_that_make_no_sense_are_left_out)
{
	static const char *const changes[] = {
		"peer = 'localhost'",
		"peer = '10.1.1.1'",
		"local = x'00ff'",
		"netns = -1",
		"netns = 'many'",
		"survived_ns = -5",
		"survived_ns = 9e18",
		"survived_ns = 'long'",
		"survived_ns = 9223372036854775807",
		"died_times = 0",
		"died_against = -1",
		"reset_against = 2",
		"died_ns = 0",
		"survived_at = 'now'",
		"survived_at = -9223372036854775808",
		"survived_at = 9223372036854775807",
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		each_file(p, remove_file);
		save_some(p, 3);
		snprintf(text, sizeof(text), "UPDATE paths SET %s WHERE rowid = 2", changes[i]);
		sql(p, text);
		assert_int_equal(n_read_back(p), 2);
	}
}

static void use_whatever_it_is(const struct place *p)
{
	struct paths *paths = some_paths(0), *more = some_paths(2);
	struct state *s = NULL;

	if (!state__open(p->file, &s)) {
		state__load(s, OFFSET_NS, remember, paths);
		state__save(s, more, OFFSET_NS);
		state__close(s);
	}
	paths__free(paths);
	paths__free(more);
}

/* Any byte may be any other: it is read, or set aside; and it works from then on. */
STATE_TEST(damage_anywhere_ends_well)
{
	static unsigned char good[1 << 20], bad[1 << 20];
	uint64_t seed = 42;
	size_t n;

	save_some(p, 50);
	n = read_file(p->file, good, sizeof(good));
	for (int i = 0; i < 150; i++) {
		memcpy(bad, good, n);
		for (int k = 0; k < 1 + i % 8; k++) {
			size_t at = next_random(&seed) % (i % 2 ? n : 200);

			bad[at] = (unsigned char)next_random(&seed);
		}
		each_file(p, remove_file);
		write_file(p, bad, i % 5 ? n : next_random(&seed) % n);
		use_whatever_it_is(p);
	}
}

STATE_TEST(what_is_no_file_is_refused)
{
	struct state *s = NULL;

	assert_int_equal(state__open(p->dir, &s), -EISDIR);
	assert_int_equal(mkfifo(p->file, 0600), 0);
	assert_int_equal(state__open(p->file, &s), -EINVAL);
	unlink(p->file);
	assert_int_equal(symlink("/etc/passwd", p->file), 0);
	assert_int_equal(state__open(p->file, &s), -ELOOP);
	unlink(p->file);
	assert_int_equal(state__open("/nonexistent/paths.db", &s), -ENOENT);
	assert_int_equal(state__open_to_read("/nonexistent/paths.db", &s), -ENOENT);
}

/* --- of an older version --- */

#define OLDER_TABLE                                                                             \
	"CREATE TABLE paths (netns INTEGER NOT NULL, local TEXT NOT NULL, peer TEXT NOT NULL, " \
	"survived_ns INTEGER NOT NULL, survived_times INTEGER NOT NULL, "                       \
	"survived_at INTEGER NOT NULL, "                                                        \
	"died_ns INTEGER NOT NULL, died_times INTEGER NOT NULL, died_at INTEGER NOT NULL, "     \
	"reset_ns INTEGER NOT NULL, reset_times INTEGER NOT NULL, reset_at INTEGER NOT NULL, "  \
	"UNIQUE (netns, local, peer))"

static void make_older(const struct place *p)
{
	sql(p, OLDER_TABLE "; PRAGMA application_id = 1230457940; PRAGMA user_version = 1;"
			   "INSERT INTO paths VALUES (5, '10.2.2.2', '10.1.1.1', 4000000000, 3, "
			   "1700000001000000000, 9000000000, 2, 1700000002000000000, 0, 0, 0)");
}

static void assert_older_is_there(const struct place *p)
{
	struct path_key key = { .local = { 10, 2, 2, 2 },
				.peer = { 10, 1, 1, 1 },
				.netns = 5,
				.family = AF_INET,
				.prefix = 32 };
	struct paths *paths = read_back(p);
	struct bracket b;

	assert_true(paths__find(paths, &key, &b));
	assert_int_equal(b.of[GAP_SURVIVED].gap_ns, S(4));
	assert_int_equal(b.of[GAP_SURVIVED].times, 3);
	assert_int_equal(b.of[GAP_SURVIVED].last_ns, S(1));
	assert_int_equal(b.of[GAP_DIED].gap_ns, S(9));
	assert_int_equal(b.of[GAP_DIED].against, 0);
	assert_int_equal(b.of[GAP_RESET].times, 0);
	paths__free(paths);
}

STATE_TEST(an_older_one_is_read_as_it_is)
{
	make_older(p);
	before.n = read_file(p->file, before.bytes, sizeof(before.bytes));
	assert_older_is_there(p);
	assert_int_equal(each_file(p, NULL), 1);
	before.found = 0;
	each_file(p, compare_unchanged);
	assert_int_equal(before.found, 1);
}

STATE_TEST(an_older_one_is_brought_up_to_date)
{
	make_older(p);
	save_some(p, 3);
	assert_int_equal(n_read_back(p), 4);
	assert_older_is_there(p);
	assert_int_equal(each_file(p, NULL), 1);
	/* From now on it is like any other. */
	save_some(p, 5);
	assert_int_equal(n_read_back(p), 6);
}

STATE_TEST(an_older_one_with_additions_is_damage)
{
	make_older(p);
	sql(p, "CREATE VIEW v AS SELECT 1");
	assert_set_aside(p);
}

/* --- in two hands --- */

STATE_TEST(the_second_one_reads_and_does_not_write)
{
	struct paths *mine = some_paths(2), *others = some_paths(7), *seen = some_paths(0);
	struct state *first = open_state(p), *second = open_state(p);

	state__save(first, mine, OFFSET_NS);
	state__save(second, others, OFFSET_NS);
	assert_true(paths__changed(others));
	assert_int_equal(n_read_back(p), 2);
	assert_int_equal(state__load(second, OFFSET_NS, remember, seen), 0);
	assert_int_equal(paths__count(seen), 2);
	state__close(first);
	state__close(second);
	second = open_state(p); /* the first is gone: now it writes */
	state__save(second, others, OFFSET_NS);
	assert_int_equal(n_read_back(p), 7);
	state__close(second);
	paths__free(mine);
	paths__free(others);
	paths__free(seen);
}

STATE_TEST(the_second_one_sets_nothing_aside)
{
	struct state *first, *second = NULL;

	save_some(p, 3);
	first = open_state(p);
	sql(p, "CREATE VIEW v AS SELECT 1");
	assert_int_equal(state__open(p->file, &second), -EBADMSG);
	assert_int_equal(each_file(p, NULL), 1);
	state__close(first);
}

STATE_TEST(a_file_moved_away_is_not_written_behind_ones_back)
{
	struct paths *paths = some_paths(1);
	struct state *s = open_state(p);
	char elsewhere[128];

	snprintf(elsewhere, sizeof(elsewhere), "%s/moved", p->dir);
	assert_int_equal(rename(p->file, elsewhere), 0);
	state__save(s, paths, OFFSET_NS);
	assert_true(paths__changed(paths));
	assert_int_equal(rename(elsewhere, p->file), 0);
	state__save(s, paths, OFFSET_NS);
	assert_false(paths__changed(paths));
	assert_int_equal(n_read_back(p), 1);
	state__close(s);
	paths__free(paths);
}
