// SPDX-License-Identifier: BSD-2-Clause
/* One JSON line to a struct line. */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "ends/lines.h"

#define SCHEMA_READ 1

static int refuse(struct line_trouble *ret, enum line_fault fault, const char *what)
{
	*ret = (struct line_trouble){ fault, what };
	return -EBADMSG;
}

/* --- names to numbers: the same tables that wrote them --- */

/* Of a field that may be absent or come from a newer version: then it counts as none, 0. */
static unsigned int optional(const json_t *o, const char *key, const char *(*choice)(unsigned int))
{
	const char *text = json_string_value(json_object_get(o, key));

	for (unsigned int i = 0; text && choice(i); i++) {
		if (!strcmp(choice(i), text))
			return i + 1;
	}
	return 0;
}

/* --- values --- */

/* "2026-11-22T21:31:43.635931188Z": UTC only, as we write it. */
static int parse_ts(const char *text, int64_t *ret_ns)
{
	struct tm tm = {};
	const char *at = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int64_t ns = 0, unit = NS_PER_S / 10;

	if (!at || tm.tm_year < 70 || tm.tm_year > 200)
		return -EINVAL;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9' && unit; at++, unit /= 10)
			ns += (*at - '0') * unit;
	}
	if (strcmp(at, "Z"))
		return -EINVAL;
	*ret_ns = (int64_t)timegm(&tm) * (int64_t)NS_PER_S + ns;
	return 0;
}

struct number {
	const char *key;
	size_t offset;
	size_t size; /* 4 or 8 */
	int64_t max;
};

#define NUMBER32(k, m)                                              \
	{                                                           \
		k, offsetof(struct line, m), 4, (int64_t)UINT32_MAX \
	}
#define NUMBER64(k, m)                                                        \
	{                                                                     \
		k, offsetof(struct line, m), 8, INT64_MAX / (int64_t)NS_PER_S \
	}

/* Milliseconds are bounded so that they can be had in nanoseconds. */
static const struct number numbers[] = {
	NUMBER32("netns", netns),
	NUMBER32("pid", pid),
	NUMBER32("snd_una", snd_una),
	NUMBER32("snd_nxt", snd_nxt),
	NUMBER32("rcv_nxt", rcv_nxt),
	NUMBER32("probes_sent", probes_sent),
	NUMBER32("probes_answered", probes_answered),
	NUMBER32("probes_failed", probes_failed),
	NUMBER32("retransmits", retransmits),
	NUMBER32("heard_unreached", heard_unreached),
	NUMBER32("keepalive_intvl_s", keepalive_intvl_s),
	NUMBER32("errno", error),
	NUMBER32("errno_inferred", taken_error),
	NUMBER64("idle_ms", idle_ms),
	NUMBER64("last_heard_ms", last_heard_ms),
	NUMBER64("silence_ms", silence_ms),
	NUMBER64("waited_ms", waited_ms),
	NUMBER64("peer_heard_elsewhere_ms", peer_elsewhere_ms),
};

static const struct {
	const char *key;
	size_t offset;
} bools[] = {
	{ "rst_seen", offsetof(struct line, rst_seen) },
	{ "fin_seen", offsetof(struct line, fin_seen) },
	{ "icmp_seen", offsetof(struct line, icmp_seen) },
	{ "local_drop", offsetof(struct line, local_drop) },
	{ "forged", offsetof(struct line, forged) },
};

static int read_numbers(const json_t *o, struct line *l, struct line_trouble *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const json_t *v = json_object_get(o, numbers[i].key);
		json_int_t n = json_integer_value(v);
		uint32_t n32 = (uint32_t)n;
		uint64_t n64 = (uint64_t)n;

		if (!v)
			continue;
		if (!json_is_integer(v) || n < 0 || n > numbers[i].max)
			return refuse(ret, LINE_BAD_VALUE, numbers[i].key);
		memcpy((char *)l + numbers[i].offset,
		       numbers[i].size == 4 ? (void *)&n32 : (void *)&n64, numbers[i].size);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bools); i++) {
		const json_t *v = json_object_get(o, bools[i].key);

		if (v && !json_is_boolean(v))
			return refuse(ret, LINE_BAD_VALUE, bools[i].key);
		*((bool *)((char *)l + bools[i].offset)) = json_is_true(v);
	}
	return 0;
}

