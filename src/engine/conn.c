// SPDX-License-Identifier: BSD-2-Clause
#include "engine/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "engine/mtu.h"

/* A verdict rests on no more than what chance would do once in so many silences. */
#define VERDICT_ONE_IN 1000

/*
 * Nor does a line about a suspicion on what it would do once in so many, nor a verdict about
 * an outage of a connection that loses all the time: its silences are many.
 */
#define RARELY_ONE_IN 1000000

/* So many unanswered are suspected. */
#define SUSPECTED 2

/* Silences that began like those survived need this many more unanswered than idle ones. */
#define OUTAGE_EXTRA 2

/* A silence that did not begin with idleness is given this long at least; and to be said, this. */
#define OUTAGE_MIN_NS (20 * NS_PER_S)
#define OUTAGE_SAID_NS (10 * NS_PER_S)

/* So many silences that ended well, or so much sent again before, make a lossy path. */
#define LOSSY_SILENCES 3
#define LOSSY_RESENT 3

/* How much longer than any survived a gap must be to be blamed: a tenth. */
#define SURVIVED_MARGIN 10

/* So many refusals make this host to blame although one transmission left it. */
#define SURELY_REFUSED 3

/* With --light: how often a connection that was judged is looked at. */
#define LIGHT_LOOK_NS (2 * NS_PER_S)

/* Where the peer's address answers, so few unanswered packets are a path that died. */
#define ANSWERING_NEEDS 2

void conn__begin_silence(struct conn *c, const struct iw_fact *f, enum trigger trigger)
{
	c->stage = STAGE_WAITING;
	c->said = false;
	c->verdict = VERDICT_NONE;
	c->confidence = CONFIDENCE_NONE;
	c->trigger = trigger;
	c->silence = silence_of(f);
	c->tally = (struct tally){};
	c->wire = (struct wire){};
	c->flight = (struct flight){};
	c->peer_data_ns = 0;
	c->also = VERDICT_NONE;
	c->n_tries = 0;
	c->segs_in = f->segs_in;
	c->snd_una = f->snd_una;
	c->ts_echo = f->ts_echo;
	/* This flight's own, and the tail loss probe that went before them, are no history. */
	c->resent_before = f->total_retrans - MIN(f->total_retrans, f->retransmits + 1U);
	c->last_try_ns = c->gives_up_ns = 0;
	c->unreached_ns = c->silence.since_ns;
	c->peer_waits_ns = 0;
	c->verify = VERIFY_NONE;
	c->verify_until_ns = 0;
	c->elsewhere_ns = c->verified_ns = 0;
	c->elsewhere = IW_ELSEWHERE_NOWHERE;
	c->together = 0;
	c->path_tolerates = c->is_noted = c->is_lesson = c->is_proven = false;
	c->rst_ttl = 0;
	c->origin = ORIGIN_UNKNOWN;
	c->is_unasked = false;
	c->drop_name[0] = c->seen_name[0] = '\0';
}

static void copy_name(char to[IW_REASON_LEN], const char from[IW_REASON_LEN])
{
	memcpy(to, from, IW_REASON_LEN);
	to[IW_REASON_LEN - 1] = '\0';
}

void conn__see(struct conn *c, const struct iw_fact *f)
{
	struct iw_fact first = c->fact;

	c->fact = *f;
	/* The application may read the error before the socket is gone, which clears it. */
	if (f->sk_err)
		c->error = f->sk_err;
	if (f->error_taken && !c->error)
		c->taken_error = conn__final_error(f);
	if (f->type == IW_FACT_LOOK || f->type == IW_FACT_STATE)
		copy_name(c->xdp_name, f->drop_name);
	/* On the way to CLOSE the kernel shuts down both sides: then it is no FIN. */
	if (f->state != IW_TCP_CLOSE)
		c->fin_heard = f->flags & IW_F_FIN_HEARD;
	/* A program that disconnects its socket has both ends forgotten. */
	c->fact.family = first.family;
	c->fact.lport = first.lport;
	c->fact.pport = first.pport;
	memcpy(c->fact.laddr, first.laddr, sizeof(first.laddr));
	memcpy(c->fact.paddr, first.paddr, sizeof(first.paddr));
}

