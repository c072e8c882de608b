// SPDX-License-Identifier: BSD-2-Clause
/* What the lines of an end come to, in any order and twice; clocks; and all the bounds. */
#include <inttypes.h>

#include "two_ends.h"

static int setup(void **state)
{
	*state = ends__new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	ends__free(*state);
	return 0;
}

#define ENDS_TEST(test) TEST_WITH(test, struct ends *e, setup, teardown)

static void add(struct ends *e, struct line l)
{
	assert_int_equal(ends__add(e, 0, &l), 0);
}

/* The client's end; it must be the only one. */
static const struct end *only(const struct ends *e)
{
	assert_int_equal(HASH_COUNT(e->by_key), 1);
	return e->by_key;
}

static const struct episode *only_episode(const struct ends *e)
{
	assert_int_equal(only(e)->n_episodes, 1);
	return &only(e)->episodes[0];
}

static struct line told(struct line l, enum event_type event)
{
	l.event = event;
	return l;
}

/* The client's silence as it began, was judged and ended. */
static struct line suspected(void)
{
	struct line l = later(told(client(), EVENT_SUSPECT), -5 * S);

	l.verdict = VERDICT_NONE;
	l.last_heard_ms -= 5000;
	l.silence_ms -= 5000;
	return l;
}

static struct line ended(enum event_type event)
{
	struct line l = later(told(client(), event), 90 * S);

	l.silence_ms += 89999; /* what is cut to milliseconds begins a little later */
	l.last_heard_ms = event == EVENT_RECOVERED ? 0 : l.last_heard_ms + 90000;
	l.error = event == EVENT_CLOSED ? 110 : 0;
	return l;
}

/* One probe as --all-events tells it: no silence is in the line. */
static struct line probe(int64_t ns)
{
	struct line l = later(told(client(), EVENT_PROBE_SENT), ns);

	l.in_silence = false;
	l.verdict = VERDICT_NONE;
	return l;
}

/* --- what tells ends apart --- */

ENDS_TEST(all_that_tells_ends_apart_does)
{
	struct line l[7];

	for (size_t i = 0; i < ARRAY_SIZE(l); i++)
		l[i] = client();
	snprintf(l[1].host, sizeof(l[1].host), "another");
	l[2].netns++;
	l[3].conn++;
	l[4].end.lport++;
	l[5].end.paddr[3]++;
	l[6].end.family = AF_INET6;
	for (size_t i = 0; i < ARRAY_SIZE(l); i++)
		add(e, l[i]);
	for (size_t i = 0; i < ARRAY_SIZE(l); i++)
		add(e, later(l[i], S));
	assert_int_equal(HASH_COUNT(e->by_key), ARRAY_SIZE(l));
}

ENDS_TEST(a_line_about_no_connection_is_of_a_host_only)
{
	struct line l = told(client(), EVENT_START);

	l.has_conn = false;
	add(e, l);
	assert_int_equal(HASH_COUNT(e->by_key), 0);
	assert_int_equal(e->n_hosts, 0);
	assert_int_equal(e->n_sources, 1);
	assert_int_equal(e->sources[0].lines, 1);
	assert_string_equal(e->sources[0].host, "client");
}

ENDS_TEST(a_host_in_two_files_is_one_host)
{
	struct line a = client(), b = server();

	assert_int_equal(ends__add(e, 3, &a), 0);
	assert_int_equal(ends__add(e, 4, &b), 0);
	assert_false(e->hosts[0].many_files);
	assert_int_equal(ends__add(e, 5, &a), 0);
	assert_int_equal(e->n_hosts, 2);
	assert_true(e->hosts[0].many_files);
	assert_false(e->hosts[1].many_files);
	assert_int_equal(e->hosts[0].file, 3);
	assert_int_equal(e->by_key->file, 3);
}

/* --- the order of lines --- */

