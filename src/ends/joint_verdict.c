// SPDX-License-Identifier: BSD-2-Clause
#include "ends/joint_verdict.h"

#include <assert.h>

#include "base/util.h"

/* So long after it was sent, a packet is there or lost. */

static const char *const blame_names[] = {
	[BLAME_NONE] = "none",
	[BLAME_PATH] = "path",
	[BLAME_PATH_OR_PEER] = "path-or-peer",
	[BLAME_HOST] = "host",
	[BLAME_BOX] = "box-on-path",
	[BLAME_RESET] = "reset",
	[BLAME_ROUTER] = "router",
	[BLAME_PROGRAM] = "program",
	[BLAME_UNCLEAR] = "unclear",
};
static_assert(ARRAY_SIZE(blame_names) == BLAME_MAX, "every blame has a name");

static const char *const fate_names[] = {
	[FATE_UNKNOWN] = "unknown", [FATE_ARRIVED] = "arrived", [FATE_LOST_LIKELY] = "likely-lost",
	[FATE_LOST] = "lost",	    [FATE_KEPT] = "not-sent",	[FATE_MIXED] = "partly-lost",
};
static_assert(ARRAY_SIZE(fate_names) == FATE_MAX, "every fate has a name");

const char *blame_name(enum blame blame)
{
	return blame_names[blame];
}

const char *fate_name(enum fate fate)
{
	return fate_names[fate];
}

static bool says(const struct side *s, enum verdict verdict)
{
	return s->silent && s->verdict == verdict;
}

static bool is_lost(enum fate fate)
{
	return fate == FATE_LOST || fate == FATE_LOST_LIKELY;
}

/* --- what became of x's packets to y --- */

/* y speaks of having heard x while x was waiting for answers. */
static bool heard_meanwhile(const struct side *x, const struct side *y)
{
	return y->probes_heard || (y->silent && y->heard.lo_ns > x->since.hi_ns);
}

/* By both clocks, y heard nothing from before x's first lost try until it had to be there. */
static bool heard_nothing(const struct side *x, const struct side *y)
{
	return y->heard.hi_ns < x->since.lo_ns && y->last.lo_ns >= x->since.hi_ns + TRANSIT_NS;
}

/* y had closed before x sent anything: its kernel knows no such connection any more. */
static bool gone_before(const struct side *x, const struct side *y)
{
	return y->silent && y->closed && y->last.hi_ns < x->since.lo_ns;
}

static enum fate fate_of_unanswered(const struct side *x, const struct side *y)
{
	bool y_deaf = y->silent && y->verdict != VERDICT_PEER_STALLED;

	if (gone_before(x, y))
		return x->rst_seen ? FATE_ARRIVED : FATE_LOST_LIKELY;
	if (heard_meanwhile(x, y))
		return FATE_ARRIVED;
	if (y_deaf)
		return heard_nothing(x, y) ? FATE_LOST : FATE_LOST_LIKELY;
	/* It lists each probe that it hears, and lists none. */
	return y->known && y->all_events && y->watched ? FATE_LOST_LIKELY : FATE_UNKNOWN;
}

static enum fate fate_from(const struct side *x, const struct side *y)
{
	bool x_deaf_peer = says(x, VERDICT_ONE_WAY); /* x hears that y does not hear it */
	bool y_hears = says(y, VERDICT_ONE_WAY);

	if (says(x, VERDICT_LOCAL_DROP))
		return FATE_KEPT;
	if (says(x, VERDICT_MTU_BLACK_HOLE))
		return FATE_MIXED;
	if (says(y, VERDICT_LOCAL_DROP))
		return FATE_UNKNOWN;
	if (x_deaf_peer && y_hears)
		return FATE_MIXED;
	if (x_deaf_peer && x->confidence != CONFIDENCE_CERTAIN)
		return y->silent && heard_nothing(x, y) ? FATE_LOST : FATE_LOST_LIKELY;
	if (x_deaf_peer)
		return FATE_LOST;
	if (y_hears)
		return FATE_ARRIVED;
	if (!x->silent || !x->left || x->verdict == VERDICT_PEER_STALLED)
		return FATE_UNKNOWN;
	return fate_of_unanswered(x, y);
}

/*
 * A kernel answers keepalives by itself: if x's tries arrived at y and x heard no answer,
 * then y's answers are what was lost.
 */
