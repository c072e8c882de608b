// SPDX-License-Identifier: BSD-2-Clause
#include "engine/silence.h"

#include "base/util.h"

#define TRIES_MAX 255
#define RTO_MIN_NS (200 * NS_PER_MS)
#define RTO_MAX_S 120 /* where the kernel has no other */
#define RTO_UNKNOWN_NS (1 * NS_PER_S) /* RFC 6298: before the first measurement */
#define GRACE_MAX_NS (3 * NS_PER_S)
#define LOSSES_MAX 64
#define ORPHAN_RETRIES 8 /* tcp_orphan_retries(), where the sysctl is 0 */
#define SHRUNK_RTO_MAXES 2 /* tcp_rtx_probe0_timed_out(), 2024; before, one */

static uint64_t rto_max_ns(const struct iw_fact *f)
{
	return (f->rto_max_s ? f->rto_max_s : RTO_MAX_S) * NS_PER_S;
}

uint64_t base_rto_ns(const struct iw_fact *f)
{
	uint64_t rto;

	if (!f->srtt_us)
		return RTO_UNKNOWN_NS;
	rto = ((uint64_t)f->srtt_us + f->rttvar_us) * NS_PER_US;
	return CLAMP(rto, RTO_MIN_NS, rto_max_ns(f));
}

/* The n-th wait of an exponential backoff, n from 0. */
static uint64_t backoff_ns(uint64_t base, unsigned int n, uint64_t max)
{
	while (n-- && base < max)
		base *= 2;
	return MIN(base, max);
}

/* Sum of the waits from..to, both included. */
static uint64_t backoff_sum_ns(const struct iw_fact *f, uint64_t base, unsigned int from,
			       unsigned int to)
{
	uint64_t sum = 0;

	for (unsigned int n = from; n <= to; n++)
		sum += backoff_ns(base, n, rto_max_ns(f));
	return sum;
}

unsigned int earlier_probes(const struct iw_fact *f)
{
	uint64_t intvl_ns = MAX(f->keepalive_intvl_ms, 1U) * NS_PER_MS;
	unsigned int earlier = f->probes_out ? f->probes_out - 1U : 0;

	if (f->probe_kind != IW_PROBE_KEEPALIVE)
		return earlier;
	return (unsigned int)MIN(earlier, f->heard_ago_ns / intvl_ns);
}

/* How long before this probe the first unanswered one was sent. */
static uint64_t probing_ns(const struct iw_fact *f)
{
	unsigned int earlier = earlier_probes(f);

	if (!earlier)
		return 0;
	if (f->probe_kind == IW_PROBE_KEEPALIVE)
		return (uint64_t)earlier * f->keepalive_intvl_ms * NS_PER_MS;
	if (f->backoff >= earlier)
		return backoff_sum_ns(f, base_rto_ns(f), f->backoff - earlier, f->backoff - 1);
	return backoff_sum_ns(f, base_rto_ns(f), 0, earlier - 1);
}

bool asks_for_window(const struct iw_fact *f)
{
	return f->type == IW_FACT_RETRANSMIT && !f->snd_wnd && !(f->flags & IW_F_ORPHAN);
}

/* Each wait is as long as all those before it, up to the longest. */
bool was_answered(const struct iw_fact *f)
{
	return f->heard_ago_ns < MIN(f->flight_ago_ns / 2, rto_max_ns(f));
}

unsigned int tries_within(const struct iw_fact *f, uint64_t ns)
{
	uint64_t wait = base_rto_ns(f), waited = wait;
	unsigned int n = 0;

	while (waited <= ns && n < TRIES_MAX) {
		wait = MIN(2 * wait, rto_max_ns(f));
		waited += wait;
		n++;
	}
	return n;
}

uint64_t stalled_ns(const struct iw_fact *f)
{
	return f->backoff ? backoff_sum_ns(f, base_rto_ns(f), 0, f->backoff - 1U) : 0;
}

struct silence silence_of(const struct iw_fact *f)
{
	struct silence s = { .heard_ns = f->ts_ns - MIN(f->heard_ago_ns, f->ts_ns) };
	uint64_t ago = f->type == IW_FACT_RETRANSMIT ? f->flight_ago_ns : probing_ns(f);

	/* Those before were answered, or this is not the silence's first. */
	if (asks_for_window(f))
		ago = 0;

