// SPDX-License-Identifier: BSD-2-Clause
#include "ends/correlation_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"

#define SIGNED_LEN 32

/* --- small words --- */

void correlation_time(char *buf, size_t size, int64_t ns)
{
	char stamp[TIMESTAMP_LEN];

	format_rfc3339(stamp, sizeof(stamp), (uint64_t)MAX(ns, 0));
	snprintf(buf, size, "%.12s", stamp + 11);
}

static void date_and_time(char *buf, size_t size, int64_t ns)
{
	char stamp[TIMESTAMP_LEN];

	format_rfc3339(stamp, sizeof(stamp), (uint64_t)MAX(ns, 0));
	snprintf(buf, size, "%.10s %.12s UTC", stamp, stamp + 11);
}

static int64_t middle(struct moment m)
{
	return m.lo_ns + (m.hi_ns - m.lo_ns) / 2;
}

void correlation_host(char *buf, size_t size, const struct correlation_view *t,
		      const struct end *end)
{
	const struct host *host = &t->correlation->ends->hosts[end->key.host];
	const char *file = end->file < t->n_files ? t->files[end->file] : "?";
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	char text[2 * LINE_HOST_LEN];

	if (t->captures)
		snprintf(text, sizeof(text), "%.100s", base);
	else if (host->many_files)
		snprintf(text, sizeof(text), "%s (%.40s)", host->name, base);
	else
		snprintf(text, sizeof(text), "%s", host->name);
	escape_for_terminal(buf, size, text, sizeof(text));
}

static void endpoints(const struct end *end, char local[ADDRESS_LEN], char peer[ADDRESS_LEN])
{
	const struct line_end *e = &end->key.end;

	format_endpoint(local, ADDRESS_LEN, e->family, e->laddr, e->lport);
	format_endpoint(peer, ADDRESS_LEN, e->family, e->paddr, e->pport);
}

/* --- the verdict --- */

static const char *lost_where(const struct joint_verdict *b)
{
	bool out = b->fate[0] == FATE_LOST || b->fate[0] == FATE_LOST_LIKELY;
	bool back = b->fate[1] == FATE_LOST || b->fate[1] == FATE_LOST_LIKELY;

	if (out && back)
		return "the path lost the packets of both directions";
	if (out)
		return b->fate[1] == FATE_ARRIVED
			       ? "the path lost A's packets to B; B's to A arrived"
			       : "the path lost A's packets to B; of B's to A nothing is known";
	if (back)
		return b->fate[0] == FATE_ARRIVED
			       ? "the path lost B's packets to A; A's to B arrived"
			       : "the path lost B's packets to A; of A's to B nothing is known";
	return "the path lost packets; which direction, these lines do not tell";
}

static const char *blame_words(const struct joint_verdict *b)
{
	static const char *const hosts[] = {
		"A itself dropped packets: not the path", "B itself dropped packets: not the path",
		"both hosts dropped packets themselves: not the path"
	};
	static const char *const programs[] = { "A's program does not read its data: not the path",
						"B's program does not read its data: not the path",
						"neither program reads its data: not the path" };

	switch (b->blame) {
	case BLAME_PATH:
		if (b->verdict == VERDICT_MTU_BLACK_HOLE)
			return "the path loses long packets and lets short ones pass";
		return lost_where(b);
	case BLAME_PATH_OR_PEER:
		return "the path lost packets, or the other host was down: from one end the two "
		       "look "
		       "alike";
	case BLAME_HOST:
		return hosts[b->culprit];
	case BLAME_BOX:
		return "a box on the path sent a reset in the other end's name";
	case BLAME_RESET:
		return "a reset came in the other end's name, from there or from a box on the path";
	case BLAME_ROUTER:
		return "an ICMP error or a next hop that is gone: the path says so itself";
	case BLAME_PROGRAM:
		return programs[b->culprit];
	case BLAME_UNCLEAR:
		return "each end hears the other and is not heard: some packets pass and some do "
		       "not";
	default:
		return "nothing was found wrong for sure";
	}
}

void correlation_words(char *buf, size_t size, const struct connection *c)
{
	const struct joint_verdict *b = &c->both;

	if (b->verdict)
		snprintf(buf, size, "%s, %s: %s", verdict_name(b->verdict),
			 confidence_name(b->confidence) ?: "suspect", blame_words(b));
	else if (c->pair.ea || c->pair.eb)
		snprintf(buf, size, "none: only a suspicion");
	else
		snprintf(buf, size, "none: nothing went wrong");
}

