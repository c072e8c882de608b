// SPDX-License-Identifier: BSD-2-Clause
/* Whose paths the file remembers: of which namespace, and of which boot. */
#include <netinet/in.h>
#include <sqlite3.h>
#include <unistd.h>

#include "check.h"
#include "host/netns.h"
#include "store/state.h"

#define OFFSET_NS ((int64_t)(1700000000 * NS_PER_S))
#define DAY_NS ((int64_t)(24 * HOUR_NS))
#define S(n) ((n)*NS_PER_S)

struct place {
	char dir[64];
	char file[80];
	struct paths *paths; /* of this run */
	struct state *state; /* open, or NULL */
};

static void begin_run(struct place *p)
{
	assert_int_equal(paths__new(0, 0, PATHS_MAX, &p->paths), 0);
	assert_int_equal(state__open(p->file, &p->state), 0);
}

static void end_run(struct place *p)
{
	state__close(p->state);
	paths__free(p->paths);
	p->state = NULL;
	p->paths = NULL;
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/idlewatch-state-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/paths.db", p->dir);
	begin_run(p);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	end_run(p);
	unlink(p->file);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

#define NETNS_TEST(test) TEST_WITH(test, struct place *p, setup, teardown)

static struct path_key key_in(uint32_t netns, uint64_t cookie)
{
	return (struct path_key){ .local = { 10, 2, 2, 2 },
				  .peer = { 10, 1, 1, 1 },
				  .netns = netns,
				  .netns_cookie = cookie,
				  .family = AF_INET,
				  .prefix = 32 };
}

static struct path_key own_key(void)
{
	return key_in(netns__own(), netns__own_cookie());
}

/* A container's; not ours, whatever that is. */
static struct path_key other_key(uint64_t cookie)
{
	return key_in(netns__own() + 5, netns__own_cookie() + cookie);
}

static void survive(struct place *p, struct path_key key, uint64_t gap_ns, int64_t when_ns)
{
	paths__note(p->paths, &key, GAP_SURVIVED, gap_ns, when_ns);
	state__save(p->state, p->paths, OFFSET_NS);
}

static void remember(const struct path *path, void *ctx)
{
	paths__remember(ctx, path);
}

/* The next run begins; the host was booted so much later than in the first one. */
static void run_again(struct place *p, int64_t later_ns)
{
	end_run(p);
	begin_run(p);
	assert_int_equal(state__load(p->state, OFFSET_NS + later_ns, remember, p->paths), 0);
	paths__saved(p->paths);
}

static uint64_t survived_ns(const struct place *p, struct path_key key)
{
	struct bracket b;

	paths__find(p->paths, &key, &b);
	return b.of[GAP_SURVIVED].gap_ns;
}

static int note_number(void *ctx, int n, char **values, char **columns)
{
	(void)n;
	(void)columns;
	*(long long *)ctx = atoll(values[0]);
	return 0;
}

static long long ask(const struct place *p, const char *sql)
{
	long long number = -1;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(p->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, note_number, &number, NULL), SQLITE_OK);
	sqlite3_close(db);
	return number;
}

NETNS_TEST(own_namespace_is_kept_as_such)
{
	survive(p, own_key(), S(5), 0);
	assert_int_equal(ask(p, "SELECT netns FROM paths"), 0);
	run_again(p, 0);
	assert_int_equal(survived_ns(p, own_key()), S(5));
}

NETNS_TEST(own_namespace_is_known_after_a_reboot)
{
	struct path_key key = own_key();
	struct bracket b;

	survive(p, key, S(5), (int64_t)S(100));
	run_again(p, DAY_NS);
	assert_true(paths__find(p->paths, &key, &b));
	assert_int_equal(b.of[GAP_SURVIVED].last_ns, (int64_t)S(100) - DAY_NS);
}

NETNS_TEST(containers_path_is_known_until_the_reboot)
{
	survive(p, other_key(9), S(5), (int64_t)S(100));
	run_again(p, 0);
	assert_int_equal(survived_ns(p, other_key(9)), S(5));
	run_again(p, DAY_NS);
	assert_int_equal(survived_ns(p, other_key(9)), 0);
	assert_int_equal(paths__count(p->paths), 0);
}

NETNS_TEST(paths_of_namespaces_long_gone_leave_the_file)
{
	survive(p, other_key(9), S(5), (int64_t)S(100));
	survive(p, own_key(), S(6), (int64_t)S(100));
	run_again(p, DAY_NS);
	assert_int_equal(ask(p, "SELECT count(*) FROM paths"), 2);
	paths__note(p->paths, &(struct path_key){ .family = AF_INET, .prefix = 32, .netns = 7 },
		    GAP_SURVIVED, S(5), 1);
	state__save(p->state, p->paths, OFFSET_NS + DAY_NS);
	assert_int_equal(ask(p, "SELECT count(*) FROM paths"), 2);
	assert_int_equal(ask(p, "SELECT count(*) FROM paths WHERE netns IN (0, 7)"), 2);
}

NETNS_TEST(inode_that_is_used_again_is_another_namespace)
{
	survive(p, other_key(9), S(5), (int64_t)S(100));
	survive(p, other_key(10), S(50), (int64_t)S(200));
	run_again(p, 0);
	assert_int_equal(survived_ns(p, other_key(9)), S(5));
	assert_int_equal(survived_ns(p, other_key(10)), S(50));
	assert_int_equal(survived_ns(p, other_key(11)), 0);
}

/* A container that is gone had the inode that ours has now. */
NETNS_TEST(inode_of_ours_that_was_anothers_is_not_ours)
{
	struct path_key key = own_key();

	key.netns_cookie++;
	survive(p, key, S(5), (int64_t)S(100));
	run_again(p, 0);
	assert_int_equal(survived_ns(p, own_key()), 0);
	assert_int_equal(survived_ns(p, key), S(5));
}

/* What people ask for is what the file holds, be it of another host. */
NETNS_TEST(reader_is_shown_everything)
{
	struct state *s = NULL;

	survive(p, other_key(9), S(5), (int64_t)S(100));
	end_run(p);
	begin_run(p);
	assert_int_equal(state__open_to_read(p->file, &s), 0);
	assert_int_equal(state__load(s, OFFSET_NS + DAY_NS, remember, p->paths), 0);
	assert_int_equal(survived_ns(p, other_key(9)), S(5));
	state__close(s);
}
