// SPDX-License-Identifier: BSD-2-Clause
#include "engine/reset.h"

#include "base/util.h"
#include "engine/conn.h"

/* So many lost before it is the second packet that the reset answers. */
#define SECOND 2

/* One hop more or less is what ways back differ by (1.8 % of connections in the wild). */
#define TTL_APART 2

/* So much nearer than the peer is no other way back. */
#define TTL_FAR 8

enum reset reset__sort(const struct conn *c, const struct iw_fact *f,
		       const struct engine_config *config)
{
	bool is_news = f->flags & IW_F_NEWS, asked = f->packets_out || f->probes_out;
	bool own_silence = c->stage != STAGE_WELL && c->trigger != TRIGGER_REPEAT;
	bool left = !c->tally.failed && !c->tally.dropped_out;

	/* Where either end has closed its side, a reset is no more than the rest of that. */
	if (f->state != IW_TCP_ESTABLISHED || f->flags & (IW_F_FIN_HEARD | IW_F_CLOSED_HERE) ||
	    c->stage == STAGE_JUDGED)
		return RESET_END;
	if (is_news && asked && c->stage <= STAGE_WAITING && !f->retransmits && f->probes_out <= 1)
		return RESET_OF_FIRST;
	if (own_silence && left && c->silence.idle_ns >= config->idle_ns &&
	    conn__unanswered(c) <= SECOND)
		return RESET_OF_SECOND;
	return is_news && !asked && !own_silence && c->stage <= STAGE_WAITING ? RESET_UNASKED
									      : RESET_END;
}

void reset__begin(struct conn *c, const struct iw_fact *f, enum reset reset)
{
	struct iw_fact asked = *f;

	if (reset == RESET_OF_FIRST) {
		asked.type = f->packets_out ? IW_FACT_RETRANSMIT : IW_FACT_PROBE_SENT;
		asked.probe_kind = IW_PROBE_KEEPALIVE;
		conn__begin_silence(c, &asked, f->packets_out ? TRIGGER_DATA : TRIGGER_KEEPALIVE);
		c->tally.sent = f->probes_out;
	} else if (reset == RESET_UNASKED) {
		conn__begin_silence(c, f, TRIGGER_NONE);
	}
}

/* --- whose it is --- */

/* What kernels and boxes begin with: the nearest of these above. */
static unsigned int initial_ttl(unsigned int ttl)
{
	return ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

static unsigned int hops(unsigned int ttl)
{
	return initial_ttl(ttl) - ttl;
}

/* From another initial TTL: then only the distance may be compared. */
static enum origin origin_of_stranger(unsigned int ttl, unsigned int low, unsigned int high,
				      enum confidence *ret_confidence)
{
	unsigned int nearest = hops(high), farthest = hops(low), is = hops(ttl);

	/* As far as the peer: its kernel, and a program that sets a TTL of its own. */
	if (is + TTL_APART > nearest && is < farthest + TTL_APART)
		return ORIGIN_UNKNOWN;
	*ret_confidence = is < nearest ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	return ORIGIN_BOX;
}

enum origin reset__origin(const struct iw_fact *f, enum confidence *ret_confidence)
{
	unsigned int low = f->ttl_low ? MIN(f->ttl_low, f->usual_ttl) : f->usual_ttl;
	unsigned int high = MAX(f->ttl_high, f->usual_ttl);

	*ret_confidence = CONFIDENCE_SUSPECT;
	if (!f->ttl || !f->usual_ttl || initial_ttl(low) != initial_ttl(high))
		return ORIGIN_UNKNOWN;
	if (initial_ttl(f->ttl) != initial_ttl(high))
		return origin_of_stranger(f->ttl, low, high, ret_confidence);
	if (f->ttl >= low && f->ttl <= high)
		return ORIGIN_PEER;
	/* Farther away than the peer is no box on the path: the way back is another one. */
	if (f->ttl < high + TTL_APART)
		return ORIGIN_UNKNOWN;
	*ret_confidence = f->ttl >= high + TTL_FAR ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	return ORIGIN_BOX;
}

enum confidence reset__note(struct conn *c, const struct iw_fact *f)
{
	enum confidence by_ttl;

	c->origin = reset__origin(f, &by_ttl);
	c->rst_ttl = f->ttl;
	c->usual_ttl = f->usual_ttl;
	c->tally.rst_heard = true;
	return by_ttl;
}

void reset__judge(struct conn *c, const struct iw_fact *f, enum reset reset, bool is_shared)
{
	enum confidence by_ttl = reset__note(c, f);

	c->is_unasked = reset == RESET_UNASKED;
	c->verdict = VERDICT_RESET_AFTER_IDLE;
	/* Out of the blue, it may be the peer's program that has aborted the connection. */
	c->confidence =
		reset == RESET_UNASKED && !is_shared ? CONFIDENCE_SUSPECT : CONFIDENCE_LIKELY;
	c->confidence = MAX(c->confidence, by_ttl);
}
