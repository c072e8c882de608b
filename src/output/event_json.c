// SPDX-License-Identifier: BSD-2-Clause
#include "output/event_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"

static json_t *hostile_string(const char *text)
{
	char utf8[3 * FIELD_TEXT_LEN]; /* each bad byte becomes three */

	make_utf8(utf8, sizeof(utf8), text, FIELD_TEXT_LEN);
	return json_string(utf8);
}

static json_t *number_list(const struct field_value *v)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->n_numbers; i++)
		json_array_append_new(list, json_integer(v->numbers[i]));
	return list;
}

static json_t *field_json(const struct field *field, const struct field_value *v)
{
	switch (field->kind) {
	case FIELD_INT:
		return json_integer(v->number);
	case FIELD_BOOL:
		return json_boolean(v->yes);
	case FIELD_INTS:
		return number_list(v);
	default:
		return hostile_string(v->text);
	}
}

char *event_json(const struct event *ev, const struct field_context *ctx)
{
	json_t *object = json_object();
	struct field_value v;
	char *line;

	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].key && fields[i].get(ev, ctx, &v))
			json_object_set_new(object, fields[i].key, field_json(&fields[i], &v));
	}
	line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return line;
}

/* --- the schema --- */

static json_t *choices(const struct field *field)
{
	json_t *list = json_array();

	for (unsigned int i = 0; field->choice(i); i++)
		json_array_append_new(list, json_string(field->choice(i)));
	return list;
}

static json_t *property(const struct field *field)
{
	static const char *const types[] = { [FIELD_INT] = "integer",
					     [FIELD_BOOL] = "boolean",
					     [FIELD_STRING] = "string",
					     [FIELD_INTS] = "array" };
	json_t *p = json_pack("{s:s, s:s}", "type", types[field->kind], "description", field->doc);

	if (field->kind == FIELD_INTS)
		json_object_set_new(p, "items", json_pack("{s:s}", "type", "integer"));
	if (field->choice)
		json_object_set_new(p, "enum", choices(field));
	if (!strcmp(field->key, "ts"))
		json_object_set_new(p, "format", json_string("date-time"));
	return p;
}

char *event_json_schema(void)
{
	json_t *properties = json_object();
	json_t *schema;
	char *text, *with_newline = NULL;

	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].key)
			json_object_set_new(properties, fields[i].key, property(&fields[i]));
	}
	schema = json_pack("{s:s, s:s, s:s, s:[s,s,s,s,s], s:b, s:o}", "$schema",
			   "https://json-schema.org/draft/2020-12/schema", "title",
			   "idlewatch JSON line", "type", "object", "required", "schema", "ts",
			   "ts_mono_ns", "host", "event", "additionalProperties", 0, "properties",
			   properties);
	text = json_dumps(schema, JSON_INDENT(2));
	json_decref(schema);
	if (text && asprintf(&with_newline, "%s\n", text) < 0)
		with_newline = NULL;
	free(text);
	return with_newline;
}
