// SPDX-License-Identifier: BSD-2-Clause
#include "store/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/log.h"
#include "base/util.h"
#include "host/netns.h"
#include "store/state_file.h"

#define BUSY_MS 2000
#define CHECK_MAX_NS (10 * NS_PER_S) /* for a file made to keep us busy */

/* In the order of enum gap_kind. */
#define EACH_GAP(what)                                                                         \
	what("survived") ", " what("died") ", " what("reset") ", " what("disowned") ", " what( \
		"cut") ", " what("closed")

/*
 * Of one kind; *_at is in ns since 1970. netns is 0 for the one that idlewatch runs in; any
 * other is of one boot, and has its cookie above the inode, if that is known.
 */
#define COOKIE_SHIFT 32
#define COOKIE_MAX ((1ULL << 31) - 1)
#define GAP_COLUMNS(gap) gap "_ns, " gap "_times, " gap "_at, " gap "_against"
#define GAP_TYPES(gap) GAP_TYPES_1(gap) ", " gap "_against INTEGER NOT NULL"
#define TYPES(gaps)                                                         \
	"CREATE TABLE paths (netns INTEGER NOT NULL, local TEXT NOT NULL, " \
	"peer TEXT NOT NULL, " gaps ", UNIQUE (netns, local, peer))"

#define TABLE TYPES(EACH_GAP(GAP_TYPES))
#define COLUMNS "netns, local, peer, " EACH_GAP(GAP_COLUMNS)
#define LAST "max(survived_at, died_at, reset_at, disowned_at, cut_at, closed_at)"
#define FIRST_GAP_COLUMN 3
#define COLUMNS_OF_GAP 4

/* Version 1, which knew three kinds of gaps, and counted nothing against them. */
#define EACH_GAP_1(what) what("survived") ", " what("died") ", " what("reset")
#define GAP_COLUMNS_1(gap) gap "_ns, " gap "_times, " gap "_at, 0"
#define GAP_TYPES_1(gap) \
	gap "_ns INTEGER NOT NULL, " gap "_times INTEGER NOT NULL, " gap "_at INTEGER NOT NULL"
#define TABLE_1 TYPES(EACH_GAP_1(GAP_TYPES_1))
#define COLUMNS_1 \
	"netns, local, peer, " EACH_GAP_1(GAP_COLUMNS_1) ", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
#define LAST_1 "max(survived_at, died_at, reset_at)"

struct state {
	const char *path;
	sqlite3 *db;
	struct state_file file;
	uint32_t own_netns; /* inode and cookie of this process's namespace */
	uint64_t own_netns_cookie;
	bool to_show; /* to people: whatever is in the file */
	uint64_t deadline_ns; /* of a query; 0: none */
	int version; /* of the tables */
	bool failing; /* said so already */
};

const char *state_of_service(void)
{
	static char path[4096];
	const char *dirs = getenv("STATE_DIRECTORY");

	if (!dirs || dirs[0] != '/')
		return NULL;
	/* Of several, separated by colons, the first. */
	snprintf(path, sizeof(path), "%.*s/paths.db", (int)strcspn(dirs, ":"), dirs);
	return path;
}

/* --- opening --- */

static int on_progress(void *ctx)
{
	const struct state *s = ctx;

	return s->deadline_ns && now_ns() > s->deadline_ns;
}

