// SPDX-License-Identifier: BSD-2-Clause
#include "output/fields.h"

#include <ctype.h>
#include <jansson.h>

#include "events.h"
#include "output/event_json.h"

static const struct field *field_of(const char *key)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].key && !strcmp(fields[i].key, key))
			return &fields[i];
	}
	fail_msg("no field has the key %s", key);
	return NULL;
}

static json_t *schema(void)
{
	char *text = event_json_schema();
	json_error_t error;
	json_t *json;

	assert_non_null(text);
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(json);
	free(text);
	return json;
}

/* --- the registry --- */

TEST(keys_are_unique)
{
	for (size_t i = 0; i < n_fields; i++) {
		for (size_t j = i + 1; j < n_fields && fields[i].key; j++)
			assert_false(fields[j].key && !strcmp(fields[i].key, fields[j].key));
	}
}

TEST(columns_are_unique)
{
	for (size_t i = 0; i < n_fields; i++) {
		for (size_t j = i + 1; j < n_fields && fields[i].column; j++)
			assert_false(fields[j].column &&
				     !strcmp(fields[i].column, fields[j].column));
	}
}

TEST(every_field_is_for_some_output)
{
	for (size_t i = 0; i < n_fields; i++) {
		assert_true(fields[i].key || fields[i].column || fields[i].listed);
		assert_non_null(fields[i].get);
		assert_in_range(fields[i].kind, 0, FIELD_MAX - 1);
	}
}

TEST(every_field_is_documented_in_a_sentence)
{
	for (size_t i = 0; i < n_fields; i++) {
		assert_non_null(fields[i].doc);
		assert_true(strlen(fields[i].doc) > 8);
		assert_int_equal(fields[i].doc[strlen(fields[i].doc) - 1], '.');
	}
}

TEST(keys_are_snake_case)
{
	for (size_t i = 0; i < n_fields; i++) {
		for (const char *p = fields[i].key ?: ""; *p; p++)
			assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) ||
				    *p == '_');
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* Bare seconds or bytes in a key are what a reader cannot guess. */
TEST(units_are_in_the_keys)
{
	static const char *const units[][2] = {
		{ "ns", "_ns" }, { "ms", "_ms" }, { "s", "_s" }, { "bytes", "_bytes" }
	};

	for (size_t i = 0; i < n_fields; i++) {
		for (size_t u = 0; fields[i].key && u < ARRAY_SIZE(units); u++) {
			bool has_unit = fields[i].unit && !strcmp(fields[i].unit, units[u][0]);

			assert_int_equal(has_unit, ends_with(fields[i].key, units[u][1]));
		}
	}
}

TEST(every_column_has_a_width_but_the_last)
{
	const struct field *last = NULL;

	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].column)
			continue;
		if (last)
			assert_true(last->width >= (int)strlen(last->column));
		last = &fields[i];
	}
	assert_non_null(last);
	assert_int_equal(last->width, 0);
}

TEST(columns_hold_what_text_can_print)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].column)
			assert_true(fields[i].kind == FIELD_STRING || fields[i].kind == FIELD_INT);
	}
}

TEST(choices_are_for_strings_only)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].choice)
			continue;
		assert_int_equal(fields[i].kind, FIELD_STRING);
		assert_non_null(fields[i].choice(0));
	}
}

/* docs and scripts count on these from the first release. */
TEST(promised_keys_are_there)
{
	static const char *const promised[] = { "schema",
						"ts",
						"ts_mono_ns",
						"host",
						"event",
						"verdict",
						"cause",
						"confidence",
						"trigger",
						"conn",
						"netns",
						"family",
						"state",
						"local_addr",
						"local_port",
						"peer_addr",
						"peer_port",
						"direction",
						"pid",
						"comm",
						"pids",
						"uid",
						"container",
						"idle_ms",
						"last_heard_ms",
						"probes_sent",
						"probes_answered",
						"probes_failed",
						"probes_unanswered",
						"send_errno",
						"retransmits",
						"unacked_bytes",
						"keepalive",
						"keepalive_time_s",
						"keepalive_intvl_s",
						"keepalive_probes",
						"user_timeout_ms",
						"rst_seen",
						"fin_seen",
						"icmp_seen",
						"local_drop",
						"drop_reason",
						"errno",
						"idle_survived_max_ms" };

	for (size_t i = 0; i < ARRAY_SIZE(promised); i++)
		assert_non_null(field_of(promised[i]));
}

/* --- getters --- */

TEST(every_field_has_a_value_in_some_event)
{
	struct field_context ctx = sample_context();
	struct field_value v;
	struct sample s;

	for (size_t i = 0; i < n_fields; i++) {
		bool found = false;

		for (enum event_type t = 0; t < EVENT_MAX && !found; t++) {
			sample_event(&s, t);
			found = fields[i].get(&s.ev, &ctx, &v);
		}
		if (!found)
			fail_msg("%s never has a value", fields[i].key ?: fields[i].column);
	}
}

TEST(strings_keep_to_their_choices)
{
	struct field_context ctx = sample_context();
	struct field_value v;
	struct sample s;

	for (size_t i = 0; i < n_fields; i++) {
		for (enum event_type t = 0; t < EVENT_MAX; t++) {
			bool found = false;

			sample_event(&s, t);
			if (!fields[i].choice || !fields[i].get(&s.ev, &ctx, &v))
				continue;
			for (unsigned int c = 0; fields[i].choice(c); c++)
				found = found || !strcmp(fields[i].choice(c), v.text);
			assert_true(found);
		}
	}
}

