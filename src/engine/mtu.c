// SPDX-License-Identifier: BSD-2-Clause
#include "engine/mtu.h"

#include "engine/conn.h"

bool mtu__may_stop(const struct conn *c)
{
	/* What a closed window keeps out is not stopped on its way. */
	return c->trigger == TRIGGER_RETRANSMISSION && c->fact.snd_wnd &&
	       is_long(&c->flight, c->flight.len);
}

static bool is_surely_first(const struct conn *c)
{
	uint32_t most = largest_acked_max(&c->flight);

	return most && most < c->flight.len;
}

static bool long_ones_passed(const struct conn *c)
{
	return is_long(&c->flight, largest_acked_min(&c->flight));
}

/* Nothing but the length was seen to matter. */
static bool is_open(const struct conn *c)
{
	return mtu__may_stop(c) && !c->tally.repeated_data && !has_short_unacked(&c->flight);
}

/* The same segment may be stopped for what is in it; several that are long, hardly. */
static enum confidence of_passed(const struct conn *c)
{
	return has_long_unacked(&c->flight) && !c->tally.repeated_data ? CONFIDENCE_CERTAIN
								       : CONFIDENCE_LIKELY;
}

static void set(struct conn *c, bool enough, enum confidence confidence, enum verdict also)
{
	c->verdict = VERDICT_MTU_BLACK_HOLE;
	c->confidence = enough ? confidence : CONFIDENCE_SUSPECT;
	c->also = also;
}

bool mtu__judge(struct conn *c, bool enough, bool answers)
{
	bool heard = c->tally.unreached >= ONE_WAY_HEARD;
	bool first = is_surely_first(c);

	if (!mtu__may_stop(c))
		return false;
	if (c->tally.passed)
		set(c, enough, of_passed(c), VERDICT_NONE);
	else if (only_shorter_sacked(&c->flight) && !c->tally.repeated_data)
		set(c, enough, CONFIDENCE_LIKELY, VERDICT_NONE);
	else if (!is_open(c) || long_ones_passed(c))
		return false;
	else if (heard)
		set(c, enough, first ? CONFIDENCE_LIKELY : CONFIDENCE_SUSPECT, VERDICT_ONE_WAY);
	else if (answers && first && c->cause == CAUSE_OUTAGE)
		set(c, enough, CONFIDENCE_LIKELY, VERDICT_PATH_DEAD);
	else
		return false;
	return true;
}

bool mtu__fits_silence(const struct conn *c)
{
	return is_open(c) && is_surely_first(c) && !long_ones_passed(c);
}

bool mtu__fits_one_way(const struct conn *c)
{
	return is_open(c);
}
