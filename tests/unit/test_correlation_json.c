// SPDX-License-Identifier: BSD-2-Clause
/* A correlation as a line of JSON: what is in it, what is left out, and any bytes. */
#include <jansson.h>

#include "ends/correlation_text.h"
#include "two_ends.h"

static const char *const files[] = { "here.jsonl", "there.jsonl" };

struct scene {
	struct line lines[2];
	struct correlation *c;
	struct correlation_view t;
	json_t *json; /* as it was read last */
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->lines[0] = client();
	s->lines[1] = server();
	s->t = (struct correlation_view){ .files = files, .n_files = 2 };
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	json_decref(s->json);
	correlation__free(s->c);
	free(s);
	return 0;
}

#define JSON_TEST(test) TEST_WITH(test, struct scene *s, setup, teardown)

static struct connection *join(struct scene *s, size_t n)
{
	correlation__free(s->c);
	s->c = correlate(s->lines, n);
	s->t.correlation = s->c;
	return &s->c->connections[0];
}

/* The line read by a JSON parser; it must be one line. */
static json_t *told(struct scene *s)
{
	char *line = correlation_json(&s->t, &s->c->connections[0]);

	assert_non_null(line);
	assert_null(strchr(line, '\n'));
	assert_true(is_utf8(line));
	json_decref(s->json);
	s->json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(s->json);
	free(line);
	return s->json;
}

/* Of the whole, or of one end: "a" or "b". Good until the next call of told(). */
static json_t *value(struct scene *s, const char *end, const char *key)
{
	json_t *o = told(s);

	return json_object_get(end ? json_object_get(o, end) : o, key);
}

static void assert_text(struct scene *s, const char *end, const char *key, const char *expected)
{
	const char *text = json_string_value(value(s, end, key));

	if (!text)
		fail_msg("no text %s", key);
	assert_string_equal(text, expected);
}

static void assert_number(struct scene *s, const char *end, const char *key, json_int_t expected)
{
	assert_true(json_is_integer(value(s, end, key)));
	assert_int_equal(json_integer_value(value(s, end, key)), expected);
}

JSON_TEST(a_connection_is_told_from_both_ends)
{
	s->lines[0].pid = 4711;
	snprintf(s->lines[0].comm, sizeof(s->lines[0].comm), "ssh");
	join(s, 2);
	assert_number(s, NULL, "schema", 1);
	assert_text(s, NULL, "event", "correlated");
	assert_text(s, NULL, "verdict", "path-dead");
	assert_text(s, NULL, "confidence", "certain");
	assert_text(s, NULL, "blame", "path");
	assert_text(s, NULL, "a_to_b", "lost");
	assert_text(s, NULL, "since", "1970-01-12T13:46:30.000000000Z");
	assert_text(s, NULL, "words",
		    "path-dead, certain: the path lost the packets of both directions");
	assert_text(s, NULL, "matched", "sequence-numbers-and-addresses");
	assert_text(s, "a", "host", "client");
	assert_text(s, "a", "file", "here.jsonl");
	assert_text(s, "a", "conn", "7");
	assert_text(s, "a", "local_addr", "10.1.1.1");
	assert_number(s, "a", "local_port", 40000);
	assert_text(s, "a", "comm", "ssh");
	assert_number(s, "a", "pid", 4711);
	assert_text(s, "a", "last_heard", "1970-01-12T13:45:30.000000000Z");
	assert_text(s, "a", "verdict_ts", "1970-01-12T13:46:40.000000000Z");
	assert_number(s, "a", "unanswered", 3);
	assert_text(s, "b", "host", "server");
	assert_text(s, "b", "file", "there.jsonl");
	assert_null(value(s, "b", "pid"));
	assert_null(value(s, "b", "comm"));
}

JSON_TEST(one_end_alone_has_no_other)
{
	struct connection *c = join(s, 1);

	assert_null(value(s, NULL, "b"));
	assert_null(value(s, NULL, "clocks"));
	assert_null(value(s, NULL, "chance_of_mistake"));
	assert_null(value(s, NULL, "other_candidates"));
	assert_text(s, NULL, "matched", "none");
	assert_text(s, NULL, "lost_direction", "unknown");
	c->pair.rivals = 2;
	assert_number(s, NULL, "other_candidates", 2);
	s->t.n_files = 0;
	assert_null(value(s, "a", "file"));
}

JSON_TEST(the_lost_direction_follows_from_the_fates)
{
	struct connection *c = join(s, 2);

	assert_text(s, NULL, "lost_direction", "both");
	c->both.fate[0] = FATE_ARRIVED;
	assert_text(s, NULL, "lost_direction", "b-to-a");
	c->both.fate[1] = FATE_MIXED;
	assert_text(s, NULL, "lost_direction", "unknown");
	c->both.fate[0] = FATE_LOST_LIKELY;
	assert_text(s, NULL, "lost_direction", "a-to-b");
	assert_text(s, NULL, "a_to_b", "likely-lost");
	assert_text(s, NULL, "b_to_a", "partly-lost");
}