#define ASSERT_CHOICES(what, end)                                                            \
	do {                                                                                 \
		for (unsigned int i = 1; i < (end); i++)                                     \
			assert_string_equal(field_of(#what)->choice(i - 1), what##_name(i)); \
		assert_null(field_of(#what)->choice((end)-1));                               \
		assert_null(what##_name(0));                                                 \
	} while (0)

/* No choice is there that no value of the enum has, and none is missing. */
TEST(choices_are_the_enums_names)
{
	ASSERT_CHOICES(verdict, VERDICT_MAX);
	ASSERT_CHOICES(cause, CAUSE_MAX);
	ASSERT_CHOICES(confidence, CONFIDENCE_MAX);
	ASSERT_CHOICES(trigger, TRIGGER_MAX);
	ASSERT_CHOICES(risk, RISK_MAX);
}

/* A line is called after its event or its verdict, and its name leads back to them. */
TEST(events_and_verdicts_have_different_names)
{
	enum event_type type;
	enum verdict verdict;
	unsigned int n = 0;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		for (enum verdict v = 0; v < VERDICT_MAX; v++) {
			if (t == EVENT_VERDICT ? !v : v)
				continue;
			assert_true(event_of_name(event_name(t, v), &type, &verdict));
			assert_int_equal(type, t);
			assert_int_equal(verdict, v);
			n++;
		}
	}
	assert_int_equal(n, EVENT_MAX - 1 + VERDICT_MAX - 1);
	assert_string_equal(event_name(EVENT_VERDICT, VERDICT_PEER_STALLED), "peer-stalled");
	assert_string_equal(event_name(EVENT_RECOVERED, VERDICT_PEER_STALLED), "recovered");
	assert_false(event_of_name("no-such-event", &type, &verdict));
	assert_false(event_of_name("", &type, &verdict));
}

TEST(every_tcp_state_has_a_name)
{
	assert_string_equal(tcp_state_name(1), "ESTAB");
	assert_string_equal(tcp_state_name(7), "UNCONN");
	for (unsigned int i = 0; i < 256; i++)
		assert_true(strlen(tcp_state_name(i)) > 0);
	assert_string_equal(tcp_state_name(255), "UNKNOWN");
}

TEST(sequence_numbers_may_wrap)
{
	struct field_context ctx = sample_context();
	struct field_value v;
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	assert_true(field_of("unacked_bytes")->get(&s.ev, &ctx, &v));
	assert_int_equal(v.number, 0x20);
}

TEST(direction_comes_from_accept_then_from_the_ports)
{
	struct field_context ctx = sample_context();
	const struct field *f = field_of("direction");
	struct field_value v;
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	assert_true(f->get(&s.ev, &ctx, &v));
	assert_string_equal(v.text, "incoming");
	s.fact.flags = 0;
	assert_true(f->get(&s.ev, &ctx, &v));
	assert_string_equal(v.text, "unknown");
	s.fact.lport = 50000;
	assert_true(f->get(&s.ev, &ctx, &v));
	assert_string_equal(v.text, "outgoing");
}

/* --- the schema --- */

TEST(schema_names_exactly_the_registrys_keys)
{
	json_t *json = schema();
	json_t *properties = json_object_get(json, "properties");
	size_t n_keys = 0;

	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].key)
			continue;
		n_keys++;
		assert_non_null(json_object_get(properties, fields[i].key));
	}
	assert_int_equal(json_object_size(properties), n_keys);
	assert_true(json_is_false(json_object_get(json, "additionalProperties")));
	json_decref(json);
}

TEST(schema_has_type_and_description_for_each)
{
	static const char *const types[] = { "integer", "boolean", "string", "array" };
	json_t *json = schema(), *p;
	json_t *properties = json_object_get(json, "properties");

	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].key)
			continue;
		p = json_object_get(properties, fields[i].key);
		assert_string_equal(json_string_value(json_object_get(p, "type")),
				    types[fields[i].kind]);
		assert_string_equal(json_string_value(json_object_get(p, "description")),
				    fields[i].doc);
	}
	json_decref(json);
}

TEST(schema_lists_every_event_and_verdict)
{
	json_t *json = schema();
	json_t *properties = json_object_get(json, "properties");
	json_t *events = json_object_get(json_object_get(properties, "event"), "enum");
	json_t *verdicts = json_object_get(json_object_get(properties, "verdict"), "enum");

	enum event_type type, last = 0;
	enum verdict verdict;

	assert_int_equal(json_array_size(events), EVENT_MAX - 1 + VERDICT_MAX - 1);
	for (unsigned int i = 0; i < json_array_size(events); i++) {
		const char *name = json_string_value(json_array_get(events, i));

		assert_string_equal(name, event_choice(i));
		assert_true(event_of_name(name, &type, &verdict));
		assert_true(type >= last);
		last = type;
	}
	assert_int_equal(json_array_size(verdicts), VERDICT_MAX - 1);
	for (unsigned int v = 1; v < VERDICT_MAX; v++)
		assert_string_equal(json_string_value(json_array_get(verdicts, v - 1)),
				    verdict_name(v));
	json_decref(json);
}

TEST(schema_requires_what_every_line_has)
{
	json_t *json = schema(), *name;
	struct field_context ctx = sample_context();
	struct field_value v;
	struct sample s;
	size_t i;

	json_array_foreach(json_object_get(json, "required"), i, name)
	{
		const struct field *f = field_of(json_string_value(name));

		for (enum event_type t = 0; t < EVENT_MAX; t++) {
			sample_event(&s, t);
			assert_true(f->get(&s.ev, &ctx, &v));
		}
	}
	assert_true(i >= 5);
	json_decref(json);
}

TEST(schema_ends_with_a_newline)
{
	char *text = event_json_schema();

	assert_non_null(text);
	assert_true(ends_with(text, "}\n"));
	free(text);
}
