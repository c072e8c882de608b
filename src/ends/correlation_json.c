// SPDX-License-Identifier: BSD-2-Clause
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "ends/correlation_text.h"

#define CORRELATED_SCHEMA 1

static json_t *hostile(const char *text, size_t n)
{
	char utf8[3 * LINE_HOST_LEN + 1];

	make_utf8(utf8, sizeof(utf8), text, n);
	return json_string(utf8);
}

static json_t *when(int64_t ns)
{
	char stamp[TIMESTAMP_LEN];

	format_rfc3339(stamp, sizeof(stamp), (uint64_t)MAX(ns, 0));
	return json_string(stamp);
}

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void put_name(json_t *o, const char *key, const char *name)
{
	if (name)
		put(o, key, json_string(name));
}

static void put_silence(json_t *o, const struct episode *ep, const struct side *s)
{
	const struct line *l = &ep->last;

	put_name(o, "verdict", verdict_name(l->verdict));
	put_name(o, "cause", cause_name(l->cause));
	put_name(o, "confidence", confidence_name(l->confidence));
	put_name(o, "trigger", trigger_name(l->trigger));
	put(o, "last_heard", when(ep->heard_ns));
	put(o, "since", when(ep->since_ns));
	if (ep->verdict_ns)
		put(o, "verdict_ts", when(ep->verdict_ns));
	if (ep->end_ns) {
		put(o, "ended_ts", when(ep->end_ns));
		put_name(o, "ended", event_name(l->event, l->verdict));
	}
	put(o, "unanswered", json_integer(s->left));
	put(o, "probes_sent", json_integer(l->probes_sent));
	put(o, "retransmits", json_integer(l->retransmits));
	put(o, "heard_unreached", json_integer(l->heard_unreached));
	put(o, "rst_seen", json_boolean(l->rst_seen));
	put(o, "icmp_seen", json_boolean(l->icmp_seen));
	put(o, "local_drop", json_boolean(l->local_drop));
	if (l->error)
		put(o, "errno", json_integer(l->error));
	if (l->taken_error)
		put(o, "errno_inferred", json_integer(l->taken_error));
}

/* One end: as its own lines have it, by its own clock. */
static json_t *end_json(const struct correlation_view *t, const struct end *end,
			const struct episode *ep, const struct side *s)
{
	const struct host *host = &t->correlation->ends->hosts[end->key.host];
	const struct line_end *e = &end->key.end;
	char local[ADDRESS_LEN], peer[ADDRESS_LEN], conn[20];
	json_t *o = json_object();

	format_address(local, sizeof(local), e->family, e->laddr);
	format_address(peer, sizeof(peer), e->family, e->paddr);
	snprintf(conn, sizeof(conn), "%" PRIx64, end->key.conn);
	put(o, "host", hostile(host->name, sizeof(host->name)));
	if (end->file < t->n_files)
		put(o, "file", hostile(t->files[end->file], strlen(t->files[end->file])));
	put(o, "conn", json_string(conn));
	put(o, "local_addr", json_string(local));
	put(o, "local_port", json_integer(e->lport));
	put(o, "peer_addr", json_string(peer));
	put(o, "peer_port", json_integer(e->pport));
	if (end->pid) {
		put(o, "pid", json_integer(end->pid));
		put(o, "comm", hostile(end->comm, sizeof(end->comm)));
	}
	put(o, "all_events", json_boolean(end->all_events));
	put(o, "probes_heard", json_integer(s->probes_heard));
	if (ep)
		put_silence(o, ep, s);
	return o;
}

static const char *direction(const struct joint_verdict *b)
{
	bool out = b->fate[0] == FATE_LOST || b->fate[0] == FATE_LOST_LIKELY;
	bool back = b->fate[1] == FATE_LOST || b->fate[1] == FATE_LOST_LIKELY;

	if (out && back)
		return "both";
	return out ? "a-to-b" : back ? "b-to-a" : "unknown";
}

static void put_offset(json_t *o, const struct clock_offset *offset)
{
	put(o, "clocks",
	    json_string(offset->contradictory ? "contradictory"
					      : clock_offset_kind_name(offset->kind)));
	if (offset->kind == OFFSET_UNKNOWN)
		return;
	put(o, "clock_offset_min_ms", json_integer(offset->lo_ns / (int64_t)NS_PER_MS));
	put(o, "clock_offset_max_ms", json_integer(offset->hi_ns / (int64_t)NS_PER_MS));
	if (offset->drifts)
		put(o, "clock_drift_ppm", json_real(offset->drift_ppm));
}

char *correlation_json(const struct correlation_view *t, const struct connection *c)
{
	const struct joint_verdict *b = &c->both;
	json_t *o = json_object();
	char words[256], *line;

	put(o, "schema", json_integer(CORRELATED_SCHEMA));
	put(o, "event", json_string("correlated"));
	put_name(o, "verdict", verdict_name(b->verdict));
	put_name(o, "confidence", confidence_name(b->confidence));
	put(o, "blame", json_string(blame_name(b->blame)));
	if (b->blame == BLAME_HOST || b->blame == BLAME_PROGRAM)
		put(o, "culprit", json_string(b->culprit == 2 ? "both" : b->culprit ? "b" : "a"));
	put(o, "lost_direction", json_string(direction(b)));
	put(o, "a_to_b", json_string(fate_name(b->fate[0])));
	put(o, "b_to_a", json_string(fate_name(b->fate[1])));
	if (b->verdict && b->failed.lo_ns != INT64_MAX)
		put(o, "since", when(b->failed.lo_ns + (b->failed.hi_ns - b->failed.lo_ns) / 2));
	put(o, "recovered", json_boolean(b->recovered));
	correlation_words(words, sizeof(words), c);
	put(o, "words", json_string(words));
	put(o, "matched", json_string(match_how_name(c->pair.how)));
	if (c->pair.how > MATCH_ADDRESSES)
		put(o, "chance_of_mistake", json_real(c->pair.chance));
	if (c->pair.rivals)
		put(o, "other_candidates", json_integer((json_int_t)c->pair.rivals));
	if (c->pair.b)
		put_offset(o, &c->offset);
	put(o, "a", end_json(t, c->pair.a, c->pair.ea, &c->sides[0]));
	if (c->pair.b)
		put(o, "b", end_json(t, c->pair.b, c->pair.eb, &c->sides[1]));
	line = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return line;
}