/* All of a story with two silences, probes between them, and a process that changes. */
static size_t story(struct line ret[9])
{
	struct line second = later(client(), 500 * S);

	ret[0] = suspected();
	ret[1] = client();
	ret[2] = ended(EVENT_RECOVERED);
	ret[3] = probe(200 * S);
	ret[4] = probe(210 * S);
	ret[5] = told(probe(210 * S), EVENT_PROBE_ANSWERED);
	ret[6] = later(suspected(), 500 * S);
	ret[7] = second;
	ret[8] = later(ended(EVENT_CLOSED), 500 * S);
	ret[2].snd_una = ret[2].snd_nxt = ret[3].snd_una = ret[3].snd_nxt = 1500;
	ret[4].snd_una = ret[4].snd_nxt = 1500;
	ret[7].snd_una = ret[7].snd_nxt = 2500;
	ret[1].pid = 10;
	ret[7].pid = 11;
	snprintf(ret[1].comm, sizeof(ret[1].comm), "ssh");
	snprintf(ret[7].comm, sizeof(ret[7].comm), "scp");
	ret[6].incoming = true;
	ret[8].has_seq = false;
	return 9;
}

static void describe(const struct ends *e, char *text, size_t size)
{
	const struct end *end = only(e);
	size_t at =
		(size_t)snprintf(text, size, "%" PRId64 "-%" PRId64 " %u %s %d %d %u-%u %zu",
				 end->first_ns, end->last_ns, end->pid, end->comm, end->incoming,
				 end->all_events, end->seqs.una, end->seqs.nxt, end->n_marks);

	for (size_t i = 0; i < end->n_episodes; i++) {
		const struct episode *ep = &end->episodes[i];

		at += (size_t)snprintf(
			text + at, size - at,
			"\n%" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %u-%u %s %d",
			ep->since_mono_ns, ep->since_ns, ep->heard_ns, ep->verdict_ns, ep->end_ns,
			ep->seqs.una, ep->seqs.nxt, event_name(ep->last.event, ep->last.verdict),
			ep->last.error);
	}
	assert_true(at < size);
}

ENDS_TEST(a_story_is_summed_up)
{
	struct line lines[9];
	const struct end *end;

	for (size_t i = 0; i < story(lines); i++)
		add(e, lines[i]);
	end = only(e);
	assert_int_equal(end->first_ns, 1000000 * S - 5 * S);
	assert_int_equal(end->last_ns, 1000000 * S + 590 * S);
	assert_int_equal(end->pid, 11);
	assert_string_equal(end->comm, "scp");
	assert_true(end->incoming);
	assert_int_equal(end->seqs.una, 2500);
	assert_int_equal(end->n_marks, 3);
	assert_int_equal(end->n_episodes, 2);
	assert_int_equal(end->episodes[0].last.event, EVENT_RECOVERED);
	assert_int_equal(end->episodes[0].since_ns, 1000000 * S - 10 * S);
	assert_int_equal(end->episodes[0].verdict_ns, 1000000 * S);
	assert_int_equal(end->episodes[0].end_ns, 1000000 * S + 90 * S);
	assert_int_equal(end->episodes[0].heard_ns, 1000000 * S - 70 * S);
	assert_int_equal(end->episodes[1].last.error, 110);
	assert_int_equal(end->episodes[1].seqs.una, 1000);
	assert_int_equal(end->episodes[1].seqs.nxt, 2500);
}

TEST(the_order_of_lines_does_not_matter)
{
	char expected[2048] = "", text[2048];
	uint64_t seed = 77;
	struct line lines[9];
	size_t n = story(lines);

	for (unsigned int round = 0; round < 300; round++) {
		struct ends *e = ends__new();

		assert_non_null(e);
		for (size_t i = 0; i < n; i++)
			add(e, lines[i]);
		describe(e, round ? text : expected, sizeof(text));
		if (round)
			assert_string_equal(text, expected);
		ends__free(e);
		for (size_t i = n - 1; i; i--) {
			size_t k = next_random(&seed) % (i + 1);
			struct line l = lines[i];

			lines[i] = lines[k];
			lines[k] = l;
		}
	}
}

ENDS_TEST(a_line_that_comes_twice_counts_once)
{
	char once[2048], twice[2048];
	struct line lines[9];
	size_t n = story(lines);

	for (size_t i = 0; i < n; i++)
		add(e, lines[i]);
	describe(e, once, sizeof(once));
	for (size_t i = 0; i < n; i++)
		add(e, lines[i]);
	describe(e, twice, sizeof(twice));
	assert_string_equal(once, twice);
	assert_int_equal(e->n_episodes, 2);
}

