// SPDX-License-Identifier: BSD-2-Clause
#include "ends/ends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* A wall clock that jumps by more was set, or it is another boot or another host. */
#define SAME_CLOCK_NS (2 * NS_PER_S)

/* Durations in the lines are cut to milliseconds. */
#define ROUNDING_NS (2 * NS_PER_MS)

struct ends *ends__new(void)
{
	return calloc(1, sizeof(struct ends));
}

void ends__free(struct ends *e)
{
	struct end *end, *next;

	if (!e)
		return;
	HASH_ITER(hh, e->by_key, end, next) {
		HASH_DEL(e->by_key, end);
		free(end->episodes);
		free(end->marks);
		free(end);
	}
	free(e->hosts);
	free(e);
}

/* --- hosts and their clocks --- */

static int host_of(struct ends *e, const char *name, unsigned int file, uint32_t *ret)
{
	struct host *more;

	for (size_t i = 0; i < e->n_hosts; i++) {
		if (!strcmp(e->hosts[i].name, name)) {
			e->hosts[i].many_files |= e->hosts[i].file != file;
			*ret = (uint32_t)i;
			return 0;
		}
	}
	if (e->n_hosts == SOURCES_MAX) {
		e->refused_sources++;
		return -ENOSPC;
	}
	more = realloc(e->hosts, (e->n_hosts + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	e->hosts = more;
	more[e->n_hosts] = (struct host){ .file = file };
	memcpy(more[e->n_hosts].name, name, LINE_HOST_LEN);
	*ret = (uint32_t)e->n_hosts++;
	return 0;
}

/* Lines may say what they like: two clocks can be further apart than an int64_t holds. */
static uint64_t distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* The clock that this line was stamped by; -ENOSPC when there are too many. */
static int source_of(struct ends *e, unsigned int file, const struct line *l)
{
	int64_t boot = l->ts_ns - (int64_t)l->mono_ns;
	struct source *s;

	for (size_t i = 0; i < e->n_sources; i++) {
		s = &e->sources[i];
		if (!strcmp(s->host, l->host) && distance(s->boot_ns, boot) < SAME_CLOCK_NS) {
			s->boot_ns = boot;
			return (int)i;
		}
	}
	if (e->n_sources == SOURCES_MAX) {
		e->refused_sources++;
		return -ENOSPC;
	}
	s = &e->sources[e->n_sources];
	s->boot_ns = boot;
	s->file = file;
	memcpy(s->host, l->host, sizeof(s->host));
	return (int)e->n_sources++;
}

static struct watched_span *last_watch(struct source *s, unsigned int file)
{
	for (size_t i = s->n_watches; i-- > 0;) {
		if (s->watches[i].file == file)
			return &s->watches[i];
	}
	return NULL;
}

/* Notes that an idlewatch was running when it wrote this line. */
static void was_watched(struct source *s, unsigned int file, const struct line *l)
{
	struct watched_span *w = last_watch(s, file);

	s->lines++;
	s->all_events |= l->event >= EVENT_PROBE_SENT && l->event <= EVENT_RETRANSMIT;
	if ((!w || l->event == EVENT_START) && s->n_watches < WATCHES_MAX) {
		w = &s->watches[s->n_watches++];
		*w = (struct watched_span){ .file = file, .from_ns = l->ts_ns, .to_ns = l->ts_ns };
	}
	if (w) {
		w->from_ns = MIN(w->from_ns, l->ts_ns);
		w->to_ns = MAX(w->to_ns, l->ts_ns);
	}
}

/* --- ends --- */

static struct end *find_or_add(struct ends *e, uint32_t host, unsigned int file,
			       const struct line *l)
{
	struct end_key key;
	struct end *end;

	memset(&key, 0, sizeof(key)); /* padding is compared too */
	key.host = host;
	key.netns = l->netns;
	key.conn = l->conn;
	memcpy(&key.end, &l->end, sizeof(key.end));
	HASH_FIND(hh, e->by_key, &key, sizeof(key), end);
	if (end)
		return end;
	end = HASH_COUNT(e->by_key) < ENDS_MAX ? calloc(1, sizeof(*end)) : NULL;
	if (!end) {
		e->refused_ends++;
		return NULL;
	}
	memcpy(&end->key, &key, sizeof(key));
	end->file = file;
	end->first_ns = end->last_ns = l->ts_ns;
	HASH_ADD(hh, e->by_key, key, sizeof(end->key), end);
	return end;
}

static void widen(struct seqs *s, const struct line *l)
{
	if (!l->has_seq)
		return;
	if (!s->known) {
		*s = (struct seqs){ true, l->snd_una, l->snd_nxt, l->rcv_nxt, l->rcv_nxt };
		return;
	}
	/* Sequence numbers wrap: earlier and later are by signed difference. */
	if ((int32_t)(l->snd_una - s->una) < 0)
		s->una = l->snd_una;
	if ((int32_t)(l->snd_nxt - s->nxt) > 0)
		s->nxt = l->snd_nxt;
	if ((int32_t)(l->rcv_nxt - s->rcv_lo) < 0)
		s->rcv_lo = l->rcv_nxt;
	if ((int32_t)(l->rcv_nxt - s->rcv_hi) > 0)
		s->rcv_hi = l->rcv_nxt;
}

/* Makes room for one more; the oldest is given up when the end has too many. */
static struct episode *new_episode(struct ends *e, struct end *end, uint64_t since_mono_ns)
{
	struct episode *more;
	size_t at = 0;

	if (end->n_episodes == EPISODES_OF_END_MAX) {
		end->older_episodes++;
		if (since_mono_ns < end->episodes[0].since_mono_ns)
			return NULL;
		end->n_episodes--;
		memmove(end->episodes, end->episodes + 1, end->n_episodes * sizeof(*more));
	} else {
		more = e->n_episodes < EPISODES_MAX
			       ? realloc(end->episodes, (end->n_episodes + 1) * sizeof(*more))
			       : NULL;
		if (!more) {
			e->refused_episodes++;
			return NULL;
		}
		end->episodes = more;
		e->n_episodes++;
	}
	while (at < end->n_episodes && end->episodes[at].since_mono_ns < since_mono_ns)
		at++;
	memmove(end->episodes + at + 1, end->episodes + at, (end->n_episodes - at) * sizeof(*more));
	end->n_episodes++;
	memset(&end->episodes[at], 0, sizeof(*more));
	return &end->episodes[at];
}

/* Silences of one connection do not overlap: a line belongs to that which it overlaps. */
static struct episode *episode_of(struct ends *e, struct end *end, const struct line *l,
				  uint64_t since)
{
	struct episode *ep;

	for (size_t i = 0; i < end->n_episodes; i++) {
		ep = &end->episodes[i];
		if (distance(ep->last.ts_ns - (int64_t)ep->last.mono_ns,
			     l->ts_ns - (int64_t)l->mono_ns) < SAME_CLOCK_NS &&
		    since < ep->last.mono_ns + ROUNDING_NS &&
		    ep->since_mono_ns < l->mono_ns + ROUNDING_NS)
			return ep;
	}
	ep = new_episode(e, end, since);
	if (ep)
		ep->since_mono_ns = UINT64_MAX;
	return ep;
}

static void note_silence(struct ends *e, struct end *end, const struct line *l, unsigned int source)
{
	uint64_t since = l->mono_ns - MIN(l->silence_ms * NS_PER_MS, l->mono_ns);
	struct episode *ep = episode_of(e, end, l, since);
	uint64_t heard_mono;

	if (!ep)
		return;
	if (since < ep->since_mono_ns) {
		ep->since_mono_ns = since;
		ep->since_ns = l->ts_ns - (int64_t)(l->silence_ms * NS_PER_MS);
	}
	ep->source = source;
	widen(&ep->seqs, l);
	if (l->event == EVENT_VERDICT && (!ep->verdict_ns || l->ts_ns < ep->verdict_ns))
		ep->verdict_ns = l->ts_ns;
	if (l->event == EVENT_RECOVERED || l->event == EVENT_CLOSED)
		ep->end_ns = l->ts_ns;
	/* What ends a silence is heard too: what was heard in it is told by the lines before. */
	heard_mono = l->event == EVENT_RECOVERED || l->event == EVENT_CLOSED ? 1 : l->mono_ns;
	if (heard_mono >= ep->heard_mono_ns) {
		ep->heard_mono_ns = heard_mono;
		ep->heard_ns = l->ts_ns - (int64_t)(l->last_heard_ms * NS_PER_MS);
	}
	if (l->mono_ns >= ep->last.mono_ns)
		ep->last = *l;
}

static void note_mark(struct ends *e, struct end *end, const struct line *l)
{
	struct mark mark = { .event = l->event,
			     .data = l->has_seq && l->snd_una != l->snd_nxt,
			     .gap_ms = l->idle_ms,
			     .ts_ns = l->ts_ns,
			     .mono_ns = l->mono_ns };

	end->all_events = true;
	for (size_t i = 0; i < end->n_marks; i++) {
		if (end->marks[i].mono_ns == mark.mono_ns && end->marks[i].event == mark.event)
			return;
	}
	if (!end->marks && e->n_marks + MARKS_OF_END_MAX <= MARKS_MAX) {
		end->marks = calloc(MARKS_OF_END_MAX, sizeof(*end->marks));
		e->n_marks += end->marks ? MARKS_OF_END_MAX : 0;
	}
	if (!end->marks) {
		e->refused_marks++;
		return;
	}
	end->marks[end->next_mark] = mark;
	end->next_mark = (end->next_mark + 1) % MARKS_OF_END_MAX;
	end->n_marks = MIN(end->n_marks + 1, (size_t)MARKS_OF_END_MAX);
}

static void note_end(struct end *end, const struct line *l, unsigned int source)
{
	end->first_ns = MIN(end->first_ns, l->ts_ns);
	end->last_ns = MAX(end->last_ns, l->ts_ns);
	end->incoming |= l->incoming;
	if (l->mono_ns >= end->last_mono_ns) {
		end->last_mono_ns = l->mono_ns;
		end->source = source;
	}
	if (l->pid && l->mono_ns >= end->pid_mono_ns) {
		end->pid_mono_ns = l->mono_ns;
		end->pid = l->pid;
		memcpy(end->comm, l->comm, sizeof(end->comm));
	}
	if (l->has_seq && l->mono_ns >= end->seqs_mono_ns) {
		end->seqs_mono_ns = l->mono_ns;
		end->seqs.known = false;
		widen(&end->seqs, l);
	}
}

int ends__add(struct ends *e, unsigned int file, const struct line *l)
{
	int source = source_of(e, file, l);
	struct end *end;
	uint32_t host;
	int r;

	if (source < 0)
		return 0;
	was_watched(&e->sources[source], file, l);
	if (!l->has_conn)
		return 0;
	r = host_of(e, l->host, file, &host);
	if (r)
		return r == -ENOMEM ? r : 0;
	end = find_or_add(e, host, file, l);
	if (!end)
		return 0;
	note_end(end, l, (unsigned int)source);
	if (l->event >= EVENT_PROBE_SENT && l->event <= EVENT_RETRANSMIT)
		note_mark(e, end, l);
	else if (l->in_silence)
		note_silence(e, end, l, (unsigned int)source);
	return 0;
}
