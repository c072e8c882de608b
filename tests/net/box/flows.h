// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the box knows of TCP connections, and what depends on it: forgetting the idle ones,
 * translating addresses and ports, answering keepalives for the other end.
 */
#ifndef BOX_FLOWS_H
#define BOX_FLOWS_H

#include "box.h"

/* What becomes of packets of a flow that was forgotten. */
enum late_action {
	LATE_SILENCE,
	LATE_RESET, /* a reset to whoever sent it */
	LATE_RESET_BOTH, /* the first such packet brings a reset to both ends */
	LATE_LOSE_FIRST, /* the first is swallowed, those behind it are reset */
	LATE_UNREACHABLE,
	EXPIRE_RESET, /* resets to both ends at the moment of forgetting; then as LATE_RESET */
	EXPIRE_SILENT, /* the same, and then silence */
	LATE_MAX
};

/* Flows that were idle for so long are forgotten; 0: none are. From then on only a SYN
 * begins a flow. Resets get this TTL. */
void flows__forget(uint64_t idle_ns, enum late_action action, uint8_t ttl);

/* Forgets now those that have this port on either end; port 0: all. */
void flows__forget_now(uint16_t port);

/* Whether every flow is forgotten or has ended. */
bool flows__all_forgotten(void);

/* Toward the server all clients have this address (of one family) from now on, and nothing
 * else comes in than what belongs to a flow. */
void flows__masquerade(bool v6, const uint8_t *address);

/* Gives flows that have this port on either end (0: all) another port toward the server. */
void flows__remap(uint16_t port);

/* Keepalives that go this way are answered in the name of the end that they do not reach,
 * with this TTL; 0: they are not. */
void flows__answer_keepalives(enum dir dir, uint8_t ttl);

/* Keepalives that go this way get a byte of garbage, as RFC 1122 allows. */
void flows__add_garbage(enum dir dir, bool on);

/* Notes and translates a packet. False when it goes no further: it was forgotten, answered
 * or unknown, and counted. `gateway` is the box's own address on the sender's side. */
bool flows__pass(enum dir dir, struct packet *p, const uint8_t *gateway, uint64_t now);

/* Forgets what is due, and says when something will be. */
uint64_t flows__run(uint64_t now);

#endif