static int read_address(const json_t *o, const char *key, const char *port_key, uint16_t family,
			uint8_t addr[IW_ADDR_LEN], uint16_t *ret_port)
{
	const char *text = json_string_value(json_object_get(o, key));
	json_int_t port = json_integer_value(json_object_get(o, port_key));

	if (!text || inet_pton(family, text, addr) != 1 || port < 0 || port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Which connection, and how it stood. */
static int read_conn(const json_t *o, struct line *l, struct line_trouble *ret)
{
	const char *conn = json_string_value(json_object_get(o, "conn"));
	const char *family = json_string_value(json_object_get(o, "family"));
	const char *direction = json_string_value(json_object_get(o, "direction"));
	char *end;

	if (!json_object_get(o, "conn"))
		return 0;
	errno = 0;
	l->conn = conn ? strtoull(conn, &end, 16) : 0;
	if (!conn || errno || *end || !l->conn)
		return refuse(ret, LINE_BAD_VALUE, "conn");
	l->end.family = family && !strcmp(family, "ipv6") ? AF_INET6 : AF_INET;
	if (read_address(o, "local_addr", "local_port", l->end.family, l->end.laddr, &l->end.lport))
		return refuse(ret, LINE_BAD_VALUE, "local_addr");
	if (read_address(o, "peer_addr", "peer_port", l->end.family, l->end.paddr, &l->end.pport))
		return refuse(ret, LINE_BAD_VALUE, "peer_addr");
	l->has_conn = true;
	l->has_seq = json_object_get(o, "snd_una") && json_object_get(o, "snd_nxt") &&
		     json_object_get(o, "rcv_nxt");
	l->in_silence = json_object_get(o, "silence_ms");
	l->forged_known = json_object_get(o, "forged");
	l->drop_seen = json_object_get(o, "drop_seen");
	l->incoming = direction && !strcmp(direction, "incoming");
	return 0;
}

static int read_object(const json_t *o, struct line *l, struct line_trouble *ret)
{
	const json_t *schema = json_object_get(o, "schema");
	const char *event = json_string_value(json_object_get(o, "event"));
	const char *host = json_string_value(json_object_get(o, "host"));
	const char *comm = json_string_value(json_object_get(o, "comm"));
	const char *verify = json_string_value(json_object_get(o, "verify"));
	const json_t *mono = json_object_get(o, "ts_mono_ns");
	enum verdict given;

	if (!json_is_object(o) || !schema || !event)
		return refuse(ret, LINE_NOT_OURS, NULL);
	if (!json_is_integer(schema) || json_integer_value(schema) != SCHEMA_READ)
		return refuse(ret, LINE_OTHER_SCHEMA, NULL);
	l->verdict = optional(o, "verdict", verdict_choice);
	if (!event_of_name(event, &l->event, &given))
		return refuse(ret, LINE_UNKNOWN_EVENT, NULL);
	if (l->event == EVENT_VERDICT)
		l->verdict = given;
	if (parse_ts(json_string_value(json_object_get(o, "ts")), &l->ts_ns))
		return refuse(ret, LINE_BAD_VALUE, "ts");
	if (!json_is_integer(mono) || json_integer_value(mono) < 0)
		return refuse(ret, LINE_BAD_VALUE, "ts_mono_ns");
	if (!host)
		return refuse(ret, LINE_BAD_VALUE, "host");
	l->mono_ns = (uint64_t)json_integer_value(mono);
	snprintf(l->host, sizeof(l->host), "%s", host);
	snprintf(l->comm, sizeof(l->comm), "%s", comm ?: "");
	l->cause = optional(o, "cause", cause_choice);
	l->confidence = optional(o, "confidence", confidence_choice);
	l->trigger = optional(o, "trigger", trigger_choice);
	l->peer_elsewhere = optional(o, "peer_heard_elsewhere", elsewhere_choice);
	l->peer_answers = verify && (!strcmp(verify, verify_name(VERIFY_ANSWERS)) ||
				     !strcmp(verify, verify_name(VERIFY_REFUSED)));
	return read_numbers(o, l, ret) ?: read_conn(o, l, ret);
}

int line_parse(const char *text, size_t n, struct line *ret, struct line_trouble *ret_trouble)
{
	static __thread char what[JSON_ERROR_TEXT_LENGTH];
	struct line line = {};
	json_error_t error;
	json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (!o) {
		snprintf(what, sizeof(what), "%s", error.text);
		return refuse(ret_trouble, LINE_NOT_JSON, what);
	}
	r = read_object(o, &line, ret_trouble);
	json_decref(o);
	if (!r)
		*ret = line;
	return r;
}
