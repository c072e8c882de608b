/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tapped interfaces show of one silent connection (-i), and what that proves.
 * Internal to the engine; pure.
 *
 * Seen leaving: what we sent passed that interface. Not seen leaving proves nothing by
 * itself, as not every interface need be tapped, unless earlier ones of the same
 * silence were seen there. Seen arriving while the socket hears nothing: this host
 * lost it in between.
 */
#ifndef ENGINE_WIRE_H
#define ENGINE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "idlewatch.h"

struct wire {
	unsigned int out; /* transmissions of this silence that were seen leaving */
	unsigned int missed; /* the last ones in a row that were not, though earlier ones were */
	unsigned int in; /* the peer's packets since the socket last heard anything */
	uint64_t in_ns; /* the first of these, CLOCK_BOOTTIME */
	uint32_t in_ifindex; /* where it was seen first; others are not counted */
	uint8_t in_ttl; /* of the last */
	bool in_rst; /* one of them is a reset */
	bool just_left; /* one left, and its fact has not come yet */
	char out_name[IW_REASON_LEN]; /* the interface nearest to the network */
	char in_name[IW_REASON_LEN];
};

/* A packet of the connection, whose socket is sock, was seen. */
void wire__note(struct wire *w, const struct iw_fact *sock, const struct iw_fact *seen);

/* The socket tells of a transmission; its packet was seen before, if at all. */
void wire__note_try(struct wire *w);

/* The socket heard the peer: what arrived reached it. */
void wire__note_heard(struct wire *w);

/* The peer's packets arrive and do not reach their socket, as it stood at now_ns. */
bool wire__lost_inside(const struct wire *w, uint64_t now_ns);

/* What the kernel says it sent was not seen where earlier ones were. */
bool wire__lost_sight(const struct wire *w);

#endif /* ENGINE_WIRE_H */
