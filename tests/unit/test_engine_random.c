// SPDX-License-Identifier: BSD-2-Clause
/* Any facts in any order: events keep their grammar. */
#include "facts.h"

#define RANDOM_COOKIES 6
#define RANDOM_FACTS 20000

/* What may follow on a connection, from the events alone. */
struct grammar {
	bool suspected[RANDOM_COOKIES];
	enum verdict judged[RANDOM_COOKIES];
	struct totals totals;
};

/* A stalled peer may fall silent, be well again, or be reset, without a line for the stall. */
static bool is_free(const struct grammar *g, uint64_t c)
{
	return !g->suspected[c] && (!g->judged[c] || g->judged[c] == VERDICT_PEER_STALLED);
}

/* These come out of the blue; the others ripen from a suspicion; a reset ends either. */
static bool may_follow(const struct grammar *g, uint64_t c, enum verdict verdict)
{
	bool ripe = g->suspected[c] && !g->judged[c];

	if (verdict == VERDICT_RESET_AFTER_IDLE)
		return ripe || is_free(g, c);
	return verdict == VERDICT_PEER_STALLED ? is_free(g, c) : ripe;
}

static void grammar__check(struct grammar *g, const struct event *ev)
{
	uint64_t c = ev->fact->cookie;

	assert_true(c < RANDOM_COOKIES);
	if (ev->type == EVENT_SUSPECT) {
		assert_true(is_free(g, c));
		g->suspected[c] = true;
		g->judged[c] = VERDICT_NONE;
		g->totals.suspects++;
	} else if (ev->type == EVENT_VERDICT) {
		assert_true(may_follow(g, c, ev->verdict));
		g->judged[c] = ev->verdict;
		g->totals.verdicts[ev->verdict]++;
	} else if (ev->type == EVENT_RECOVERED || ev->type == EVENT_CLOSED) {
		assert_true(g->suspected[c] || g->judged[c]);
		assert_int_equal(ev->verdict, g->judged[c]);
		g->suspected[c] = false;
		g->judged[c] = VERDICT_NONE;
		g->totals.recovered += ev->type == EVENT_RECOVERED;
		g->totals.closed += ev->type == EVENT_CLOSED;
	}
}

static void check_all_said(const struct world *w)
{
	const struct totals *t = engine__totals(w->engine);
	struct grammar g = { 0 };

	for (size_t i = 0; i < w->n_seen; i++)
		grammar__check(&g, &w->seen[i]->ev);
	assert_true(g.totals.suspects > 0);
	assert_true(g.totals.recovered > 0);
	assert_true(g.totals.closed > 0);
	assert_int_equal(t->suspects, g.totals.suspects);
	assert_int_equal(t->recovered, g.totals.recovered);
	assert_int_equal(t->closed, g.totals.closed);
	assert_memory_equal(t->verdicts, g.totals.verdicts, sizeof(t->verdicts));
}

static unsigned int pick(uint64_t *seed, unsigned int n)
{
	return (unsigned int)(next_random(seed) >> 33) % n;
}

/* A fact that a kernel might tell, at w->first_ns. */
static struct iw_fact plausible_fact(struct world *w, uint64_t *seed)
{
	static const int errnos[] = { 0, ETIMEDOUT, ECONNRESET, EHOSTUNREACH };
	uint64_t now = w->first_ns;
	unsigned int k = 1 + pick(seed, 9);
	struct iw_fact f;

