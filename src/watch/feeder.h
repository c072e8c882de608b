/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the kernel side and the engine: finds out whose connection a fact is
 * about, looks at sockets when the engine asks, listens and verifies for those in
 * trouble, and records all that the engine is told.
 */
#ifndef WATCH_FEEDER_H
#define WATCH_FEEDER_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct icmp;
struct icmp_quote;
struct iw_fact;
struct kernel;
struct outputs;
struct owners;
struct processes;
struct recorder;
struct verifier;

/* What it works with; owned by the caller. */
struct feeder_parts {
	struct kernel *kernel;
	struct engine *engine;
	struct processes *processes;
	struct owners *owners;
	struct icmp *icmp;
	struct verifier *verifier; /* NULL: do not verify */
	struct recorder *recorder; /* NULL: do not record */
	struct outputs *outputs;
};

struct feeder;

/* 0, or -ENOMEM with *ret untouched. */
int feeder__new(const struct feeder_parts *parts, struct feeder **ret);
void feeder__free(struct feeder *f);

/* Takes a fact to be fed at the next feeder__process(). */
void feeder__queue(struct feeder *f, const struct iw_fact *fact);

/* The engine suspects this connection: it will be listened for, and verified if wanted. */
void feeder__suspect(struct feeder *f, const struct iw_fact *fact);

/* An ICMP error quoted a packet of ours; a fact is queued if it belongs to a connection known. */
void feeder__quoted(struct feeder *f, const struct icmp_quote *quote);

/* A verification ended; a fact is queued. */
void feeder__verified(struct feeder *f, uint64_t cookie, int result);

/* Queues a fact of the clocks if the host has slept since the last call. */
void feeder__check_clocks(struct feeder *f);

/* Feeds what is waiting in the ring and in the queue, and gives looks that are due. */
int feeder__process(struct feeder *f);

/* Whether facts are waiting for feeder__process() to be called at once. */
bool feeder__has_more(const struct feeder *f);

/* Facts lost for want of memory, and walks over the sockets that failed. */
uint64_t feeder__lost(const struct feeder *f);

#endif /* WATCH_FEEDER_H */
