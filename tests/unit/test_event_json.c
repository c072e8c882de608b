// SPDX-License-Identifier: BSD-2-Clause
#include "output/event_json.h"

#include <jansson.h>

#include "events.h"

static char *line_of(const struct sample *s)
{
	struct field_context ctx = sample_context();
	char *line = event_json(&s->ev, &ctx);

	assert_non_null(line);
	return line;
}

/* Reads the line back; fails unless it is one object and nothing else. */
static json_t *object_of(const struct sample *s)
{
	char *line = line_of(s);
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	assert_true(json_is_object(json));
	free(line);
	return json;
}

static json_int_t number_in(const json_t *json, const char *key)
{
	json_t *value = json_object_get(json, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static const char *string_in(const json_t *json, const char *key)
{
	json_t *value = json_object_get(json, key);

	assert_true(json_is_string(value));
	return json_string_value(value);
}

static void assert_absent(const json_t *json, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_null(json_object_get(json, keys[i]));
}

#define ASSERT_ABSENT(json, ...)                                  \
	assert_absent(json, (const char *const[]){ __VA_ARGS__ }, \
		      ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static bool is_kind(const json_t *value, enum field_kind kind)
{
	switch (kind) {
	case FIELD_INT:
		return json_is_integer(value);
	case FIELD_BOOL:
		return json_is_boolean(value);
	case FIELD_STRING:
		return json_is_string(value);
	default:
		return json_is_array(value);
	}
}

/* --- every line --- */

TEST(every_line_is_one_object_on_one_line)
{
	struct sample s;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		char *line;

		sample_event(&s, t);
		line = line_of(&s);
		assert_null(strpbrk(line, "\n\r"));
		assert_int_equal(line[0], '{');
		free(line);
		json_decref(object_of(&s));
	}
}

TEST(every_line_says_when_where_and_what)
{
	struct sample s;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		json_t *json;

		sample_event(&s, t);
		json = object_of(&s);
		assert_int_equal(number_in(json, "schema"), 1);
		assert_string_equal(string_in(json, "ts"), "2024-02-29T18:31:04.000000005Z");
		assert_int_equal(number_in(json, "ts_mono_ns"), SAMPLE_TS_NS);
		assert_string_equal(string_in(json, "host"), "bastion");
		assert_string_equal(string_in(json, "event"), event_name(t, s.ev.verdict));
		json_decref(json);
	}
}

TEST(every_key_is_registered_and_of_its_kind)
{
	struct sample s;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		size_t n_registered = 0;
		json_t *json;

		sample_event(&s, t);
		json = object_of(&s);
		for (size_t i = 0; i < n_fields; i++) {
			json_t *v = fields[i].key ? json_object_get(json, fields[i].key) : NULL;

			assert_true(!v || is_kind(v, fields[i].kind));
			n_registered += v != NULL;
		}
		assert_int_equal(json_object_size(json), n_registered);
		json_decref(json);
	}
}

TEST(nothing_is_null_or_empty)
{
	const char *key;
	struct sample s;
	json_t *value;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		json_t *json;

		sample_event(&s, t);
		json = object_of(&s);
		json_object_foreach(json, key, value)
		{
			assert_false(json_is_null(value));
			assert_false(json_is_string(value) && !json_string_length(value));
		}
		json_decref(json);
	}
}

/* --- one kind of line each --- */

TEST(verdict_carries_its_evidence)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_VERDICT);
	json = object_of(&s);
	assert_string_equal(string_in(json, "verdict"), "path-dead");
	assert_string_equal(string_in(json, "cause"), "idle");
	assert_string_equal(string_in(json, "confidence"), "likely");
	assert_string_equal(string_in(json, "trigger"), "keepalive");
	assert_string_equal(string_in(json, "conn"), "abc");
	assert_int_equal(number_in(json, "idle_ms"), 7350000);
	assert_int_equal(number_in(json, "last_heard_ms"), 7500000);
	assert_int_equal(number_in(json, "silence_ms"), 150000);
	assert_int_equal(number_in(json, "gives_up_in_ms"), 525000);
	assert_int_equal(number_in(json, "probes_sent"), 3);
	assert_int_equal(number_in(json, "probes_unanswered"), 3);
	assert_int_equal(number_in(json, "errno"), ETIMEDOUT);
	assert_true(json_is_false(json_object_get(json, "rst_seen")));
	assert_true(json_is_true(json_object_get(json, "keepalive")));
	json_decref(json);
}

