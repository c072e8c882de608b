// SPDX-License-Identifier: BSD-2-Clause
/* What it says that this kernel was seen dropping a packet of a connection. */
#include <string.h>

#include "base/util.h"
#include "engine/conn.h"

static bool begins_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/*
 * Drops that are a socket's ordinary discarding (an old segment, a repeated
 * keepalive) or that name no reason say nothing against this host.
 */
static bool is_ordinary(const char *reason)
{
	return !reason[0] || begins_with(reason, "TCP_") || begins_with(reason, "NOT_SPECIFIED") ||
	       begins_with(reason, "NO_SOCKET");
}

/*
 * A queue was full, which says nothing of what becomes of the next packet: when thousands of
 * sockets retransmit at once, they overrun netdev_max_backlog.
 */
static bool is_crowding(const char *reason)
{
	static const char *const starts[] = { "CPU_BACKLOG",	"QDISC_",	  "FQ_",
					      "CAKE_",		"DUALPI2_",	  "FULL_RING",
					      "SOCKET_BACKLOG", "SOCKET_RCVBUFF", "PROTO_MEM",
					      "NOMEM" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (begins_with(reason, starts[i]))
			return true;
	}
	return false;
}

void conn__note_drop(struct conn *c, const struct iw_fact *f)
{
	char *name = f->drop_netns == f->netns ? c->drop_name : c->seen_name;

	/* TCP itself had it, and says why not: then nothing before the socket lost it. */
	if (f->drop_netns == f->netns && begins_with(f->drop_name, "TCP_"))
		wire__note_heard(&c->wire);
	if (is_ordinary(f->drop_name))
		return;
	if (f->drop_netns != f->netns)
		c->seen_netns = f->drop_netns;
	else if (begins_with(f->drop_name, "NEIGH_"))
		c->tally.neighbour_lost = true;
	else if (is_crowding(f->drop_name))
		c->tally.crowded_out += !(f->flags & IW_F_DROP_INPUT);
	else if (f->flags & IW_F_DROP_INPUT)
		c->tally.dropped_in++;
	else
		c->tally.dropped_out++;
	memcpy(name, f->drop_name, IW_REASON_LEN);
	name[IW_REASON_LEN - 1] = '\0';
}