	s.since_ns = f->ts_ns - MIN(MIN(ago, f->heard_ago_ns), f->ts_ns);
	s.idle_ns = s.since_ns - MIN(s.heard_ns, s.since_ns);
	return s;
}

static uint64_t keepalive_gives_up_ns(const struct iw_fact *f)
{
	uint64_t intvl = MAX(f->keepalive_intvl_ms, 1) * NS_PER_MS;
	uint64_t left = 1; /* looks of the keepalive timer, the one that gives up included */

	if (f->user_timeout_ms) {
		uint64_t limit = f->user_timeout_ms * NS_PER_MS;

		if (limit > f->heard_ago_ns)
			left = (limit - f->heard_ago_ns + intvl - 1) / intvl;
	} else if (f->keepalive_probes > f->probes_out) {
		left = f->keepalive_probes - f->probes_out + 1U;
	}
	return f->ts_ns + left * intvl;
}

/*
 * A socket that no process holds is given less time, and none any more once the waits have
 * reached the longest (tcp_orphan_retries(), 4.4 to 7.x).
 */
static uint64_t orphan_end_ns(const struct iw_fact *f)
{
	uint64_t base = base_rto_ns(f), all = 0, end;
	unsigned int n = 0;

	if (f->orphan_retries)
		return backoff_sum_ns(f, RTO_MIN_NS, 0, f->orphan_retries);
	end = backoff_sum_ns(f, RTO_MIN_NS, 0, ORPHAN_RETRIES);
	while (all < end && backoff_ns(base, n, rto_max_ns(f)) < rto_max_ns(f))
		all += backoff_ns(base, n++, rto_max_ns(f));
	return MIN(end, all + rto_max_ns(f));
}

uint64_t retransmissions_end_ns(const struct iw_fact *f)
{
	if (f->user_timeout_ms)
		return f->user_timeout_ms * NS_PER_MS;
	if (f->flags & IW_F_ORPHAN)
		return orphan_end_ns(f);
	/* retransmits_timed_out() reckons with the smallest RTO, not with this connection's. */
	return backoff_sum_ns(f, RTO_MIN_NS, 0, f->retries2);
}

uint64_t window_probes_end_ns(const struct iw_fact *f)
{
	unsigned int last = f->backoff, retries = f->retries2;

	if (f->user_timeout_ms)
		return f->user_timeout_ms * NS_PER_MS;
	if (f->flags & IW_F_ORPHAN)
		retries = f->orphan_retries ? f->orphan_retries : ORPHAN_RETRIES;
	if (retries > f->probes_out)
		last += retries - f->probes_out;
	return backoff_sum_ns(f, base_rto_ns(f), f->backoff, last);
}

/* As long as the peer is heard, never: from then on, and from when the data was sent. */
static uint64_t shrunk_gives_up_ns(const struct iw_fact *f)
{
	uint64_t limit = f->user_timeout_ms ? f->user_timeout_ms * NS_PER_MS
					    : SHRUNK_RTO_MAXES * rto_max_ns(f);
	uint64_t ago = f->user_timeout_ms ? f->flight_ago_ns : f->heard_ago_ns;

	return f->ts_ns + limit - MIN(limit, ago);
}

uint64_t gives_up_ns(const struct iw_fact *f, uint64_t since_ns)
{
	if (asks_for_window(f))
		return shrunk_gives_up_ns(f);
	if (f->probe_kind == IW_PROBE_KEEPALIVE)
		return keepalive_gives_up_ns(f);
	if (f->user_timeout_ms)
		return MAX(since_ns + retransmissions_end_ns(f), f->ts_ns);
	if (f->probe_kind == IW_PROBE_ZERO_WINDOW)
		return f->ts_ns + window_probes_end_ns(f);
	return MAX(since_ns + retransmissions_end_ns(f), f->ts_ns);
}

uint64_t grace_ns(const struct iw_fact *f, uint64_t gives_up)
{
	uint64_t grace = MIN(base_rto_ns(f), GRACE_MAX_NS);

	if (gives_up > f->ts_ns)
		grace = MIN(grace, (gives_up - f->ts_ns) / 2);
	return grace;
}

unsigned int losses_needed(uint64_t lost, uint64_t answered, unsigned int one_in)
{
	double p = lost + answered ? (double)lost / (double)(lost + answered) : 0;
	double chance = 1;
	unsigned int n = 0;

	while (chance * one_in > 1 && n < LOSSES_MAX) {
		chance *= p;
		n++;
	}
	return n;
}