TEST(addresses_are_split_from_ports)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_VERDICT);
	json = object_of(&s);
	assert_string_equal(string_in(json, "family"), "ipv4");
	assert_string_equal(string_in(json, "local_addr"), "10.2.2.2");
	assert_int_equal(number_in(json, "local_port"), 22);
	assert_string_equal(string_in(json, "peer_addr"), "10.1.1.1");
	assert_int_equal(number_in(json, "peer_port"), 46560);
	json_decref(json);
}

TEST(all_owners_are_listed_and_the_first_is_named)
{
	struct sample s;
	json_t *json, *pids;

	sample_event(&s, EVENT_VERDICT);
	json = object_of(&s);
	pids = json_object_get(json, "pids");
	assert_int_equal(number_in(json, "pid"), 2231);
	assert_string_equal(string_in(json, "comm"), "sshd");
	assert_int_equal(json_array_size(pids), 2);
	assert_int_equal(json_integer_value(json_array_get(pids, 0)), 2231);
	assert_int_equal(json_integer_value(json_array_get(pids, 1)), 2240);
	json_decref(json);
}

TEST(owner_unknown_is_absent)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_VERDICT);
	s.ev.n_owners = 0;
	json = object_of(&s);
	ASSERT_ABSENT(json, "pid", "comm", "pids");
	json_decref(json);
}

/* The owner's kind on a line of a connection that is so held. */
static const char *owner_kind_of(enum iw_holder holder, size_t n_owners)
{
	static char text[32];
	struct sample s;
	json_t *json, *kind;

	sample_event(&s, EVENT_VERDICT);
	s.fact.holder = (uint8_t)holder;
	s.ev.n_owners = n_owners;
	json = object_of(&s);
	kind = json_object_get(json, "owner_kind");
	snprintf(text, sizeof(text), "%s", kind ? json_string_value(kind) : "absent");
	json_decref(json);
	return text;
}

TEST(what_holds_a_connection_in_place_of_a_process_is_told)
{
	assert_string_equal(owner_kind_of(IW_HOLDER_KERNEL, 0), "kernel");
	assert_string_equal(owner_kind_of(IW_HOLDER_LISTENER, 0), "not-accepted");
	assert_string_equal(owner_kind_of(IW_HOLDER_NOBODY, 0), "closed");
	assert_string_equal(owner_kind_of(IW_HOLDER_PROGRAM, 0), "absent");
	assert_string_equal(owner_kind_of(IW_HOLDER_MPTCP, 0), "absent");
	/* Who closed it, or holds it by MPTCP, is known. */
	assert_string_equal(owner_kind_of(IW_HOLDER_NOBODY, 1), "absent");
	assert_string_equal(owner_kind_of(IW_HOLDER_KERNEL, 1), "absent");
}

TEST(what_is_not_set_is_absent)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_SUSPECT);
	s.ev.verdict = VERDICT_NONE;
	s.ev.drop_name = NULL;
	s.ev.send_errno = s.ev.error = s.ev.taken_error = 0;
	s.ev.gives_up_in_ns = 0;
	s.fact.user_timeout_ms = 0;
	s.ev.path = NULL;
	json = object_of(&s);
	ASSERT_ABSENT(json, "verdict", "drop_reason", "send_errno", "errno", "errno_inferred",
		      "gives_up_in_ms", "user_timeout_ms", "idle_survived_max_ms", "note",
		      "connections");
	json_decref(json);
}

TEST(counts_of_nothing_are_zero_in_a_silence)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_SUSPECT);
	s.ev.probes_sent = s.ev.probes_failed = s.ev.crowded = s.ev.retransmits = 0;
	s.ev.dropped_out = s.ev.dropped_in = 0;
	json = object_of(&s);
	assert_int_equal(number_in(json, "probes_sent"), 0);
	assert_int_equal(number_in(json, "retransmits"), 0);
	assert_true(json_is_false(json_object_get(json, "local_drop")));
	json_decref(json);
}

