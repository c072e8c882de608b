/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one fact tells of a silence: when it began, how long to wait for an
 * answer, when the kernel will give up. Pure arithmetic over what the kernel's
 * TCP does (net/ipv4/tcp_timer.c, same rules 4.4 to 7.x).
 */
#ifndef ENGINE_SILENCE_H
#define ENGINE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "idlewatch.h"

struct silence {
	uint64_t heard_ns; /* CLOCK_BOOTTIME of the last segment from the peer */
	uint64_t since_ns; /* of the first transmission that nothing answered */
	uint64_t idle_ns; /* from the former to the latter */
};

/*
 * How many probes before this one went unanswered since the peer was last heard. The
 * kernel's own count goes on when the peer's keepalives are heard.
 */
unsigned int earlier_probes(const struct iw_fact *f);

/*
 * Whether this retransmission stands in for a zero-window probe: data is in flight, and the
 * peer has shrunk its window to nothing. The kernel does not count those, and does not give
 * up while it hears the peer (tcp_retransmit_timer(), 4.4 to 7.x); but for orphans.
 */
bool asks_for_window(const struct iw_fact *f);

/* Whether the peer was heard since the one before it. */
bool was_answered(const struct iw_fact *f);

/* How many tries were made in this time, each wait twice as long as the one before. */
unsigned int tries_within(const struct iw_fact *f, uint64_t ns);

/* Reads the silence off a PROBE_SENT or RETRANSMIT fact. */
struct silence silence_of(const struct iw_fact *f);

/* How long the peer's window has been closed, by a zero-window probe's backoff, in ns. */
uint64_t stalled_ns(const struct iw_fact *f);

/* A round trip's retransmission time-out without any backoff, in ns. */
uint64_t base_rto_ns(const struct iw_fact *f);

/* How long unacknowledged data is sent again before the kernel gives up, in ns. */
uint64_t retransmissions_end_ns(const struct iw_fact *f);

/*
 * The same for data that a closed window holds back: how long it is asked for a window
 * from now on. The waits grow while the peer answers, so this may be long.
 */
uint64_t window_probes_end_ns(const struct iw_fact *f);

/*
 * When the kernel will end this connection and tell the application
 * (CLOCK_BOOTTIME). since_ns as in struct silence.
 */
uint64_t gives_up_ns(const struct iw_fact *f, uint64_t since_ns);

/*
 * How long to wait for the answer to a transmission made at f->ts_ns, in ns: a
 * round trip with its usual variation, but not past half of the time that is
 * left before the kernel acts next.
 */
uint64_t grace_ns(const struct iw_fact *f, uint64_t gives_up);

/*
 * How many transmissions in a row must be lost before chance is no explanation: the smallest
 * n for which lost/(lost + answered), to the n-th power, is no more than one in so many.
 */
unsigned int losses_needed(uint64_t lost, uint64_t answered, unsigned int one_in);

#endif /* ENGINE_SILENCE_H */