ENDS_TEST(who_is_not_known_any_more_is_not_forgotten)
{
	struct line l = client();

	l.pid = 10;
	add(e, l);
	l = later(l, S);
	l.pid = 0;
	l.has_seq = false;
	add(e, l);
	assert_int_equal(only(e)->pid, 10);
	assert_true(only(e)->seqs.known);
	assert_int_equal(only(e)->seqs.una, 1000);
}

/* --- silences --- */

/* What ends a silence is heard too: it does not tell when it began. */
ENDS_TEST(what_ends_a_silence_is_not_the_last_heard)
{
	add(e, ended(EVENT_RECOVERED));
	assert_int_equal(only_episode(e)->heard_ns, 1000000 * S + 90 * S);
	add(e, client());
	assert_int_equal(only_episode(e)->heard_ns, 1000000 * S - 70 * S);
}

ENDS_TEST(the_verdict_is_as_old_as_its_first_line)
{
	struct line worse = later(told(client(), EVENT_VERDICT), 20 * S);

	worse.silence_ms += 20000;
	worse.verdict = VERDICT_ONE_WAY;
	add(e, worse);
	add(e, client());
	add(e, worse);
	assert_int_equal(only_episode(e)->verdict_ns, 1000000 * S);
	assert_int_equal(only_episode(e)->last.verdict, VERDICT_ONE_WAY);
	assert_int_equal(only_episode(e)->end_ns, 0);
}

/* Durations are cut to milliseconds, so a silence may seem to begin behind its own line. */
ENDS_TEST(rounding_makes_no_second_silence)
{
	struct line first = suspected(), next;

	first.silence_ms = 0;
	next = later(first, S);
	next.silence_ms = 999;
	add(e, first);
	add(e, next);
	assert_int_equal(only(e)->n_episodes, 1);
	next = later(first, 10 * S);
	next.silence_ms = 8990;
	add(e, next);
	assert_int_equal(only(e)->n_episodes, 2);
}

ENDS_TEST(a_line_without_a_silence_makes_none)
{
	struct line l = told(client(), EVENT_CLOSED);

	l.in_silence = false;
	add(e, l);
	assert_int_equal(only(e)->n_episodes, 0);
	assert_int_equal(only(e)->n_marks, 0);
}

/* A process that was restored, or a counter that runs wild. */
ENDS_TEST(a_silence_longer_than_the_host_is_up_began_with_it)
{
	struct line l = client();

	l.silence_ms = INT64_MAX / NS_PER_S;
	add(e, l);
	assert_int_equal(only_episode(e)->since_mono_ns, 0);
}

ENDS_TEST(sequence_numbers_widen_across_their_wrap)
{
	struct line before = client(), after = later(client(), S);

	before.snd_una = UINT32_MAX - 10;
	before.snd_nxt = UINT32_MAX - 5;
	before.rcv_nxt = UINT32_MAX;
	after.snd_una = 2;
	after.snd_nxt = 20;
	after.rcv_nxt = 3;
	add(e, after);
	add(e, before);
	assert_int_equal(only_episode(e)->seqs.una, UINT32_MAX - 10);
	assert_int_equal(only_episode(e)->seqs.nxt, 20);
	assert_int_equal(only_episode(e)->seqs.rcv_lo, UINT32_MAX);
	assert_int_equal(only_episode(e)->seqs.rcv_hi, 3);
	/* The end itself has them as last told. */
	assert_int_equal(only(e)->seqs.una, 2);
	assert_int_equal(only(e)->seqs.rcv_lo, 3);
}

ENDS_TEST(without_sequence_numbers_none_are_known)
{
	struct line l = client();

	l.has_seq = false;
	add(e, l);
	assert_false(only(e)->seqs.known || only_episode(e)->seqs.known);
}

ENDS_TEST(an_old_silence_that_comes_late_is_not_kept)
{
	for (int64_t i = 1; i <= EPISODES_OF_END_MAX; i++)
		add(e, later(client(), i * 100 * S));
	assert_int_equal(only(e)->older_episodes, 0);
	add(e, client());
	assert_int_equal(only(e)->older_episodes, 1);
	assert_int_equal(only(e)->n_episodes, EPISODES_OF_END_MAX);
	for (int64_t i = 1; i <= EPISODES_OF_END_MAX; i++)
		assert_int_equal(only(e)->episodes[i - 1].verdict_ns, (1000000 + i * 100) * S);
}

/* --- clocks --- */

