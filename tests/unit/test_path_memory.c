// SPDX-License-Identifier: BSD-2-Clause
/* What is known of paths from one run to the next, and for a replay of the later one. */
#include "store/path_memory.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "facts.h"
#include "store/recording.h"
#include "store/state.h"

/* A world whose engine remembers in a file. */
struct scene {
	struct world *w;
	char dir[64];
	char file[80], record[80];
	struct path_memory memory;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	void *w = NULL;

	assert_non_null(s);
	assert_int_equal(set_world_up(&w), 0);
	s->w = w;
	snprintf(s->dir, sizeof(s->dir), "/tmp/idlewatch-memory-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->file, sizeof(s->file), "%s/paths.db", s->dir);
	snprintf(s->record, sizeof(s->record), "%s/record", s->dir);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	void *w = s->w;
	char other[96];

	path_memory__close(&s->memory);
	tear_world_down(&w);
	snprintf(other, sizeof(other), "%s-journal", s->file);
	unlink(other);
	unlink(s->file);
	unlink(s->record);
	assert_int_equal(rmdir(s->dir), 0); /* nothing else is left behind */
	free(s);
	return 0;
}

#define MEMORY_TEST(test) TEST_WITH(test, struct scene *s, setup, teardown)

static void learn(struct scene *s, uint64_t gap_ns)
{
	struct path_key key = path_key_of(&s->w->sock);

	paths__note(engine__paths(s->w->engine), &key, GAP_SURVIVED, gap_ns, (int64_t)now_ns());
}

/* The longest gap that the engine knows to be survived. */
static uint64_t known_ns(const struct scene *s)
{
	struct path_key key = path_key_of(&s->w->sock);
	struct bracket b;

	paths__find(engine__paths(s->w->engine), &key, &b);
	return b.of[GAP_SURVIVED].gap_ns;
}

static void open_memory(struct scene *s, struct recorder *recorder)
{
	path_memory__open(&s->memory, s->file, s->w->engine, recorder);
}

/* The next run: an engine that knows nothing yet. */
static void run_again(struct scene *s, struct recorder *recorder)
{
	path_memory__close(&s->memory);
	restart(s->w, &s->w->config);
	assert_int_equal(known_ns(s), 0);
	open_memory(s, recorder);
}

static void keep(const struct path *path, void *ctx)
{
	*(uint64_t *)ctx = path->bracket.of[GAP_SURVIVED].gap_ns;
}

/* What the file holds meanwhile. */
static uint64_t saved_ns(const struct scene *s)
{
	struct state *state = NULL;
	uint64_t gap_ns = 0;

	assert_int_equal(state__open_to_read(s->file, &state), 0);
	assert_int_equal(state__load(state, realtime_offset_ns(), keep, &gap_ns), 0);
	state__close(state);
	return gap_ns;
}

MEMORY_TEST(the_next_run_knows_what_the_last_one_learnt)
{
	open_memory(s, NULL);
	learn(s, MINUTE_NS);
	run_again(s, NULL);
	assert_int_equal(known_ns(s), MINUTE_NS);
	/* What was only remembered need not be saved. */
	assert_false(paths__changed(engine__paths(s->w->engine)));
	learn(s, HOUR_NS);
	assert_true(paths__changed(engine__paths(s->w->engine)));
	run_again(s, NULL);
	assert_int_equal(known_ns(s), HOUR_NS);
}

/* A replay must know what the run knew at its beginning. */
MEMORY_TEST(the_recording_is_reminded_too)
{
	static const struct recording_info info = { .host = "bastion",
						    .config = ENGINE_CONFIG_DEFAULT };
	static struct recorded record;
	struct recording_info read_info;
	struct recorder *recorder;
	FILE *in;

	open_memory(s, NULL);
	learn(s, MINUTE_NS);
	assert_int_equal(recorder__open(s->record, &info, &recorder), 0);
	run_again(s, recorder);
	recorder__close(recorder);
	s->memory.recorder = NULL;
	in = fopen(s->record, "rb");
	assert_non_null(in);
	assert_int_equal(recording__read_info(in, "it", &read_info), 1);
	assert_int_equal(recording__read(in, "it", &record), 1);
	assert_int_equal(record.kind, RECORD_PATH);
	assert_int_equal(record.path.bracket.of[GAP_SURVIVED].gap_ns, MINUTE_NS);
	assert_int_equal(record.path.key.peer[0], 10);
	assert_int_equal(recording__read(in, "it", &record), 0);
	fclose(in);
}

MEMORY_TEST(it_saves_only_every_few_seconds)
{
	open_memory(s, NULL);
	learn(s, MINUTE_NS);
	path_memory__save_if_due(&s->memory); /* the first time at once */
	assert_int_equal(saved_ns(s), MINUTE_NS);
	learn(s, 2 * MINUTE_NS);
	path_memory__save_if_due(&s->memory);
	assert_int_equal(saved_ns(s), MINUTE_NS);
	s->memory.tried_ns -= 5 * NS_PER_S;
	path_memory__save_if_due(&s->memory);
	assert_int_equal(saved_ns(s), 2 * MINUTE_NS);
}

MEMORY_TEST(without_a_file_nothing_is_remembered)
{
	path_memory__open(&s->memory, NULL, s->w->engine, NULL);
	learn(s, MINUTE_NS);
	path_memory__save_if_due(&s->memory);
	path_memory__close(&s->memory);
	path_memory__close(&s->memory); /* twice does no harm */
	assert_true(access(s->file, F_OK));
}

/* It is said, and the watch goes on. */
MEMORY_TEST(a_file_that_cannot_be_opened_is_not_fatal)
{
	char *said = NULL;
	size_t size;
	FILE *real = stderr;

	stderr = open_memstream(&said, &size);
	path_memory__open(&s->memory, "/nowhere/at all", s->w->engine, NULL);
	fclose(stderr);
	stderr = real;
	assert_contains(said, "/nowhere/at all");
	free(said);
	learn(s, MINUTE_NS);
	path_memory__save_if_due(&s->memory);
	assert_int_equal(known_ns(s), MINUTE_NS);
}

/* One that was never opened, as when the watch failed to begin. */
TEST(nothing_can_be_closed)
{
	struct path_memory m = {};

	path_memory__close(&m);
	assert_null(m.state);
}