/* 0, or an SQLite result code. */
static int run(struct state *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

struct schema {
	int strange;
	int version;
};

/* The schema must be ours to the letter: no views, triggers or indices of others. */
static int note_schema(void *ctx, int n, char **values, char **columns)
{
	struct schema *found = ctx;

	(void)n;
	(void)columns;
	if (values[1] && !strcmp(values[0], "paths"))
		found->version = !strcmp(values[1], TABLE)     ? STATE_VERSION
				 : !strcmp(values[1], TABLE_1) ? 1
							       : 0;
	else if (values[1] || strcmp(values[0], "sqlite_autoindex_paths_1"))
		found->strange = 1;
	return 0;
}

static int note_check(void *ctx, int n, char **values, char **columns)
{
	int *strange = ctx;

	(void)n;
	(void)columns;
	*strange |= !values[0] || strcmp(values[0], "ok") != 0;
	return 0;
}

static int check_schema(struct state *s)
{
	struct schema found = {};
	int r;

	s->deadline_ns = now_ns() + CHECK_MAX_NS;
	r = sqlite3_exec(s->db, "SELECT name, sql FROM sqlite_schema", note_schema, &found, NULL);
	if (!r)
		r = sqlite3_exec(s->db, "PRAGMA quick_check(1)", note_check, &found.strange, NULL);
	s->deadline_ns = 0;
	s->version = found.version;
	return r ? r : found.strange || !found.version ? SQLITE_CORRUPT : SQLITE_OK;
}

/* Brings an older version's table up to date, whole or not at all. */
static int upgrade(struct state *s)
{
	char sql[sizeof(TABLE) + sizeof(COLUMNS) + sizeof(COLUMNS_1) + 256];
	int r;

	snprintf(sql, sizeof(sql),
		 "BEGIN IMMEDIATE; ALTER TABLE paths RENAME TO older; %s; "
		 "INSERT INTO paths (" COLUMNS ") SELECT " COLUMNS_1 " FROM older; "
		 "DROP TABLE older; PRAGMA user_version = %d; COMMIT",
		 TABLE, STATE_VERSION);
	r = run(s, sql);
	if (!r)
		s->version = STATE_VERSION;
	else if (!sqlite3_get_autocommit(s->db))
		run(s, "ROLLBACK");
	return r;
}

static int create_tables(struct state *s)
{
	char sql[sizeof(TABLE) + 128];

	snprintf(sql, sizeof(sql),
		 "BEGIN; PRAGMA application_id = %d; PRAGMA user_version = %d; %s; COMMIT",
		 STATE_APPLICATION_ID, STATE_VERSION, TABLE);
	return run(s, sql);
}

static int count_tables(struct state *s, int *ret)
{
	sqlite3_stmt *stmt;
	int r = sqlite3_prepare_v2(s->db, "SELECT count(*) FROM sqlite_schema", -1, &stmt, NULL);

	if (r)
		return r;
	r = sqlite3_step(stmt) == SQLITE_ROW ? SQLITE_OK : sqlite3_errcode(s->db);
	*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return r;
}

/* Opens the database behind s->path. 0 or an SQLite result code. */
static int open_db(struct state *s)
{
	int flags = s->file.may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	int tables = 0;
	int r = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOFOLLOW, NULL);

	if (r)
		return r;
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_progress_handler(s->db, 10000, on_progress, s);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 1 << 20);
	run(s, "PRAGMA cell_size_check = ON");
	r = count_tables(s, &tables);
	if (!r && !tables && s->file.may_write)
		r = create_tables(s);
	if (!r)
		r = check_schema(s);
	if (!r && s->version < STATE_VERSION && s->file.may_write)
		r = upgrade(s);
	return r;
}

static bool is_broken(int result)
{
	/* SQLITE_ERROR: "unsupported file format", as our statements are right. */
	return result == SQLITE_CORRUPT || result == SQLITE_NOTADB || result == SQLITE_ERROR ||
	       result == SQLITE_INTERRUPT;
}

/* Once; a file that was set aside is followed by a fresh one. */
static int try_again(struct state *s, bool *ret_aside)
{
	int r = state_file__open(&s->file, s->path, ret_aside);

	if (r)
		return r;
	r = open_db(s);
	if (!r)
		return 0;
	if (!is_broken(r))
		return log_err(-EIO, "--state: cannot use %s: %s; nothing is remembered", s->path,
			       sqlite3_errmsg(s->db));
	sqlite3_close(s->db);
	s->db = NULL;
	return state_file__set_aside(&s->file, "is damaged", ret_aside);
}

static struct state *new_state(const char *path)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s) {
		log_warn("out of memory");
		return NULL;
	}
	s->path = path;
	s->file.fd = -1;
	s->own_netns = netns__own();
	s->own_netns_cookie = netns__own_cookie();
	return s;
}

int state__open(const char *path, struct state **ret)
{
	struct state *s = new_state(path);
	bool aside = false;
	int r;

	if (!s)
		return -ENOMEM;
	r = try_again(s, &aside);
	if (r && aside) {
		aside = false;
		r = try_again(s, &aside);
	}
	if (r) {
		state__close(s);
		return r;
	}
	*ret = s;
	return 0;
}

int state__open_to_read(const char *path, struct state **ret)
{
	struct state *s;
	int r = state_file__check_to_read(path);

	if (r)
		return r;
	s = new_state(path);
	if (!s)
		return -ENOMEM;
	s->to_show = true;
	r = open_db(s);
	if (r) {
		log_warn("%s: %s", path,
			 is_broken(r) ? "is damaged, or not as idlewatch writes it"
				      : sqlite3_errmsg(s->db));
		state__close(s);
		return -EBADMSG;
	}
	*ret = s;
	return 0;
}

void state__close(struct state *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	/* Not before: closing any descriptor of a file drops SQLite's locks on it. */
	state_file__close(&s->file);
	free(s);
}

/* --- loading --- */

