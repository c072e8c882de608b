// SPDX-License-Identifier: BSD-2-Clause
#include "ends/flow_graph.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"

/* Shown of the time before and after the silence. */
#define BEFORE_NS ((int64_t)(60 * NS_PER_S))
#define AFTER_NS ((int64_t)(10 * NS_PER_S))

/* Longer without events is shown as a gap. */
#define GAP_NS ((int64_t)(3 * NS_PER_S))

/* A probe sent and a probe heard within this are one, if the clocks are known as well. */

struct builder {
	const struct connection *c;
	struct flow_graph *flow_graph;
	size_t room;
	int64_t from_ns, to_ns; /* what is shown, by a's clock */
	bool no_memory;
};

static const struct end *end_of(const struct builder *b, int side)
{
	return side ? b->c->pair.b : b->c->pair.a;
}

static const struct episode *episode_of(const struct builder *b, int side)
{
	return side ? b->c->pair.eb : b->c->pair.ea;
}

/* A moment of that side by a's clock, as well as it is known. */
static int64_t by_a(const struct builder *b, int side, int64_t ns)
{
	const struct clock_offset *o = &b->c->offset;

	if (!side || o->kind == OFFSET_UNKNOWN)
		return ns;
	return ns - (o->lo_ns + (o->hi_ns - o->lo_ns) / 2);
}

static bool is_vague(const struct builder *b, int side)
{
	const struct clock_offset *o = &b->c->offset;

	return side && o->kind != OFFSET_SAME &&
	       (o->kind == OFFSET_UNKNOWN || o->hi_ns - o->lo_ns > (int64_t)(NS_PER_S / 10));
}

static struct flow_graph_row *add_row(struct builder *b, int side, int64_t ns)
{
	struct flow_graph *flow_graph = b->flow_graph;
	struct flow_graph_row *more;

	if (flow_graph->n_rows == b->room) {
		b->room = MAX(64U, 2 * b->room);
		more = realloc(flow_graph->rows, b->room * sizeof(*more));
		if (!more) {
			b->no_memory = true;
			b->room = flow_graph->n_rows;
			return NULL;
		}
		flow_graph->rows = more;
	}
	flow_graph->rows[flow_graph->n_rows] =
		(struct flow_graph_row){ .ts_ns = by_a(b, side, ns),
					 .order = flow_graph->n_rows,
					 .column = side,
					 .vague = is_vague(b, side) };
	return &flow_graph->rows[flow_graph->n_rows++];
}

static void add_arrow(struct builder *b, int from, int64_t ns, int by, enum arrow arrow,
		      const char *label)
{
	struct flow_graph_row *row = add_row(b, by, ns);

	if (!row)
		return;
	row->arrow = arrow;
	row->from = from;
	snprintf(row->label, sizeof(row->label), "%s", label);
}

/* --- what was counted only --- */

/* An arrow that nothing answered: what is known of that direction says where it ends. */
static enum arrow fate_arrow(const struct builder *b, int from)
{
	switch (b->c->both.fate[from]) {
	case FATE_LOST:
	case FATE_LOST_LIKELY:
	case FATE_KEPT:
		return ARROW_DIES;
	case FATE_ARRIVED:
		return ARROW_ARRIVES;
	default:
		return ARROW_UNANSWERED;
	}
}

/* "2 more keepalives, every 2 s" */
static void add_more(struct builder *b, int side, int64_t ns, unsigned int n, const struct line *l,
		     const char *name)
{
	char label[FLOW_GRAPH_LABEL_LEN];

	if (n == 1)
		snprintf(label, sizeof(label), "%s", name);
	else if (l->trigger == TRIGGER_KEEPALIVE && l->keepalive_intvl_s)
		snprintf(label, sizeof(label), "%u more %s%s, every %u s", n, name,
			 n > 1 ? "s" : "", l->keepalive_intvl_s);
	else
		snprintf(label, sizeof(label), "%u more %ss", n, name);
	add_arrow(b, side, ns, side, fate_arrow(b, side), label);
	if (b->flow_graph->n_rows)
		b->flow_graph->rows[b->flow_graph->n_rows - 1].vague = true;
}