static void tell_since(FILE *out, const struct connection *c)
{
	char worked[40], failed[40], error[DURATION_LEN];
	struct moment m = c->both.worked;

	if (c->both.blame == BLAME_PROGRAM || !c->both.verdict)
		return;
	date_and_time(failed, sizeof(failed), middle(c->both.failed));
	date_and_time(worked, sizeof(worked), middle(m));
	if (m.hi_ns - m.lo_ns > (int64_t)(86400 * NS_PER_S)) /* only by an unknown clock */
		fprintf(out, "Since        %s, the first packet without an answer, by its sender\n",
			failed);
	else
		fprintf(out,
			"Since        %s, the first packet without an answer\n"
			"Worked       %s, the last packet that arrived\n",
			failed, worked);
	format_duration(error, sizeof(error), (uint64_t)(m.hi_ns - m.lo_ns) / 2);
	if (m.hi_ns != m.lo_ns && m.hi_ns - m.lo_ns <= (int64_t)(86400 * NS_PER_S))
		fprintf(out, "             (by A's clock, give or take %s)\n", error);
	if (c->both.recovered)
		fprintf(out, "Recovered    yes: an end heard the other again\n");
}

/* --- what each end says --- */

static const char *tries_name(const struct line *l)
{
	switch (l->trigger) {
	case TRIGGER_KEEPALIVE:
		return "keepalives";
	case TRIGGER_ZERO_WINDOW_PROBE:
		return "zero-window probes";
	default:
		return "retransmissions";
	}
}

static void tell_end_of(FILE *out, const struct episode *ep)
{
	int error = ep->last.error ?: ep->last.taken_error;
	char when[16];

	correlation_time(when, sizeof(when), ep->end_ns);
	if (ep->last.event == EVENT_RECOVERED)
		fprintf(out, "; heard the other again at %s", when);
	else if (ep->last.event == EVENT_CLOSED && error)
		fprintf(out, "; its program was told at %s: %s", when, strerror(error));
	else if (ep->last.event == EVENT_CLOSED)
		fprintf(out, "; closed at %s", when);
}

static void tell_episode(FILE *out, const struct episode *ep)
{
	const struct line *l = &ep->last;
	bool data = l->trigger == TRIGGER_RETRANSMISSION || l->trigger == TRIGGER_DATA;
	char since[16], heard[16];

	correlation_time(since, sizeof(since), ep->since_ns);
	correlation_time(heard, sizeof(heard), ep->heard_ns);
	fprintf(out, "%s", verdict_name(l->verdict) ?: "suspicion");
	if (l->verdict)
		fprintf(out, ", %s", confidence_name(l->confidence) ?: "suspect");
	if (l->trigger == TRIGGER_REPEAT)
		fprintf(out, ": heard the other ask the same again from %s on", since);
	else
		fprintf(out, ": from %s on %u %s, %u answered", since,
			data ? l->retransmits : l->probes_sent, tries_name(l), l->probes_answered);
	if (l->probes_failed)
		fprintf(out, ", %u refused on this host", l->probes_failed);
	fprintf(out, "; last heard the other at %s", heard);
	if (l->heard_unreached)
		fprintf(out, "; %u segments heard that show that its own do not arrive",
			l->heard_unreached);
	if (l->rst_seen)
		fprintf(out, "; RST heard%s",
			!l->forged_known ? ""
			: l->forged	 ? ", not the peer's"
					 : "");
	if (l->icmp_seen)
		fprintf(out, "; ICMP error heard");
	if (l->local_drop)
		fprintf(out, "; packets dropped on this host");
	if (l->drop_seen)
		fprintf(out, "; seen dropped in another namespace of this host");
	tell_end_of(out, ep);
	fprintf(out, "\n");
}

static void tell_side(FILE *out, const struct correlation_view *t, const struct end *end,
		      const struct episode *ep, const char *letter)
{
	char local[ADDRESS_LEN], peer[ADDRESS_LEN], host[CORRELATION_NAME_LEN],
		comm[4 * LINE_COMM_LEN];

	endpoints(end, local, peer);
	correlation_host(host, sizeof(host), t, end);
	escape_for_terminal(comm, sizeof(comm), end->comm, sizeof(end->comm));
	fprintf(out, "%s            %s%s, %s, peer %s", letter, t->captures ? "" : "host ", host,
		local, peer);
	if (end->pid)
		fprintf(out, ", %s, process %u", comm, end->pid);
	if (!t->captures)
		fprintf(out, ", conn %" PRIx64, end->key.conn);
	fprintf(out, "\n  says       ");
	if (ep)
		tell_episode(out, ep);
	else
		fprintf(out, "nothing of this silence\n");
	if (end->n_episodes + end->older_episodes > 1)
		fprintf(out,
			"             (one of %" PRIu64 " silences of this connection there)\n",
			end->n_episodes + end->older_episodes);
}