JSON_TEST(only_hosts_and_programs_are_culprits)
{
	struct connection *c = join(s, 2);

	assert_null(value(s, NULL, "culprit"));
	c->both.blame = BLAME_HOST;
	c->both.culprit = 0;
	assert_text(s, NULL, "culprit", "a");
	c->both.culprit = 1;
	assert_text(s, NULL, "culprit", "b");
	c->both.blame = BLAME_PROGRAM;
	c->both.culprit = 2;
	assert_text(s, NULL, "culprit", "both");
}

JSON_TEST(clocks_are_there_as_far_as_they_are_known)
{
	struct connection *c = join(s, 2);

	c->offset = (struct clock_offset){ .kind = OFFSET_MEASURED,
					   .lo_ns = -1999999,
					   .hi_ns = 90 * S,
					   .drifts = true,
					   .drift_ppm = -2.5 };
	assert_text(s, NULL, "clocks", "measured");
	assert_number(s, NULL, "clock_offset_min_ms", -1);
	assert_number(s, NULL, "clock_offset_max_ms", 90000);
	assert_true(json_real_value(value(s, NULL, "clock_drift_ppm")) == -2.5);
	c->offset.contradictory = true;
	c->offset.drifts = false;
	assert_text(s, NULL, "clocks", "contradictory");
	assert_null(value(s, NULL, "clock_drift_ppm"));
	c->offset = (struct clock_offset){};
	assert_text(s, NULL, "clocks", "unknown");
	assert_null(value(s, NULL, "clock_offset_min_ms"));
}

JSON_TEST(what_did_not_happen_is_left_out)
{
	struct connection *c = join(s, 2);

	assert_null(value(s, "a", "ended"));
	assert_null(value(s, "a", "errno"));
	c->pair.ea->end_ns = 1000100 * S;
	c->pair.ea->last.event = EVENT_CLOSED;
	c->pair.ea->last.error = 110;
	assert_text(s, "a", "ended", "closed");
	assert_text(s, "a", "ended_ts", "1970-01-12T13:48:20.000000000Z");
	assert_number(s, "a", "errno", 110);
	c->pair.ea->last.error = 0;
	c->pair.ea->last.taken_error = 110;
	assert_null(value(s, "a", "errno"));
	assert_number(s, "a", "errno_inferred", 110);
	c->pair.ea = NULL; /* that end has nothing to say of this silence */
	assert_null(value(s, "a", "verdict"));
	assert_text(s, "a", "host", "client");
	c->both.verdict = VERDICT_NONE;
	c->both.confidence = CONFIDENCE_NONE;
	assert_null(value(s, NULL, "verdict"));
	assert_null(value(s, NULL, "confidence"));
	assert_null(value(s, NULL, "since"));
	assert_text(s, NULL, "words", "none: only a suspicion");
}

/* A local drop may be known without a moment: then none is made up. */
JSON_TEST(a_moment_that_is_not_known_is_left_out)
{
	struct connection *c = join(s, 2);

	c->both.failed = (struct moment){ INT64_MAX, INT64_MAX };
	assert_null(value(s, NULL, "since"));
	c->both.failed = (struct moment){ -5 * S, -4 * S };
	assert_text(s, NULL, "since", "1970-01-01T00:00:00.000000000Z");
}

/* Names of hosts, programs and files are any bytes: none of them ends a string or the line. */
JSON_TEST(hostile_names_are_harmless)
{
	static const char *const names[][2] = {
		{ "a\nb", "a\nb" },	      { "\",\"blame\":\"x", "\",\"blame\":\"x" },
		{ "{\\u0000}", "{\\u0000}" }, { "\x1b[2J", "\x1b[2J" },
		{ "a\xff", "a\xef\xbf\xbd" }, { "cut mid\xc3", "cut mid\xef\xbf\xbd" },
		{ "%s%n", "%s%n" },	      { "", "" },
	};
	const char *hostile[2];

	s->t.files = hostile;
	s->lines[0].pid = 4711;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		hostile[0] = hostile[1] = names[i][0];
		snprintf(s->lines[0].host, sizeof(s->lines[0].host), "%s", names[i][0]);
		snprintf(s->lines[0].comm, sizeof(s->lines[0].comm), "%s", names[i][0]);
		join(s, 1);
		assert_text(s, "a", "host", names[i][1]);
		assert_text(s, "a", "comm", names[i][1]);
		assert_text(s, "a", "file", names[i][1]);
		assert_text(s, NULL, "blame", "path-or-peer");
	}
}

/* Each byte of the longest becomes three, and none is lost. */
JSON_TEST(the_longest_names_have_room)
{
	memset(s->lines[0].host, '\xff', sizeof(s->lines[0].host) - 1);
	memset(s->lines[0].comm, '\xff', sizeof(s->lines[0].comm) - 1);
	s->lines[0].pid = 4711;
	join(s, 1);
	assert_int_equal(json_string_length(value(s, "a", "host")), 3 * (LINE_HOST_LEN - 1));
	assert_int_equal(json_string_length(value(s, "a", "comm")), 3 * (LINE_COMM_LEN - 1));
}