TEST(plain_lines_carry_no_counts_of_a_silence)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_PROBE_SENT);
	json = object_of(&s);
	ASSERT_ABSENT(json, "verdict", "cause", "confidence", "trigger", "silence_ms", "idle_ms",
		      "probes_sent", "retransmits", "rst_seen", "local_drop", "connections");
	assert_string_equal(string_in(json, "conn"), "abc");
	json_decref(json);
}

TEST(own_lines_carry_totals_and_no_connection)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_SUMMARY);
	json = object_of(&s);
	assert_int_equal(number_in(json, "connections"), 12);
	assert_int_equal(number_in(json, "suspects"), 3);
	assert_int_equal(number_in(json, "verdicts"), 3);
	assert_int_equal(number_in(json, "path_dead"), 2);
	assert_int_equal(number_in(json, "recovered"), 0);
	assert_int_equal(number_in(json, "lost_lines"), 1);
	assert_int_equal(number_in(json, "undecided_connections"), 4);
	ASSERT_ABSENT(json, "conn", "pid", "local_addr", "family", "uid", "keepalive", "idle_ms",
		      "last_heard_ms", "note");
	json_decref(json);
}

TEST(start_carries_its_sentence)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_START);
	json = object_of(&s);
	assert_string_equal(string_in(json, "note"), "watching 12 connections");
	json_decref(json);
}

/* --- hostile names --- */

TEST(hostile_names_are_valid_utf8_on_one_line)
{
	struct sample s;

	for (size_t i = 0; i < ARRAY_SIZE(hostile_comms); i++) {
		char *line;
		json_t *json;

		sample_event(&s, EVENT_VERDICT);
		set_comm(&s, hostile_comms[i]);
		line = line_of(&s);
		for (const char *p = line; *p; p++)
			assert_true((unsigned char)*p >= 0x20);
		assert_true(is_utf8(line));
		free(line);
		json = object_of(&s);
		assert_string_equal(string_in(json, "event"), "path-dead");
		assert_true(is_utf8(string_in(json, "comm")));
		json_decref(json);
	}
}

TEST(names_in_utf8_come_back_unchanged)
{
	static const char *const names[] = { "a\nb", "\"q\"\\", "\x1b[2J", "caf\xc3\xa9", "\t" };
	struct sample s;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *json;

		sample_event(&s, EVENT_VERDICT);
		set_comm(&s, names[i]);
		json = object_of(&s);
		assert_string_equal(string_in(json, "comm"), names[i]);
		json_decref(json);
	}
}

TEST(bad_bytes_become_replacement_characters)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_VERDICT);
	set_comm(&s, "a\xff\xc3z");
	json = object_of(&s);
	assert_string_equal(string_in(json, "comm"), "a\xef\xbf\xbd\xef\xbf\xbdz");
	json_decref(json);
}

TEST(hostile_host_is_no_exception)
{
	struct field_context ctx = sample_context();
	struct sample s;
	json_t *json;
	char *line;

	memset(ctx.host, 0xff, sizeof(ctx.host) - 1);
	sample_event(&s, EVENT_VERDICT);
	line = event_json(&s.ev, &ctx);
	assert_non_null(line);
	json = json_loads(line, 0, NULL);
	assert_int_equal(strlen(string_in(json, "host")), 3 * (sizeof(ctx.host) - 1));
	json_decref(json);
	free(line);
}

TEST(extreme_numbers_survive)
{
	struct sample s;
	json_t *json;

	sample_event(&s, EVENT_VERDICT);
	memset(&s.fact, 0xff, sizeof(s.fact));
	json = object_of(&s);
	assert_string_equal(string_in(json, "conn"), "ffffffffffffffff");
	assert_int_equal(number_in(json, "uid"), UINT32_MAX);
	assert_int_equal(number_in(json, "netns"), UINT32_MAX);
	assert_string_equal(string_in(json, "local_addr"), "?");
	assert_string_equal(string_in(json, "state"), "UNKNOWN");
	json_decref(json);
}