static int by_life_and_pid(const void *a, const void *b)
{
	const struct iw_owner *x = a, *y = b;

	if ((x->flags ^ y->flags) & IW_OWNER_EXITED)
		return x->flags & IW_OWNER_EXITED ? 1 : -1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

void conn__set_owners(struct conn *c, const struct iw_owner *owners, size_t n)
{
	struct iw_owner *copies;

	n = MIN(n, ENGINE_OWNERS_MAX);
	if (!owners || !n)
		return;
	copies = malloc(n * sizeof(*copies));
	if (!copies)
		return;
	memcpy(copies, owners, n * sizeof(*copies));
	free(c->owners);
	c->owners = copies;
	c->n_owners = n;
	for (size_t i = 0; i < c->n_owners; i++)
		c->owners[i].comm[IW_COMM_LEN - 1] = '\0';
	qsort(c->owners, c->n_owners, sizeof(*c->owners), by_life_and_pid);
}

/* --- what is counted --- */

/* Keeps the first tries and the last; those between are only counted. */
static void remember_try(struct conn *c, const struct iw_fact *f)
{
	size_t at = MIN(c->n_tries, EVENT_TRIES_MAX - 1);

	c->tries[at] = (struct attempt){ .ts_ns = f->ts_ns, .result = f->result };
	c->n_tries = at + 1;
}

/* Congestion passes; a rule or a missing route does not. Above zero the queue was full. */
static void note_refusal(struct tally *t, int result)
{
	if (result > 0 || result == -ENOBUFS || result == -ENOMEM) {
		t->crowded++;
	} else {
		t->failed++;
		t->send_errno = -MAX(result, -INT32_MAX);
	}
}

static void note_flight(struct conn *c, const struct iw_fact *f)
{
	uint16_t shortest = c->flight.len;

	c->flight = flight_of(f);
	if (shortest && (!c->flight.len || shortest < c->flight.len))
		c->flight.len = shortest;
}

/*
 * Those before the first fact were unanswered too, but for what another silence had, or is
 * known as a drop.
 */
static unsigned int earlier_retransmits(const struct conn *c, const struct iw_fact *f)
{
	unsigned int known = f->snd_una == c->answered_una ? c->answered_retransmits : 0;

	known += c->tally.dropped_out + c->tally.crowded_out;

	return MAX(f->retransmits - MIN(f->retransmits, known), 1U);
}

static void note_retransmission(struct conn *c, const struct iw_fact *f, bool first)
{
	c->tally.retransmits = first ? earlier_retransmits(c, f) : c->tally.retransmits + 1;
	note_flight(c, f);
	if (f->result)
		note_refusal(&c->tally, f->result);
}

static void note_probe(struct conn *c, const struct iw_fact *f, bool first)
{
	if (first && f->probes_out)
		c->tally.sent = earlier_probes(f) + (f->result > 0);
	if (f->result)
		note_refusal(&c->tally, f->result);
	else
		c->tally.sent++;
}

void conn__count_untold(struct conn *c, const struct iw_fact *f)
{
	struct iw_fact probe = *f;
	unsigned int all;

	if (c->trigger != TRIGGER_KEEPALIVE || !f->probes_out)
		return;
	probe.probe_kind = IW_PROBE_KEEPALIVE;
	all = earlier_probes(&probe) + 1;
	c->tally.sent = MAX(c->tally.sent, all - MIN(all, c->tally.failed + c->tally.crowded));
}

void conn__note_try(struct conn *c, const struct iw_fact *f)
{
	bool first = !c->n_tries;

	remember_try(c, f);
	wire__note_try(&c->wire);
	c->last_try_ns = f->ts_ns;
	if (f->type == IW_FACT_RETRANSMIT)
		note_retransmission(c, f, first);
	else
		note_probe(c, f, first);
	if (f->sk_err_soft && !f->result)
		c->tally.icmp_heard = true;
}

void conn__note_wire(struct conn *c, const struct iw_fact *f)
{
	wire__note(&c->wire, &c->fact, f);
}

bool conn__sent(const struct conn *c, const struct iw_flow *flow, uint32_t seq)
{
	const struct iw_fact *f = &c->fact;
	/* A keepalive repeats the byte before the oldest unacknowledged one. */
	uint32_t first = f->snd_una - 1;

	return f->lport == flow->source_port && f->pport == flow->dest_port &&
	       !memcmp(f->laddr, flow->source, sizeof(f->laddr)) &&
	       !memcmp(f->paddr, flow->dest, sizeof(f->paddr)) && seq - first <= f->snd_nxt - first;
}

bool conn__is_snapshot(const struct iw_fact *f)
{
	switch ((enum iw_fact_type)f->type) {
	case IW_FACT_LOOK_MISSED:
	case IW_FACT_LOOK_FAILED:
	case IW_FACT_ICMP:
	case IW_FACT_VERIFY:
	case IW_FACT_DROP:
	case IW_FACT_WIRE_OUT:
	case IW_FACT_WIRE_IN:
		return false;
	default:
		return true;
	}
}

bool conn__is_deaf(const struct conn *c, const struct engine_config *config)
{
	return config->light || c->fact.state != IW_TCP_ESTABLISHED;
}

/* --- conclusions --- */

/* What this host itself kept: refused, or seen dropped by a rule. */
static unsigned int kept(const struct tally *t)
{
	return MAX(t->failed, t->dropped_out);
}

/*
 * Transmissions, whatever became of them. Kernels before 6.17 do not tell of a
 * retransmission that was not sent, so that only its drop is seen.
 */
static unsigned int tried(const struct conn *c)
{
	const struct tally *t = &c->tally;
	unsigned int drops = t->dropped_out + t->crowded_out;

	if (c->trigger != TRIGGER_RETRANSMISSION)
		return MAX(t->sent + t->failed + t->crowded, drops);
	return t->retransmits + drops - MIN(t->failed + t->crowded, drops);
}

unsigned int conn__unanswered(const struct conn *c)
{
	const struct tally *t = &c->tally;
	unsigned int n;

	if (c->trigger == TRIGGER_REPEAT)
		n = t->unreached;
	else
		n = tried(c) - MIN(MAX(t->crowded, t->crowded_out), tried(c));
	return n - MIN(n, t->forgiven);
}

/* Of these, what left this host. */
static unsigned int left_unanswered(const struct conn *c)
{
	unsigned int n = conn__unanswered(c);

	return n - MIN(n, kept(&c->tally));
}

void conn__note_recovery(struct conn *c)
{
	if (c->verdict == VERDICT_PEER_STALLED)
		return;
	c->silences_ended++;
	c->lost_in_them += conn__unanswered(c);
}

/* One or two silences may have been outages; several are how a lossy path looks. */
static bool had_outages_only(const struct conn *c)
{
	return c->silences_ended < LOSSY_SILENCES;
}

/* What was sent again before this silence, but for what was in outages. */
static uint64_t resent_in_traffic(const struct conn *c)
{
	uint64_t in_outages = had_outages_only(c) ? c->lost_in_them : 0;

	return c->resent_before - MIN(c->resent_before, in_outages);
}

/* How rarely chance may explain what a verdict rests on: once in so many silences. */
static unsigned int verdict_one_in(const struct conn *c)
{
	bool lossy = !had_outages_only(c) || resent_in_traffic(c) >= LOSSY_RESENT;

	return lossy && c->cause == CAUSE_OUTAGE ? RARELY_ONE_IN : VERDICT_ONE_IN;
}

/*
 * How many in a row chance would need, by what this connection lost and lived. In an outage
 * everything is lost: it counts once. On a lossy path each transmission counts.
 */
static unsigned int needed_by_losses(const struct conn *c, unsigned int one_in)
{
	uint64_t resent = resent_in_traffic(c);
	uint64_t data = c->fact.data_segs_out - MIN(c->fact.data_segs_out, c->resent_before);
	uint64_t lost = had_outages_only(c) ? c->silences_ended : c->lost_in_them;
	uint64_t at_once = MAX(c->answered_at_once, c->fact.answered);
	uint64_t answered = c->silences_ended + at_once + 1;

	return MAX(losses_needed(resent, data + 1, one_in), losses_needed(lost, answered, one_in));
}

/* What the user asked for. */
static unsigned int asked_for(const struct conn *c, const struct engine_config *config)
{
	return c->trigger == TRIGGER_RETRANSMISSION ? config->retransmits : config->probes;
}

/* The same, and more where the silence did not begin with idleness. */
static unsigned int needed_by_user(const struct conn *c, const struct engine_config *config)
{
	return asked_for(c, config) + (c->cause == CAUSE_OUTAGE ? OUTAGE_EXTRA : 0);
}

/*
 * This host kept all that was sent. One that left does not matter beside many; nor the first
 * one where drops are what is seen, as they are told of only once it is followed.
 */
static bool kept_all(const struct conn *c)
{
	const struct tally *t = &c->tally;
	bool one_may_have_left = t->dropped_out > t->failed || t->failed >= SURELY_REFUSED;

	return kept(t) && left_unanswered(c) <= one_may_have_left;
}

/* That, or it threw the answers away. */
static bool is_surely_local(const struct conn *c)
{
	return c->tally.dropped_in || wire__lost_inside(&c->wire, c->fact.ts_ns) || kept_all(c);
}

/* From the first transmission that went unanswered to the last. */
static uint64_t silent_ns(const struct conn *c)
{
	return c->last_try_ns - MIN(c->silence.since_ns, c->last_try_ns);
}

/* What left this host would be enough by itself. */
static bool has_enough_left(const struct conn *c, const struct engine_config *config)
{
	/* Paths that carry traffic do pause: a route changes, a radio roams. */
	if (c->cause == CAUSE_OUTAGE && silent_ns(c) < OUTAGE_MIN_NS)
		return false;
	return left_unanswered(c) >=
	       MAX(needed_by_user(c, config), needed_by_losses(c, verdict_one_in(c)));
}

/* This host kept half or more, and what left does not suffice to blame the path. */
static bool is_local(const struct conn *c, const struct engine_config *config)
{
	return is_surely_local(c) || (kept(&c->tally) && !has_enough_left(c, config) &&
				      2 * kept(&c->tally) >= conn__unanswered(c));
}

/* Somebody said that the peer is out of reach. */
static bool is_unreachable(const struct conn *c)
{
	return c->tally.icmp_heard || c->tally.neighbour_lost || c->tally.said_unreachable;
}

bool conn__is_enough(const struct conn *c, const struct engine_config *config)
{
	/* Where something was seen or heard, nothing need be left to chance. */
	if (is_surely_local(c) || is_unreachable(c))
		return conn__unanswered(c) >= asked_for(c, config);
	return has_enough_left(c, config);
}

/*
 * A silence is blamed on idleness when it began with the first packet after a gap
 * that is longer than every gap this connection came back from, and not shorter than one
 * that another connection of this path did.
 */
enum cause conn__cause(const struct conn *c, const struct engine_config *config,
		       uint64_t tolerated_ns)
{
	uint64_t survived = c->fact.survived_ns, idle = c->silence.idle_ns;

	if (c->verdict == VERDICT_MTU_BLACK_HOLE)
		return CAUSE_NONE;
	if (c->trigger == TRIGGER_REPEAT || idle < config->idle_ns)
		return CAUSE_OUTAGE;
	if (idle <= survived + survived / SURVIVED_MARGIN)
		return CAUSE_OUTAGE;
	return idle < tolerated_ns - tolerated_ns / SURVIVED_MARGIN ? CAUSE_OUTAGE : CAUSE_IDLE;
}

/*
 * This host has asked the address since, and was answered. Connections that came from
 * there say less: of many hosts behind one address, another may have opened them.
 */
static bool address_answers(const struct conn *c)
{
	return (c->elsewhere >= IW_ELSEWHERE_TO && c->elsewhere_ns > c->silence.since_ns) ||
	       c->verify == VERIFY_ANSWERS || c->verify == VERIFY_REFUSED;
}

/*
 * Never certain: that the peer's address answers does not prove that the other end of this
 * very connection lives, and that end's own segments would make it another verdict. An
 * address that answers does tell that the path and the host are there, so that fewer
 * unanswered packets will do, if chance does not explain them.
 */
static enum confidence confidence_of_silence(const struct conn *c, bool enough)
{
	unsigned int few = MAX(needed_by_losses(c, verdict_one_in(c)), ANSWERING_NEEDS);

	if (wire__lost_sight(&c->wire) || mtu__fits_silence(c))
		return CONFIDENCE_SUSPECT;
	if (enough || (address_answers(c) && left_unanswered(c) >= few))
		return CONFIDENCE_LIKELY;
	return CONFIDENCE_SUSPECT;
}

/*
 * Our answers would move the echoed time stamp, but not while data of ours is missing: what
 * lies beyond it does not count (RFC 7323, 4.3). Then only data that the peer sends again
 * shows that our acknowledgements are lost.
 */
static enum confidence confidence_of_one_way(const struct conn *c, bool enough)
{
	bool in_flight = c->trigger == TRIGGER_RETRANSMISSION || c->fact.packets_out;
	bool proved = in_flight ? c->tally.repeated_data >= ONE_WAY_HEARD : c->ts_echo != 0;

	return enough && proved ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
}

void conn__judge(struct conn *c, const struct engine_config *config)
{
	bool enough = conn__is_enough(c, config);

	if (is_local(c, config)) {
		c->verdict = VERDICT_LOCAL_DROP;
		c->confidence = is_surely_local(c) ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	} else if (is_unreachable(c)) {
		c->verdict = VERDICT_UNREACHABLE;
		c->confidence = CONFIDENCE_CERTAIN;
		/* Nothing of it was seen on its way: a missing route of ours looks the same. */
		if (!c->tally.icmp_heard && !c->tally.neighbour_lost)
			c->confidence = CONFIDENCE_SUSPECT;
	} else if (mtu__judge(c, enough, address_answers(c))) {
		c->cause = CAUSE_NONE;
	} else if (c->trigger == TRIGGER_REPEAT || c->tally.unreached >= ONE_WAY_HEARD) {
		c->verdict = VERDICT_ONE_WAY;
		c->confidence = confidence_of_one_way(c, enough);
		c->also = mtu__fits_one_way(c) ? VERDICT_MTU_BLACK_HOLE : VERDICT_NONE;
	} else {
		c->verdict = VERDICT_PATH_DEAD;
		c->confidence = confidence_of_silence(c, enough);
		c->also = mtu__fits_silence(c) ? VERDICT_MTU_BLACK_HOLE : VERDICT_NONE;
	}
}

/*
 * What makes a line beside chance: an idle connection's second keepalive, as such silences
 * are rare; else more than the losses of a path that carries traffic.
 */
static unsigned int needed_to_say(const struct conn *c, const struct engine_config *config)
{
	unsigned int least = asked_for(c, config);

	if (c->trigger != TRIGGER_RETRANSMISSION)
		least = c->cause == CAUSE_IDLE ? SUSPECTED : least + 1;
	return MAX(least, needed_by_losses(c, RARELY_ONE_IN));
}

bool conn__is_notable(const struct conn *c, const struct engine_config *config)
{
	if (config->all_events)
		return conn__unanswered(c) >= SUSPECTED;
	if (c->cause == CAUSE_OUTAGE && silent_ns(c) < OUTAGE_SAID_NS)
		return false;
	return conn__unanswered(c) >= needed_to_say(c, config);
}

/* Shortly before the kernel acts: then what is known must do. */
static uint64_t last_moment_ns(const struct conn *c)
{
	uint64_t left = c->gives_up_ns - MIN(c->gives_up_ns, c->last_try_ns);

	return c->gives_up_ns - MIN(500 * NS_PER_MS, left / 4);
}

static uint64_t answer_due_ns(const struct conn *c)
{
	return c->last_try_ns + grace_ns(&c->fact, c->gives_up_ns);
}

bool conn__is_overdue(const struct conn *c, uint64_t now_ns)
{
	return now_ns >= answer_due_ns(c);
}

/* When a verdict is due if nothing more happens. */
static uint64_t verdict_due_ns(const struct conn *c, const struct engine_config *config)
{
	uint64_t answer_due = answer_due_ns(c);
	uint64_t latest = MAX(answer_due, last_moment_ns(c));

	/* Nothing left this host, or nothing since it slept: nobody is late. */
	if (!conn__unanswered(c))
		return UINT64_MAX;
	if (!conn__is_enough(c, config))
		return latest;
	return MIN(MAX(answer_due, c->verify_until_ns), latest);
}

bool conn__is_ripe(const struct conn *c, const struct engine_config *config, uint64_t now_ns)
{
	return now_ns >= verdict_due_ns(c, config);
}

uint64_t conn__deadline(const struct conn *c, const struct engine_config *config, uint64_t now_ns)
{
	uint64_t answer_due = answer_due_ns(c);
	uint64_t due = verdict_due_ns(c, config);

	/* The only way to learn that it is well again. */
	if (c->stage == STAGE_JUDGED && config->light)
		return now_ns + LIGHT_LOOK_NS;
	/* What the peer repeats is judged by counting, not by time. */
	if (c->stage == STAGE_JUDGED || c->stage == STAGE_WELL || c->trigger == TRIGGER_REPEAT)
		return UINT64_MAX;
	/* Where no hook shows an answer: look whether there was one. And before it is said. */
	if ((conn__is_deaf(c, config) || (!c->said && conn__is_notable(c, config))) &&
	    now_ns < answer_due)
		return MIN(due, answer_due);
	return due;
}