static void conclude_answers(const struct side *x, enum fate out, enum fate *back)
{
	if (*back == FATE_UNKNOWN && out == FATE_ARRIVED && says(x, VERDICT_PATH_DEAD))
		*back = FATE_LOST;
	if (*back == FATE_UNKNOWN && says(x, VERDICT_ONE_WAY))
		*back = FATE_ARRIVED;
}

static void find_fates(const struct side s[2], enum fate fate[2])
{
	fate[0] = fate_from(&s[0], &s[1]);
	fate[1] = fate_from(&s[1], &s[0]);
	conclude_answers(&s[0], fate[0], &fate[1]);
	conclude_answers(&s[1], fate[1], &fate[0]);
}

/* --- who is to blame --- */

/* The end with this verdict: 0, 1, 2 both, -1 neither. */
static int who_says(const struct side s[2], enum verdict verdict)
{
	if (says(&s[0], verdict) && says(&s[1], verdict))
		return 2;
	return says(&s[0], verdict) ? 0 : says(&s[1], verdict) ? 1 : -1;
}

static void blame_host(struct joint_verdict *b, int who)
{
	b->verdict = VERDICT_LOCAL_DROP;
	b->blame = BLAME_HOST;
	b->culprit = who;
	b->confidence = CONFIDENCE_CERTAIN;
}

static void blame_router(const struct side s[2], struct joint_verdict *b, int who)
{
	enum confidence first = says(&s[0], VERDICT_UNREACHABLE) ? s[0].confidence : 0;
	enum confidence second = says(&s[1], VERDICT_UNREACHABLE) ? s[1].confidence : 0;

	(void)who;
	b->verdict = VERDICT_UNREACHABLE;
	b->blame = BLAME_ROUTER;
	b->confidence = MAX(first, second);
}

/* How sure it is that a box sent the reset that this end heard. */
static enum confidence forged(const struct side *s)
{
	bool yes = says(s, VERDICT_RESET_AFTER_IDLE) && s->forged_known && s->forged;

	return yes ? s->confidence : CONFIDENCE_NONE;
}

/* y's account goes on after x's reset came, with the connection still open. */
static bool outlived(const struct side *x, const struct side *y)
{
	return y->silent && y->verdict != VERDICT_RESET_AFTER_IDLE && !y->rst_seen &&
	       y->last.lo_ns > x->last.hi_ns;
}

static void blame_reset(const struct side s[2], struct joint_verdict *b, int who)
{
	const struct side *x = &s[who == 1], *y = &s[who != 1];

	b->verdict = VERDICT_RESET_AFTER_IDLE;
	b->confidence = CONFIDENCE_LIKELY;
	if (forged(&s[0]) || forged(&s[1])) {
		b->blame = BLAME_BOX;
		b->confidence = MAX(forged(&s[0]), forged(&s[1]));
	} else if (who == 2 || outlived(x, y)) {
		/* Neither end's kernel resets what it still has. */
		b->blame = BLAME_BOX;
	} else if (says(y, VERDICT_PATH_DEAD) && gone_before(x, y)) {
		/* y gave up first, and truly said so when x spoke at last. */
		b->verdict = VERDICT_PATH_DEAD;
		b->blame = BLAME_PATH;
	} else {
		b->blame = BLAME_RESET;
		b->confidence = MIN(CONFIDENCE_LIKELY, x->confidence);
	}
}

static void blame_program(const struct side s[2], struct joint_verdict *b, int who)
{
	(void)s;
	b->verdict = VERDICT_PEER_STALLED;
	b->blame = BLAME_PROGRAM;
	b->culprit = who == 2 ? 2 : !who; /* the peer of the one that says so */
	b->confidence = CONFIDENCE_CERTAIN;
}

/* One end sees it as well as two: what passes and what does not is its own. */
static void blame_mtu(const struct side s[2], struct joint_verdict *b, int who)
{
	const struct side *x = &s[who == 1], *y = &s[who != 1];

	b->verdict = VERDICT_MTU_BLACK_HOLE;
	b->blame = BLAME_PATH;
	b->confidence = who == 2 ? MAX(x->confidence, y->confidence) : x->confidence;
}

static enum confidence of_fate(enum fate fate)
{
	return fate == FATE_LOST ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
}