/* A whole number of nanoseconds since 1970 as a time by CLOCK_BOOTTIME. */
static int64_t read_time(sqlite3_stmt *row, int column, int64_t offset_ns)
{
	int64_t at = sqlite3_column_int64(row, column);

	return at / 2 - offset_ns / 2 < INT64_MIN / 4 ? INT64_MIN : at - offset_ns;
}

static bool read_address(sqlite3_stmt *row, int column, uint16_t *family, uint8_t *ret)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	if (!text)
		return false;
	*family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, text, ret) == 1;
}

static bool read_number(sqlite3_stmt *row, int column, uint64_t max, uint64_t *ret)
{
	sqlite3_int64 n = sqlite3_column_int64(row, column);

	if (sqlite3_column_type(row, column) != SQLITE_INTEGER || n < 0 || (uint64_t)n > max)
		return false;
	*ret = (uint64_t)n;
	return true;
}

static void read_netns(const struct state *s, uint64_t stored, struct path_key *ret)
{
	ret->netns = stored ? (uint32_t)stored : s->own_netns;
	ret->netns_cookie = stored ? stored >> COOKIE_SHIFT : s->own_netns_cookie;
}

static bool is_own(const struct state *s, const struct path_key *key)
{
	return key->netns == s->own_netns &&
	       (!key->netns_cookie || key->netns_cookie == s->own_netns_cookie);
}

/* Whether the row's namespace may still be there: another boot's numbers say nothing in this. */
static bool is_of_this_boot(const struct state *s, const struct path *path)
{
	bool is = is_own(s, &path->key);

	for (int kind = 0; kind < GAP_KINDS; kind++)
		is |= path->bracket.of[kind].times && path->bracket.of[kind].last_ns >= 0;
	return is;
}

static bool read_path(const struct state *s, sqlite3_stmt *row, int64_t offset_ns, struct path *ret)
{
	uint64_t netns;
	uint16_t peer_family = 0;

	*ret = (struct path){};
	if (!read_number(row, 0, INT64_MAX, &netns) ||
	    !read_address(row, 1, &ret->key.family, ret->key.local) ||
	    !read_address(row, 2, &peer_family, ret->key.peer) || peer_family != ret->key.family)
		return false;
	read_netns(s, netns, &ret->key);
	ret->key.prefix = ret->key.family == AF_INET6 ? 128 : 32;
	for (int kind = 0; kind < GAP_KINDS; kind++) {
		struct gaps *g = &ret->bracket.of[kind];
		int first = FIRST_GAP_COLUMN + COLUMNS_OF_GAP * kind;

		if (!read_number(row, first, INT64_MAX, &g->gap_ns) ||
		    !read_number(row, first + 1, INT64_MAX, &g->times) ||
		    sqlite3_column_type(row, first + 2) != SQLITE_INTEGER ||
		    !read_number(row, first + 3, INT64_MAX, &g->against))
			return false;
		if (g->times)
			g->last_ns = read_time(row, first + 2, offset_ns);
	}
	return path_is_sane(ret);
}

int state__load(struct state *s, int64_t offset_ns, path_fn fn, void *ctx)
{
	char sql[1024];
	bool older = s->version < STATE_VERSION;
	unsigned int strange = 0;
	sqlite3_stmt *row = NULL;
	struct path path;
	int r;

	snprintf(sql, sizeof(sql),
		 "SELECT %s FROM (SELECT *, %s AS last FROM paths "
		 "ORDER BY last DESC LIMIT %d) ORDER BY last",
		 older ? COLUMNS_1 : COLUMNS, older ? LAST_1 : LAST, PATHS_MAX);
	s->deadline_ns = now_ns() + CHECK_MAX_NS;
	r = sqlite3_prepare_v2(s->db, sql, -1, &row, NULL);
	while (!r && (r = sqlite3_step(row)) == SQLITE_ROW) {
		r = SQLITE_OK;
		if (!read_path(s, row, offset_ns, &path))
			strange++;
		else if (s->to_show || is_of_this_boot(s, &path))
			fn(&path, ctx);
	}
	s->deadline_ns = 0;
	sqlite3_finalize(row);
	if (strange)
		log_warn("--state: rows of %s that make no sense are left out: %u", s->path,
			 strange);
	if (r != SQLITE_DONE)
		return log_err(-EIO, "--state: cannot read all of %s: %s", s->path,
			       sqlite3_errmsg(s->db));
	return 0;
}

/* --- saving --- */

struct saving {
	struct state *state;
	sqlite3_stmt *put;
	sqlite3_stmt *drop;
	int64_t offset_ns;
	int result;
};

