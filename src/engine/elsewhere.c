// SPDX-License-Identifier: BSD-2-Clause
#include "engine/elsewhere.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"

/* The handshake was done, so the stamps are those of packets, and they are the peer's. */
static bool was_connected(const struct iw_fact *f)
{
	switch ((enum iw_tcp_state)f->state) {
	case IW_TCP_ESTABLISHED:
	case IW_TCP_FIN_WAIT1:
	case IW_TCP_FIN_WAIT2:
	case IW_TCP_CLOSE_WAIT:
	case IW_TCP_LAST_ACK:
	case IW_TCP_CLOSING:
		return true;
	default:
		return false;
	}
}

static bool has_same_peer(const struct iw_fact *a, const struct iw_fact *b)
{
	return a->cookie != b->cookie && a->netns == b->netns && a->family == b->family &&
	       !memcmp(a->paddr, b->paddr, sizeof(a->paddr));
}

/* This host has opened it, so the address answers those who ask. */
static bool is_outgoing(const struct iw_fact *f)
{
	return !(f->flags & IW_F_ACCEPTED) && f->lport > f->pport;
}

static enum iw_elsewhere kind_of(const struct iw_fact *other, const struct iw_fact *sock)
{
	if (!is_outgoing(other))
		return IW_ELSEWHERE_FROM;
	return other->pport == sock->pport ? IW_ELSEWHERE_SAME_PORT : IW_ELSEWHERE_TO;
}

struct elsewhere elsewhere_of(const struct iw_look_row *rows, size_t n, const struct iw_fact *sock,
			      uint64_t since_ns, uint64_t now_ns)
{
	struct elsewhere best = {};
	unsigned int best_rank = 0;
	uint64_t best_ns = 0;

	for (size_t i = 0; i < n; i++) {
		const struct iw_fact *other = &rows[i].fact;
		uint64_t heard_ns = other->ts_ns - MIN(other->heard_ago_ns, other->ts_ns);
		enum iw_elsewhere kind = kind_of(other, sock);
		unsigned int rank = heard_ns > since_ns ? kind : 0;

		if (!has_same_peer(other, sock) || !was_connected(other) || rank < best_rank ||
		    (rank == best_rank && heard_ns <= best_ns))
			continue;
		best_rank = rank;
		best_ns = heard_ns;
		best.kind = kind;
		best.ago_ns = MAX(now_ns - MIN(heard_ns, now_ns), 1U);
	}
	return best;
}