/* --- the directions --- */

static void tell_fate(FILE *out, const struct connection *c, int from)
{
	static const char *const words[] = {
		[FATE_UNKNOWN] = "unknown",
		[FATE_ARRIVED] = "arrived",
		[FATE_LOST_LIKELY] = "likely lost",
		[FATE_LOST] = "lost",
		[FATE_KEPT] = "not sent: dropped on the sender itself",
		[FATE_MIXED] = "partly lost",
	};
	const struct side *x = &c->sides[from], *y = &c->sides[!from];
	char name = from ? 'B' : 'A', other = from ? 'A' : 'B';

	fprintf(out, "%c to %c       %s", name, other, words[c->both.fate[from]]);
	if (x->silent && x->left)
		fprintf(out, ": %u left %c and got no answer", x->left, name);
	if (y->probes_heard)
		fprintf(out, "; %c heard %u of %c's probes meanwhile", other, y->probes_heard,
			name);
	else if (c->both.fate[from] == FATE_LOST && y->silent && y->verdict == VERDICT_PATH_DEAD)
		fprintf(out, "; %c heard nothing from before that on", other);
	fprintf(out, "\n");
}

/* --- the other end is missing --- */

static bool has_address(const struct end *end, const struct line_end *peer)
{
	return end->key.end.family == peer->family &&
	       !memcmp(end->key.end.laddr, peer->paddr, IW_ADDR_LEN);
}

/* Hosts that were watched then and have nothing to say of this connection. */
static void tell_silent_hosts(FILE *out, const struct correlation_view *t,
			      const struct connection *c)
{
	const struct ends *ends = t->correlation->ends;
	const struct episode *ep = c->pair.ea;
	const struct end *end, *next;

	HASH_ITER(hh, ends->by_key, end, next) {
		const struct source *s = &ends->sources[end->source];
		char host[CORRELATION_NAME_LEN];

		if (!has_address(end, &c->pair.a->key.end))
			continue;
		correlation_host(host, sizeof(host), t, end);
		for (size_t i = 0; ep && i < s->n_watches; i++) {
			if (s->watches[i].from_ns > ep->since_ns ||
			    s->watches[i].to_ns < ep->since_ns)
				continue;
			fprintf(out,
				"             host %s has the peer's address, was watched then and "
				"missed no answer of this\n             connection, unless -p, -L, "
				"-D or the like kept it out\n",
				host);
			return;
		}
	}
	if (t->n_files > 1)
		fprintf(out, "             nothing that the other end sent went unanswered, or it "
			     "was not watched\n");
}

static void tell_missing(FILE *out, const struct correlation_view *t, const struct connection *c)
{
	if (c->pair.rivals)
		fprintf(out,
			"B            unknown: more than one other end fits (%zu), and none is "
			"better than the rest\n",
			c->pair.rivals + 1);
	else if (t->n_files > 1)
		fprintf(out, "B            no line of its other end is in these files\n");
	else
		fprintf(out, "B            its other end is not in this file\n");
	if (!t->captures)
		tell_silent_hosts(out, t, c);
}

/* --- how they were matched, and what more could be known --- */

static void tell_match(FILE *out, const struct pair *p)
{
	switch (p->how) {
	case MATCH_BOTH:
		fprintf(out, "Matched      by sequence numbers, addresses and ports\n");
		break;
	case MATCH_SEQS_HALF:
	case MATCH_SEQS:
		fprintf(out,
			"Matched      by sequence numbers%s; addresses were translated on the way "
			"(chance of a mistake %.0e)\n",
			p->how == MATCH_SEQS ? "" : " and one end's address and port", p->chance);
		break;
	default:
		fprintf(out,
			"Matched      by addresses, ports and time only, so with less "
			"confidence: %s\n",
			p->seqs_differ ? "the sequence numbers do\n             not fit, as when "
					 "a box on the path rewrites them"
				       : "there are no sequence\n             numbers (--no-seq)");
	}
}

