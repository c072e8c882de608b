// SPDX-License-Identifier: BSD-2-Clause
#include "engine/exposure.h"

#include <assert.h>
#include <stddef.h>

#include "base/util.h"
#include "engine/silence.h"

static const char *const risk_names[] = {
	[RISK_NONE] = NULL,
	[RISK_OK] = "ok",
	[RISK_PINGED] = "pinged",
	[RISK_KEEPALIVE_TOO_LATE] = "keepalive-too-late",
	[RISK_NO_KEEPALIVE] = "no-keepalive",
};
static_assert(ARRAY_SIZE(risk_names) == RISK_MAX, "every risk has a name");

const char *risk_name(enum risk risk)
{
	return risk_names[risk];
}

const char *risk_choice(unsigned int i)
{
	return i + 1 < RISK_MAX ? risk_names[i + 1] : NULL;
}

static bool is_connected(const struct iw_fact *f)
{
	return !(f->flags & IW_F_ORPHAN) &&
	       (f->state == IW_TCP_ESTABLISHED || f->state == IW_TCP_FIN_WAIT1 ||
		f->state == IW_TCP_FIN_WAIT2 || f->state == IW_TCP_CLOSE_WAIT);
}

static bool has_keepalive(const struct iw_fact *f)
{
	return f->flags & IW_F_KEEPALIVE_ON;
}

/* Data sent and not acknowledged, or not even sent: then there are no keepalives. */
static bool has_pending_data(const struct iw_fact *f)
{
	return f->packets_out || f->write_seq != f->snd_una;
}

static uint64_t heard_ns(const struct iw_look_row *row)
{
	return row->peer_probe_ago_ns ? MIN(row->fact.heard_ago_ns, row->peer_probe_ago_ns)
				      : row->fact.heard_ago_ns;
}

/* What left last counts too, but for our own probes that nobody answered. */
static uint64_t idle_ns(const struct iw_look_row *row)
{
	uint64_t idle = MIN(heard_ns(row), row->fact.data_sent_ago_ns);

	return row->fact.probes_out ? idle : MIN(idle, row->sent_ago_ns);
}

/* A keepalive is due keepalive_time after the peer was last heard, then every interval. */
static uint64_t next_probe_ns(const struct iw_look_row *row)
{
	const struct iw_fact *f = &row->fact;
	uint64_t time = f->keepalive_time_ms * NS_PER_MS;
	uint64_t left = time - MIN(time, f->heard_ago_ns);

	if (!has_keepalive(f) || !row->timer_in_ns || has_pending_data(f))
		return 0;
	return f->probes_out ? row->timer_in_ns : MAX(row->timer_in_ns, left);
}

/* From the last packet until the kernel ends an idle connection, by tcp_keepalive_timer(). */
static uint64_t keepalive_notices_ns(const struct iw_fact *f)
{
	uint64_t time = f->keepalive_time_ms * NS_PER_MS;
	uint64_t intvl = MAX(f->keepalive_intvl_ms, 1U) * NS_PER_MS;
	uint64_t limit = f->user_timeout_ms * NS_PER_MS;
	uint64_t probes = f->keepalive_probes;

	if (limit) /* overrides the count, but not before one probe has gone out */
		probes = limit > time ? MAX((limit - time + intvl - 1) / intvl, 1U) : 1;
	return time + probes * intvl;
}

static uint64_t noticed_ns(const struct iw_fact *f)
{
	/* Nothing in flight: a closed window holds it back. */
	if (has_pending_data(f))
		return f->packets_out ? retransmissions_end_ns(f) : window_probes_end_ns(f);
	return has_keepalive(f) ? keepalive_notices_ns(f) : NOTICED_NEVER;
}

static enum risk risk_of(const struct iw_fact *f, uint64_t assumed_ns)
{
	if (!has_keepalive(f))
		return RISK_NO_KEEPALIVE;
	/* At the same moment is too late: the path may be a little faster. */
	return f->keepalive_time_ms * NS_PER_MS >= assumed_ns ? RISK_KEEPALIVE_TOO_LATE : RISK_OK;
}

/* A drop meets the program's next word, which the kernel then sends again and again. */
static uint64_t rhythm_notices_ns(const struct iw_fact *f, const struct rhythm *r)
{
	return r->gap_ns && r->is_ours ? r->gap_ns + retransmissions_end_ns(f) : NOTICED_NEVER;
}

struct exposure exposure_of(const struct iw_look_row *row, uint64_t assumed_ns,
			    const struct pulse *pulse)
{
	const struct iw_fact *f = &row->fact;
	struct exposure e = { .assumed_ns = assumed_ns };

	/* Before the connection is there, the kernel's stamps are those of no packet. */
	e.has_ages = f->state != IW_TCP_SYN_SENT && f->state != IW_TCP_SYN_RECV;
	e.had_data_in = row->data_segs_in;
	e.had_data_out = f->data_segs_out;
	if (e.has_ages) {
		e.idle_ns = idle_ns(row);
		e.heard_ns = heard_ns(row);
	}
	if (!is_connected(f))
		return e;
	if (pulse)
		e.rhythm = pulse__rhythm(pulse);
	e.risk = risk_of(f, assumed_ns);
	if (e.risk != RISK_OK && e.rhythm.gap_ns && e.rhythm.gap_ns < assumed_ns)
		e.risk = RISK_PINGED;
	e.noticed_ns = MIN(noticed_ns(f), rhythm_notices_ns(f, &e.rhythm));
	e.next_probe_ns = next_probe_ns(row);
	return e;
}