ENDS_TEST(a_drifting_clock_is_one_clock)
{
	for (int64_t i = 0; i < 10; i++) {
		struct line l = later(client(), i * 1000 * S);

		l.ts_ns += i * 19 * (S / 10);
		add(e, l);
	}
	assert_int_equal(e->n_sources, 1);
	assert_int_equal(e->sources[0].lines, 10);
}

ENDS_TEST(a_step_of_the_clock_makes_another)
{
	struct line stepped = later(client(), S), other = server();

	stepped.ts_ns -= 3 * S;
	add(e, client());
	add(e, stepped);
	assert_int_equal(only(e)->source, 1);
	add(e, other); /* the same moment, but another host's */
	add(e, later(client(), 2 * S));
	assert_int_equal(e->by_key->source, 0);
	add(e, stepped);
	assert_int_equal(e->by_key->source, 0);
	assert_int_equal(e->n_sources, 3);
	assert_int_equal(e->sources[0].lines, 2);
	assert_int_equal(e->n_hosts, 2);
	/* Times by two clocks are not compared: there are two silences. */
	assert_int_equal(e->by_key->n_episodes, 2);
}

/* The earliest and the latest that a line may say, and the longest uptime. */
ENDS_TEST(clocks_as_far_apart_as_can_be_are_two)
{
	struct line early = client(), late = client();

	early.ts_ns = 0;
	early.mono_ns = INT64_MAX;
	late.ts_ns = 4133980799999999999;
	late.mono_ns = 0;
	add(e, early);
	add(e, late);
	add(e, early);
	assert_int_equal(e->n_sources, 2);
	assert_int_equal(only(e)->n_episodes, 2);
}

/* --- when it was watched --- */

ENDS_TEST(a_watch_is_as_long_as_its_lines)
{
	add(e, later(client(), 5 * S));
	add(e, client());
	add(e, later(client(), 9 * S));
	add(e, later(client(), 7 * S));
	assert_int_equal(e->sources[0].n_watches, 1);
	assert_int_equal(e->sources[0].watches[0].from_ns, 1000000 * S);
	assert_int_equal(e->sources[0].watches[0].to_ns, 1000000 * S + 9 * S);
}

ENDS_TEST(each_start_begins_another_watch)
{
	struct line start = told(client(), EVENT_START);
	const struct source *s = e->sources;

	start.has_conn = false;
	add(e, later(client(), -3 * S)); /* what was written before is there without its start */
	add(e, start);
	add(e, later(client(), 10 * S));
	assert_int_equal(s->n_watches, 2);
	assert_int_equal(s->watches[0].from_ns, 1000000 * S - 3 * S);
	assert_int_equal(s->watches[0].to_ns, 1000000 * S - 3 * S);
	assert_int_equal(s->watches[1].from_ns, 1000000 * S);
	assert_int_equal(s->watches[1].to_ns, 1000000 * S + 10 * S);
}

ENDS_TEST(files_are_watches_of_their_own)
{
	const struct source *s = e->sources;

	for (int64_t i = 0; i < 6; i++) {
		struct line l = later(client(), i * S);

		assert_int_equal(ends__add(e, (unsigned int)i % 2, &l), 0);
	}
	assert_int_equal(s->n_watches, 2);
	assert_int_equal(s->watches[0].to_ns, 1000000 * S + 4 * S);
	assert_int_equal(s->watches[1].from_ns, 1000000 * S + S);
	assert_int_equal(s->watches[1].to_ns, 1000000 * S + 5 * S);
}

ENDS_TEST(when_there_are_too_many_watches_the_last_goes_on)
{
	struct line start = told(client(), EVENT_START);
	const struct source *s = e->sources;

	start.has_conn = false;
	for (int64_t i = 0; i < WATCHES_MAX + 5; i++)
		add(e, later(start, i * S));
	assert_int_equal(s->n_watches, WATCHES_MAX);
	assert_int_equal(s->watches[WATCHES_MAX - 1].from_ns, (1000000 + WATCHES_MAX - 1) * S);
	assert_int_equal(s->watches[WATCHES_MAX - 1].to_ns, (1000000 + WATCHES_MAX + 4) * S);
}

