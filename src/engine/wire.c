// SPDX-License-Identifier: BSD-2-Clause
#include "engine/wire.h"

#include <string.h>

#include "base/util.h"

#define TCP_RST 0x04

/* What arrived may still be on its way up to the socket, if that is busy. */
#define WAY_UP_NS (100 * NS_PER_MS)

/* A route may have moved once; twice in a row is no chance. */
#define SIGHT_LOST 2

/*
 * Whether it is what the silence is about, not an acknowledgement of something that
 * still comes: a probe repeats the byte before the oldest unacknowledged one, a
 * retransmission begins with that, a probe of a closed window may carry new data.
 */
static bool is_transmission(const struct iw_fact *sock, const struct iw_fact *seen)
{
	uint32_t ahead = seen->snd_nxt - (sock->snd_una - 1);

	return sock->snd_una == sock->write_seq ? !ahead : ahead <= 1 || !sock->packets_out;
}

static void note_out(struct wire *w, const struct iw_fact *sock, const struct iw_fact *seen)
{
	if (!is_transmission(sock, seen))
		return;
	w->just_left = true;
	memcpy(w->out_name, seen->drop_name, sizeof(w->out_name));
}

/*
 * Only in the socket's own namespace: what was seen in another one still has a part of
 * the path before it, be it inside this machine.
 */
static void note_in(struct wire *w, const struct iw_fact *seen)
{
	if (seen->netns != seen->drop_netns)
		return;
	if (!w->in) {
		w->in_ns = seen->ts_ns;
		w->in_ifindex = seen->ifindex;
		memcpy(w->in_name, seen->drop_name, sizeof(w->in_name));
	}
	if (w->in_ifindex != seen->ifindex)
		return;
	w->in++;
	w->in_ttl = seen->ttl;
	w->in_rst |= seen->tcp_flags & TCP_RST;
}

void wire__note(struct wire *w, const struct iw_fact *sock, const struct iw_fact *seen)
{
	if (seen->type == IW_FACT_WIRE_OUT)
		note_out(w, sock, seen);
	else
		note_in(w, seen);
}

void wire__note_try(struct wire *w)
{
	if (w->just_left)
		w->out++;
	w->missed = w->just_left || !w->out ? 0 : w->missed + 1;
	w->just_left = false;
}

void wire__note_heard(struct wire *w)
{
	w->in = 0;
	w->in_rst = false;
}

bool wire__lost_inside(const struct wire *w, uint64_t now_ns)
{
	return w->in && now_ns >= w->in_ns + WAY_UP_NS;
}

bool wire__lost_sight(const struct wire *w)
{
	return w->missed >= SIGHT_LOST;
}