/* One end alone is never sure of a path, whatever an older version said. */
static enum confidence own_word(const struct side *s)
{
	return says(s, VERDICT_PATH_DEAD) ? MIN(s->confidence, CONFIDENCE_LIKELY) : s->confidence;
}

/* No more sure than the surest of the ends, unless each direction is proved by the other end. */
static void blame_path(const struct side s[2], struct joint_verdict *b, int who)
{
	bool out = is_lost(b->fate[0]), back = is_lost(b->fate[1]);
	bool lives = s[0].peer_lives || s[1].peer_lives || (s[0].watched && s[1].watched);
	bool enough = s[0].confidence > CONFIDENCE_SUSPECT || s[1].confidence > CONFIDENCE_SUSPECT;

	(void)who;
	b->verdict = VERDICT_PATH_DEAD;
	b->blame = BLAME_PATH;
	b->confidence = lives ? MAX(own_word(&s[0]), own_word(&s[1])) : CONFIDENCE_LIKELY;
	if (b->fate[0] == FATE_MIXED || b->fate[1] == FATE_MIXED)
		b->blame = BLAME_UNCLEAR;
	else if ((out && b->fate[1] == FATE_ARRIVED) || (back && b->fate[0] == FATE_ARRIVED))
		b->verdict = VERDICT_ONE_WAY;
	else if (!lives)
		b->blame = BLAME_PATH_OR_PEER;
	if (out && back)
		b->confidence = MIN(of_fate(b->fate[0]), of_fate(b->fate[1]));
	else if (out || back)
		b->confidence = of_fate(b->fate[out ? 0 : 1]);
	if (!enough || b->blame == BLAME_UNCLEAR)
		b->confidence = CONFIDENCE_SUSPECT;
}

/* --- since when --- */

/* When the packets that are lost now last arrived; where none are known to be, any at all. */
static struct moment last_worked(const struct side s[2], const enum fate fate[2])
{
	struct moment latest = { INT64_MIN, INT64_MIN };
	bool some = (is_lost(fate[0]) && s[1].silent) || (is_lost(fate[1]) && s[0].silent);

	for (int i = 0; i < 2; i++) {
		if (s[i].silent && (!some || is_lost(fate[!i])) && s[i].heard.lo_ns > latest.lo_ns)
			latest = s[i].heard;
	}
	return latest;
}

/* The first try of those ends whose packets are known to have been lost, or of any. */
static struct moment first_failed(const struct side s[2], const enum fate fate[2])
{
	struct moment first = { INT64_MAX, INT64_MAX };
	bool some = is_lost(fate[0]) || is_lost(fate[1]);

	for (int i = 0; i < 2; i++) {
		/* An end whose own packets arrive misses the answers to them: those were lost. */
		bool counts =
			s[i].silent && (!some || is_lost(fate[i]) ||
					(is_lost(fate[!i]) && says(&s[i], VERDICT_PATH_DEAD)));

		if (counts && s[i].since.lo_ns < first.lo_ns)
			first = s[i].since;
	}
	return first;
}

struct joint_verdict joint_verdict_of(const struct side s[2])
{
	/* What is seen or heard goes before what is concluded from silence. */
	static const struct {
		enum verdict verdict;
		void (*blame)(const struct side s[2], struct joint_verdict *b, int who);
	} later[] = {
		{ VERDICT_UNREACHABLE, blame_router }, { VERDICT_RESET_AFTER_IDLE, blame_reset },
		{ VERDICT_MTU_BLACK_HOLE, blame_mtu }, { VERDICT_ONE_WAY, blame_path },
		{ VERDICT_PATH_DEAD, blame_path },     { VERDICT_PEER_STALLED, blame_program },
	};
	struct joint_verdict b = { .culprit = -1 };
	int who = who_says(s, VERDICT_LOCAL_DROP);

	find_fates(s, b.fate);
	b.worked = last_worked(s, b.fate);
	b.failed = first_failed(s, b.fate);
	b.recovered = s[0].recovered || s[1].recovered;
	if (who >= 0)
		blame_host(&b, who);
	for (size_t i = 0; i < ARRAY_SIZE(later) && !b.verdict; i++) {
		who = who_says(s, later[i].verdict);
		if (who >= 0)
			later[i].blame(s, &b, who);
	}
	return b;
}