static const char *name_of_try(enum trigger trigger)
{
	switch (trigger) {
	case TRIGGER_KEEPALIVE:
		return "keepalive";
	case TRIGGER_ZERO_WINDOW_PROBE:
		return "zero-window probe";
	default:
		return "retransmission";
	}
}

/* From a silence's own counts: the first try, how many more, the last. */
static void add_counted(struct builder *b, int side, const struct episode *ep)
{
	const struct line *l = &ep->last;
	bool data = l->trigger == TRIGGER_RETRANSMISSION || l->trigger == TRIGGER_DATA;
	unsigned int n = data ? l->retransmits + 1 : l->probes_sent;
	int64_t last_ns = l->ts_ns - (int64_t)(l->waited_ms * NS_PER_MS);
	const char *name = name_of_try(l->trigger);

	if (l->trigger == TRIGGER_REPEAT || l->verdict == VERDICT_PEER_STALLED || !n)
		return;
	add_arrow(b, side, ep->since_ns, side, fate_arrow(b, side), data ? "data" : name);
	if (n > 2)
		add_more(b, side, ep->since_ns + (last_ns - ep->since_ns) / 2, n - 2, l, name);
	if (n > 1)
		add_arrow(b, side, last_ns, side, fate_arrow(b, side), name);
}

/* --- what was seen one by one --- */

static const char *name_of_mark(const struct mark *m)
{
	if (m->event == EVENT_RETRANSMIT)
		return "retransmission";
	return m->data ? "zero-window probe" : "keepalive";
}

/* Whether the other end lists the arrival of what was sent then. */
static bool is_heard(const struct builder *b, int from, const struct mark *sent)
{
	const struct end *other = end_of(b, !from);
	int64_t at = by_a(b, from, sent->ts_ns);

	for (size_t i = 0; other && i < other->n_marks; i++) {
		int64_t there = by_a(b, !from, other->marks[i].ts_ns);

		if (other->marks[i].event == EVENT_PEER_PROBE && llabs(there - at) < TRANSIT_NS)
			return true;
	}
	return false;
}

/* Whether the end itself lists an answer to what it sent then, before it sent again. */
static bool is_answered(const struct end *end, const struct mark *sent)
{
	int64_t next = INT64_MAX, answer = INT64_MAX;

	for (size_t i = 0; i < end->n_marks; i++) {
		const struct mark *m = &end->marks[i];

		if (m->ts_ns <= sent->ts_ns)
			continue;
		if (m->event == EVENT_PROBE_ANSWERED)
			answer = MIN(answer, m->ts_ns);
		else if (m->event == EVENT_PROBE_SENT || m->event == EVENT_RETRANSMIT)
			next = MIN(next, m->ts_ns);
	}
	return answer < next;
}

/* Whether the other end lists having sent what was heard then: its arrow is drawn already. */
static bool is_told_by_sender(const struct builder *b, int to, const struct mark *heard)
{
	const struct end *other = end_of(b, !to);
	int64_t at = by_a(b, to, heard->ts_ns);

	for (size_t i = 0; other && i < other->n_marks; i++) {
		const struct mark *m = &other->marks[i];

		if ((m->event == EVENT_PROBE_SENT || m->event == EVENT_RETRANSMIT) &&
		    llabs(by_a(b, !to, m->ts_ns) - at) < TRANSIT_NS)
			return true;
	}
	return false;
}