ENDS_TEST(only_all_events_gives_some_events)
{
	for (unsigned int event = 0; event < EVENT_MAX; event++) {
		bool only_then = event >= EVENT_PROBE_SENT && event <= EVENT_RETRANSMIT;

		e->sources[0].all_events = false;
		add(e, told(client(), event));
		assert_int_equal(e->sources[0].all_events, only_then);
	}
	assert_int_equal(only(e)->n_marks, EVENT_RETRANSMIT - EVENT_PROBE_SENT + 1);
}

/* --- probes one by one --- */

ENDS_TEST(a_mark_says_what_was_sent)
{
	struct line data = probe(0), gap = told(probe(S), EVENT_IDLE_END);

	data.snd_nxt++;
	gap.idle_ms = 77;
	add(e, data);
	add(e, gap);
	assert_int_equal(only(e)->n_marks, 2);
	assert_true(only(e)->marks[0].data);
	assert_false(only(e)->marks[1].data);
	assert_int_equal(only(e)->marks[1].event, EVENT_IDLE_END);
	assert_int_equal(only(e)->marks[1].gap_ms, 77);
	assert_int_equal(only(e)->marks[1].mono_ns, 5001 * NS_PER_S);
	assert_int_equal(only(e)->n_episodes, 0);
}

ENDS_TEST(the_latest_marks_are_kept)
{
	bool kept[MARKS_OF_END_MAX + 3] = { false };

	for (int64_t i = 0; i < MARKS_OF_END_MAX + 3; i++)
		add(e, probe(i * S));
	assert_int_equal(only(e)->n_marks, MARKS_OF_END_MAX);
	for (size_t i = 0; i < only(e)->n_marks; i++)
		kept[only(e)->marks[i].ts_ns / S - 1000000] = true;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		assert_int_equal(kept[i], i >= 3);
}

/* --- bounds --- */

ENDS_TEST(too_many_clocks_are_refused)
{
	for (unsigned int i = 0; i < SOURCES_MAX + 3; i++) {
		struct line l = client();

		snprintf(l.host, sizeof(l.host), "host%u", i);
		add(e, l);
	}
	assert_int_equal(e->n_sources, SOURCES_MAX);
	assert_int_equal(e->refused_sources, 3);
	assert_int_equal(HASH_COUNT(e->by_key), SOURCES_MAX);
	assert_int_equal(e->n_hosts, SOURCES_MAX);
}

ENDS_TEST(too_many_ends_are_refused)
{
	struct line l = client();

	l.in_silence = false;
	for (uint64_t conn = 1; conn <= ENDS_MAX + 3; conn++) {
		l.conn = conn;
		add(e, l);
	}
	assert_int_equal(HASH_COUNT(e->by_key), ENDS_MAX);
	assert_int_equal(e->refused_ends, 3);
	/* Those that are known go on. */
	l = later(l, S);
	l.conn = ENDS_MAX;
	add(e, l);
	assert_int_equal(e->refused_ends, 3);
}

ENDS_TEST(too_many_silences_are_refused)
{
	const struct end *last;
	struct line l;

	for (uint64_t i = 0; i < EPISODES_MAX + 3; i++) {
		l = later(client(), (int64_t)(i % EPISODES_OF_END_MAX) * 100 * S);
		l.conn = 1 + i / EPISODES_OF_END_MAX;
		add(e, l);
	}
	assert_int_equal(e->n_episodes, EPISODES_MAX);
	assert_int_equal(e->refused_episodes, 3);
	last = ELMT_FROM_HH(e->by_key->hh.tbl, e->by_key->hh.tbl->tail);
	assert_int_equal(last->n_episodes, 0);
	/* An end that gives up an older one needs no room. */
	l.conn = 1;
	add(e, later(l, 5000 * S));
	assert_int_equal(e->refused_episodes, 3);
	assert_int_equal(e->by_key->older_episodes, 1);
}

ENDS_TEST(too_many_marks_are_refused)
{
	struct line l = probe(0);
	const struct end *last;

	for (uint64_t conn = 1; conn <= MARKS_MAX / MARKS_OF_END_MAX + 2; conn++) {
		l.conn = conn;
		add(e, l);
	}
	assert_int_equal(e->n_marks, MARKS_MAX);
	assert_int_equal(e->refused_marks, 2);
	last = ELMT_FROM_HH(e->by_key->hh.tbl, e->by_key->hh.tbl->tail);
	assert_int_equal(last->n_marks, 0);
	assert_true(last->all_events);
}

TEST(freeing_no_ends_is_allowed)
{
	ends__free(NULL);
}