	switch (pick(seed, 25)) {
	case 24:
		w->sock.sacked_out = pick(seed, 2);
		f = retransmit_of(w, k, 1448);
		f.packets_out = 2;
		f.snd_nxt += 300;
		f.sacked_bytes = 300 * f.sacked_out;
		break;
	case 16:
		return peer_probe(w, pick(seed, 7), now);
	case 17:
		return pick(seed, 2) ? reset_at_once(w, 60 + pick(seed, 4), now)
				     : reset_unasked(w, 60 + pick(seed, 4), now);
	case 18:
		return stalled_probe(w, k, now);
	case 19:
		return icmp(w, now);
	case 20:
		return verified(w, -errnos[pick(seed, 4)], now);
	case 21:
		return pick(seed, 20) ? look(w, now) : slept(w, NS_PER_S, now);
	case 22:
		return retransmission_dropped(w, k, "NETFILTER_DROP");
	case 0:
		return heard(w, pick(seed, 8), now);
	case 1:
		return rst_in(w, now);
	case 2:
		return closed(w, errnos[pick(seed, 4)], now);
	case 3:
		return dropped(w, pick(seed, 2) ? HOST_NETNS : OTHER_NETNS, "X", now);
	case 4:
		return reported(w, errnos[pick(seed, 4)], now);
	case 5:
		return destroyed(w, now);
	case 6:
	case 7:
		return look_missed(w, now);
	case 8:
	case 9:
		return look(w, now);
	case 10:
		f = probe_refused(w, k, pick(seed, 2) ? 1 : -EPERM);
		break;
	case 11:
		f = window_probe(w, k);
		break;
	case 12:
	case 13:
		f = retransmit(w, k);
		break;
	default:
		f = probe_sent(w, k);
		break;
	}
	f.ts_ns = now;
	f.mono_ns = now - w->slept_ns;
	return pick(seed, 8) ? f : with_icmp(f, EHOSTUNREACH);
}

WORLD_TEST(plausible_facts_in_any_order_keep_the_grammar)
{
	uint64_t seed = 20240229;

	restart_with_room_for(w, RANDOM_COOKIES - 2);
	for (unsigned int n = 0; n < RANDOM_FACTS; n++) {
		w->sock.cookie = pick(&seed, RANDOM_COOKIES);
		silence_from(w, w->first_ns + next_random(&seed) % (20 * NS_PER_S));
		feed(w, plausible_fact(w, &seed));
	}
	check_all_said(w);
	assert_true(engine__totals(w->engine)->lost_refused > 0);
	for (unsigned int v = VERDICT_NONE + 1; v < VERDICT_MAX; v++)
		assert_true(engine__totals(w->engine)->verdicts[v] > 0);
}

/* All bytes at random: what a damaged recording may hold. */
static struct iw_fact wild_fact(uint64_t *seed)
{
	uint64_t words[sizeof(struct iw_fact) / sizeof(uint64_t)];
	struct iw_fact f;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = pick(seed, 8) ? next_random(seed) : pick(seed, 2) ? 0 : UINT64_MAX;
	memcpy(&f, words, sizeof(f));
	f.cookie = pick(seed, RANDOM_COOKIES);
	f.type = (uint8_t)pick(seed, IW_FACT_MAX + 1);
	/* Not all of it, lest every silence end at once and for the same reason. */
	if (pick(seed, 4))
		f.segs_in = 1;
	if (pick(seed, 4))
		f.result = f.sk_err_soft = 0;
	if (f.type == IW_FACT_STATE && pick(seed, 2))
		f.state = STATE_CLOSE;
	if (!pick(seed, 16))
		f.result = INT32_MIN;
	return f;
}

WORLD_TEST(wild_facts_keep_the_grammar)
{
	uint64_t seed = 7, cookies[2];

	for (unsigned int n = 0; n < RANDOM_FACTS; n++) {
		feed(w, wild_fact(&seed));
		assert_true(engine__due(w->engine, next_random(&seed), cookies, 2) <= 2);
	}
	check_all_said(w);
}

WORLD_TEST(same_facts_give_the_same_events)
{
	size_t half = 0;

	for (unsigned int round = 0; round < 2; round++) {
		uint64_t seed = 99;

		for (unsigned int n = 0; n < 500; n++)
			feed(w, wild_fact(&seed));
		if (!round) {
			half = w->n_seen;
			assert_true(half > 0);
			restart(w, &w->config);
		}
	}
	assert_int_equal(w->n_seen, 2 * half);
	for (size_t i = 0; i < half; i++) {
		assert_int_equal(w->seen[i]->ev.type, w->seen[half + i]->ev.type);
		assert_int_equal(w->seen[i]->ev.ts_ns, w->seen[half + i]->ev.ts_ns);
		assert_memory_equal(&w->seen[i]->fact, &w->seen[half + i]->fact,
				    sizeof(struct iw_fact));
	}
}