static void add_mark(struct builder *b, int side, const struct mark *m)
{
	const struct end *end = end_of(b, side);
	int64_t at = by_a(b, side, m->ts_ns);
	char label[FLOW_GRAPH_LABEL_LEN], gap[DURATION_LEN];
	enum arrow arrow;

	if (at < b->from_ns || at > b->to_ns)
		return;
	switch (m->event) {
	case EVENT_PROBE_SENT:
	case EVENT_RETRANSMIT:
		arrow = is_heard(b, side, m) || is_answered(end, m) ? ARROW_ARRIVES
								    : fate_arrow(b, side);
		add_arrow(b, side, m->ts_ns, side, arrow, name_of_mark(m));
		break;
	case EVENT_PROBE_ANSWERED:
		add_arrow(b, !side, m->ts_ns, side, ARROW_ARRIVES, "answer");
		break;
	case EVENT_PEER_PROBE:
		if (!is_told_by_sender(b, side, m))
			add_arrow(b, !side, m->ts_ns, side, ARROW_ARRIVES, "keepalive");
		break;
	case EVENT_IDLE_END:
		format_duration(gap, sizeof(gap), m->gap_ms * NS_PER_MS);
		snprintf(label, sizeof(label), "packet, after %s of silence", gap);
		add_arrow(b, !side, m->ts_ns, side, ARROW_ARRIVES, label);
		break;
	default:
		break;
	}
}

/* --- what was concluded --- */

static void add_note(struct builder *b, int side, int64_t ns, bool strong, const char *text)
{
	struct flow_graph_row *row = add_row(b, side, ns);

	if (!row)
		return;
	row->strong = strong;
	snprintf(row->note, sizeof(row->note), "%s", text);
}

static void add_end(struct builder *b, int side, const struct episode *ep)
{
	int error = ep->last.error ?: ep->last.taken_error;
	char text[FLOW_GRAPH_NOTE_LEN];

	if (ep->last.event == EVENT_RECOVERED)
		snprintf(text, sizeof(text), "recovered: heard again");
	else if (error)
		snprintf(text, sizeof(text), "closed: %s", strerror(error));
	else
		snprintf(text, sizeof(text), "closed");
	if (ep->end_ns)
		add_note(b, side, ep->end_ns, false, text);
}

static void add_episode(struct builder *b, int side)
{
	const struct episode *ep = episode_of(b, side);
	const struct end *end = end_of(b, side);
	char text[FLOW_GRAPH_NOTE_LEN];
	bool listed = false;

	if (!ep)
		return;
	for (size_t i = 0; i < end->n_marks; i++)
		listed |= llabs(end->marks[i].ts_ns - ep->since_ns) < TRANSIT_NS;
	if (!listed)
		add_counted(b, side, ep);
	add_note(b, side, ep->heard_ns, false, "last heard the other");
	if (ep->last.rst_seen && ep->verdict_ns && ep->last.verdict == VERDICT_RESET_AFTER_IDLE)
		add_arrow(b, !side, ep->verdict_ns, side,
			  ep->last.forged ? ARROW_FROM_BOX : ARROW_ARRIVES, "RST");
	if (ep->verdict_ns) {
		snprintf(text, sizeof(text), "%s, %s", verdict_name(ep->last.verdict),
			 confidence_name(ep->last.confidence) ?: "suspect");
		add_note(b, side, ep->verdict_ns, true, text);
	}
	add_end(b, side, ep);
}

/* --- putting it together --- */