static int64_t stored_netns(const struct state *s, const struct path_key *key)
{
	uint64_t cookie = key->netns_cookie <= COOKIE_MAX ? key->netns_cookie : 0;

	if (is_own(s, key))
		return 0;
	return (int64_t)(cookie << COOKIE_SHIFT | key->netns);
}

static void bind_key(const struct state *s, sqlite3_stmt *stmt, const struct path_key *key)
{
	char local[ADDRESS_LEN], peer[ADDRESS_LEN];

	format_address(local, sizeof(local), key->family, key->local);
	format_address(peer, sizeof(peer), key->family, key->peer);
	sqlite3_bind_int64(stmt, 1, stored_netns(s, key));
	sqlite3_bind_text(stmt, 2, local, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(stmt, 3, peer, -1, SQLITE_TRANSIENT);
}

static void save_path(const struct path *path, void *ctx)
{
	struct saving *save = ctx;
	bool anything = false;
	sqlite3_stmt *stmt;

	if (save->result)
		return;
	for (int kind = 0; kind < GAP_KINDS; kind++)
		anything |= path->bracket.of[kind].times != 0;
	stmt = anything ? save->put : save->drop;
	bind_key(save->state, stmt, &path->key);
	for (int kind = 0; kind < GAP_KINDS && anything; kind++) {
		const struct gaps *g = &path->bracket.of[kind];
		int first = FIRST_GAP_COLUMN + COLUMNS_OF_GAP * kind + 1;

		sqlite3_bind_int64(stmt, first, (sqlite3_int64)g->gap_ns);
		sqlite3_bind_int64(stmt, first + 1, (sqlite3_int64)MIN(g->times, INT64_MAX));
		sqlite3_bind_int64(stmt, first + 2, g->times ? g->last_ns + save->offset_ns : 0);
		sqlite3_bind_int64(stmt, first + 3, (sqlite3_int64)MIN(g->against, INT64_MAX));
	}
	save->result = sqlite3_step(stmt) == SQLITE_DONE ? 0 : sqlite3_errcode(save->state->db);
	sqlite3_reset(stmt);
}

/* Rows that nobody can match any more: of namespaces that were gone before this boot. */
static int drop_other_boots(struct state *s, int64_t offset_ns)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "DELETE FROM paths WHERE netns != 0 AND " LAST " < %lld",
		 (long long)offset_ns);
	return run(s, sql);
}

static int save_all(struct state *s, const struct paths *paths, int64_t offset_ns)
{
	struct saving save = { .state = s, .offset_ns = offset_ns };
	char trim[384];

	snprintf(trim, sizeof(trim),
		 "DELETE FROM paths WHERE rowid IN "
		 "(SELECT rowid FROM paths ORDER BY " LAST " DESC LIMIT -1 OFFSET %d)",
		 PATHS_MAX);
	save.result = run(s, "BEGIN IMMEDIATE");
	if (!save.result)
		save.result = sqlite3_prepare_v2(s->db,
						 "INSERT OR REPLACE INTO paths (" COLUMNS ") "
						 "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
						 "?,?,?,?,?,?,?,?,?,?,?,?)",
						 -1, &save.put, NULL);
	if (!save.result)
		save.result = sqlite3_prepare_v2(s->db,
						 "DELETE FROM paths WHERE netns = ? AND local = ? "
						 "AND peer = ?",
						 -1, &save.drop, NULL);
	paths__each_changed(paths, save_path, &save);
	if (!save.result)
		save.result = drop_other_boots(s, offset_ns);
	sqlite3_finalize(save.put);
	sqlite3_finalize(save.drop);
	if (!save.result && paths__forgotten(paths))
		save.result = run(s, trim);
	return save.result ? save.result : run(s, "COMMIT");
}

void state__save(struct state *s, struct paths *paths, int64_t offset_ns)
{
	int r;

	if (!s->file.may_write || !paths__changed(paths))
		return;
	if (!state_file__is_in_place(&s->file)) {
		if (!s->failing)
			log_warn("--state: %s is not where it was; what is learnt from now on is "
				 "not remembered",
				 s->path);
		s->failing = true;
		return;
	}
	r = save_all(s, paths, offset_ns);
	if (r) {
		if (!s->failing)
			log_warn("--state: cannot write %s: %s; watching goes on, writing is tried "
				 "again",
				 s->path, sqlite3_errmsg(s->db));
		s->failing = true;
		if (!sqlite3_get_autocommit(s->db))
			run(s, "ROLLBACK");
		return;
	}
	if (s->failing)
		log_warn("--state: %s is written again, nothing of it is missing", s->path);
	s->failing = false;
	paths__saved(paths);
}
