/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening for ICMP errors in the namespaces of suspected connections. The kernel
 * itself ignores an ICMP error that quotes a keepalive, whose sequence number lies
 * outside the window (tcp_v4_err, tcp_v6_err), so a rejecting router would look
 * like a silent one. Nothing is sent.
 */
#ifndef WATCH_ICMP_H
#define WATCH_ICMP_H

#include <uv.h>

#include "idlewatch.h"

struct icmp;

/* What an error quotes: a packet of ours. */
struct icmp_quote {
	uint32_t netns;
	uint16_t family;
	struct iw_flow flow; /* from us to the peer */
	uint32_t seq; /* of the packet */
};

typedef void (*icmp_fn)(const struct icmp_quote *quote, void *ctx);

/* 0, or -ENOMEM with *ret untouched. */
int icmp__new(uv_loop_t *loop, icmp_fn fn, void *ctx, struct icmp **ret);

/* Begins to listen in that namespace, unless it does already; the first failure is logged. */
void icmp__listen(struct icmp *i, uint32_t netns);

/* Reads what has arrived, without waiting for the loop to say so. */
void icmp__drain(struct icmp *i);

/* Stops listening everywhere; a socket would keep a namespace alive. */
void icmp__stop(struct icmp *i);

/* The loop must have run since icmp__stop(). */
void icmp__free(struct icmp *i);

#endif /* WATCH_ICMP_H */