/* "B's clock is 90.0s ahead of A's, give or take 1.0s, by ..." */
static void offset_words(char *buf, size_t size, const struct clock_offset *o, const char *first,
			 const char *second)
{
	static const char *const by[] = {
		[OFFSET_BOUNDS] = "by what one sent and the other heard",
		[OFFSET_ESTIMATE] = "by the last exchange before a silence",
		[OFFSET_MEASURED] = "by probes, their arrivals and their answers",
	};
	int64_t mid = o->lo_ns + (o->hi_ns - o->lo_ns) / 2;
	char ahead[DURATION_LEN], error[DURATION_LEN], lo[DURATION_LEN], hi[DURATION_LEN];

	format_duration(ahead, sizeof(ahead), (uint64_t)llabs(mid));
	format_duration(error, sizeof(error), (uint64_t)(o->hi_ns - o->lo_ns + 1) / 2);
	format_duration(lo, sizeof(lo), (uint64_t)llabs(o->lo_ns));
	format_duration(hi, sizeof(hi), (uint64_t)llabs(o->hi_ns));
	if (o->kind == OFFSET_SAME)
		snprintf(buf, size, "%s and %s are by one clock", first, second);
	else if (o->kind == OFFSET_UNKNOWN)
		snprintf(buf, size, "how far %s's clock is from %s's is unknown", second, first);
	else if (o->contradictory || o->kind == OFFSET_BOUNDS)
		snprintf(buf, size, "%s's clock is between %s %s and %s %s of %s's, %s%s", second,
			 lo, o->lo_ns < 0 ? "behind" : "ahead", hi,
			 o->hi_ns < 0 ? "behind" : "ahead", first, by[o->kind],
			 o->contradictory ? "; it jumped meanwhile" : "");
	else if (llabs(mid) <= (o->hi_ns - o->lo_ns) / 2)
		snprintf(buf, size, "%s's clock and %s's agree to within %s, %s", first, second,
			 error, by[o->kind]);
	else
		snprintf(buf, size, "%s's clock is %s %s %s's, give or take %s, %s", second, ahead,
			 mid < 0 ? "behind" : "ahead of", first, error, by[o->kind]);
}

static bool is_sure(enum fate fate)
{
	return fate != FATE_UNKNOWN && fate != FATE_LOST_LIKELY;
}

static void tell_more(FILE *out, const struct connection *c)
{
	bool a = c->pair.a->all_events, b = c->pair.b && c->pair.b->all_events;
	bool known = is_sure(c->both.fate[0]) && is_sure(c->both.fate[1]);

	if ((a && b) || c->both.blame == BLAME_HOST || c->both.blame == BLAME_PROGRAM)
		return;
	fprintf(out, "More         --all-events on %s would show the time of each probe%s\n",
		a   ? "B"
		: b ? "A"
		    : "both ends",
		known ? ""
		      : " and whether it arrived,\n             and so which direction lost it");
}

void correlation_print(FILE *out, const struct correlation_view *t, const struct connection *c)
{
	char words[256];

	correlation_words(words, sizeof(words), c);
	fprintf(out, "Verdict      %s\n", words);
	tell_since(out, c);
	tell_side(out, t, c->pair.a, c->pair.ea, "A");
	if (c->pair.b)
		tell_side(out, t, c->pair.b, c->pair.eb, "B");
	else
		tell_missing(out, t, c);
	if (c->both.verdict) {
		tell_fate(out, c, 0);
		tell_fate(out, c, 1);
	}
	if (c->pair.b) {
		tell_match(out, &c->pair);
		offset_words(words, sizeof(words), &c->offset, "A", "B");
		fprintf(out, "Clocks       %s\n", words);
	}
	if (!t->captures && c->both.verdict)
		tell_more(out, c);
}

static void source_name(char *buf, size_t size, const struct correlation_view *t,
			unsigned int source)
{
	const struct source *s = &t->correlation->ends->sources[source];
	const char *file = s->file < t->n_files ? t->files[s->file] : "?";
	char text[LINE_HOST_LEN + 64];

	snprintf(text, sizeof(text), "%s (%.40s)", s->host,
		 strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	escape_for_terminal(buf, size, text, sizeof(text));
}

void correlation_print_clocks(FILE *out, const struct correlation_view *t)
{
	char first[CORRELATION_NAME_LEN], second[CORRELATION_NAME_LEN],
		words[3 * CORRELATION_NAME_LEN];

	for (size_t i = 0; i < t->correlation->n_clocks; i++) {
		const struct clocks *c = &t->correlation->clocks[i];

		source_name(first, sizeof(first), t, c->first);
		source_name(second, sizeof(second), t, c->second);
		offset_words(words, sizeof(words), &c->offset, first, second);
		fprintf(out, "Clocks: %s", words);
		if (c->offset.drifts)
			fprintf(out, "; it drifts by %+.0f ppm (%+.2f s an hour)",
				c->offset.drift_ppm, c->offset.drift_ppm * 3600 / 1e6);
		fprintf(out, ".\n");
	}
}