static int by_time(const void *a, const void *b)
{
	const struct flow_graph_row *x = a, *y = b;

	if (x->ts_ns != y->ts_ns)
		return x->ts_ns < y->ts_ns ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Rows in the middle go when there are too many: how it began and how it ended stay. */
static void shorten(struct flow_graph *flow_graph)
{
	size_t half = FLOW_GRAPH_ROWS_MAX / 2;

	if (flow_graph->n_rows <= FLOW_GRAPH_ROWS_MAX)
		return;
	flow_graph->left_out = flow_graph->n_rows - FLOW_GRAPH_ROWS_MAX;
	memmove(flow_graph->rows + half, flow_graph->rows + flow_graph->n_rows - half,
		half * sizeof(*flow_graph->rows));
	flow_graph->n_rows = FLOW_GRAPH_ROWS_MAX;
}

static void mark_gaps(struct flow_graph *flow_graph)
{
	for (size_t i = 1; i < flow_graph->n_rows; i++)
		flow_graph->rows[i].gap =
			flow_graph->rows[i].ts_ns - flow_graph->rows[i - 1].ts_ns > GAP_NS;
}

static void set_window(struct builder *b)
{
	bool any = false;

	b->from_ns = INT64_MAX;
	b->to_ns = INT64_MIN;
	for (int side = 0; side < 2; side++) {
		const struct episode *ep = episode_of(b, side);

		if (!ep)
			continue;
		any = true;
		b->from_ns = MIN(b->from_ns, by_a(b, side, ep->heard_ns) - BEFORE_NS);
		b->to_ns = MAX(b->to_ns, by_a(b, side, ep->last.ts_ns) + AFTER_NS);
	}
	if (any)
		return;
	b->from_ns = INT64_MIN;
	b->to_ns = INT64_MAX;
}

static void set_heads(const struct builder *b, const struct correlation_view *t)
{
	for (int side = 0; side < 2; side++) {
		const struct end *end = end_of(b, side);
		char host[CORRELATION_NAME_LEN], local[ADDRESS_LEN];

		if (!end)
			continue;
		correlation_host(host, sizeof(host), t, end);
		format_endpoint(local, sizeof(local), end->key.end.family, end->key.end.laddr,
				end->key.end.lport);
		snprintf(b->flow_graph->heads[side], sizeof(b->flow_graph->heads[side]),
			 "%c: %.80s %s", 'A' + side, host, local);
	}
}

__attribute__((format(printf, 2, 3))) static void add_foot(struct flow_graph *flow_graph,
							   const char *fmt, ...)
{
	va_list ap;

	if (flow_graph->n_feet == ARRAY_SIZE(flow_graph->feet))
		return;
	va_start(ap, fmt);
	vsnprintf(flow_graph->feet[flow_graph->n_feet++], sizeof(flow_graph->feet[0]), fmt, ap);
	va_end(ap);
}

static void set_feet(const struct builder *b, const struct correlation_view *t)
{
	const struct clock_offset *o = &b->c->offset;
	bool all = (!b->c->pair.ea || b->c->pair.a->all_events) &&
		   (!b->c->pair.eb || b->c->pair.b->all_events);
	char words[FLOW_GRAPH_NOTE_LEN];

	correlation_words(words, sizeof(words), b->c);
	add_foot(b->flow_graph, "Verdict: %s", words);
	if (!b->c->pair.b)
		add_foot(b->flow_graph,
			 "The other end is not among these %s; where an arrow ends is only "
			 "what is known from here.",
			 t->captures ? "captures" : "lines");
	else if (o->kind == OFFSET_UNKNOWN)
		add_foot(b->flow_graph,
			 "How far the two clocks are apart is unknown: times are each "
			 "end's own.");
	else if (o->kind != OFFSET_SAME)
		add_foot(b->flow_graph,
			 "Times are by A's clock; ~ marks those that are known to within "
			 "%.1f s only.",
			 (double)(o->hi_ns - o->lo_ns) / 2e9);
	if (!all && !t->captures)
		add_foot(b->flow_graph,
			 "Packets between the first and the last are known by number "
			 "only: --all-events lists each.");
}

int flow_graph__new(const struct correlation_view *t, const struct connection *c,
		    struct flow_graph **ret)
{
	struct builder b = { .c = c, .flow_graph = calloc(1, sizeof(struct flow_graph)) };

	if (!b.flow_graph)
		return -ENOMEM;
	set_window(&b);
	for (int side = 0; side < 2; side++) {
		const struct end *end = end_of(&b, side);

		for (size_t i = 0; end && i < end->n_marks; i++)
			add_mark(&b, side, &end->marks[i]);
		add_episode(&b, side);
	}
	if (b.no_memory) {
		flow_graph__free(b.flow_graph);
		return -ENOMEM;
	}
	if (b.flow_graph->n_rows)
		qsort(b.flow_graph->rows, b.flow_graph->n_rows, sizeof(*b.flow_graph->rows),
		      by_time);
	shorten(b.flow_graph);
	mark_gaps(b.flow_graph);
	set_heads(&b, t);
	set_feet(&b, t);
	*ret = b.flow_graph;
	return 0;
}

void flow_graph__free(struct flow_graph *flow_graph)
{
	if (!flow_graph)
		return;
	free(flow_graph->rows);
	free(flow_graph);
}
