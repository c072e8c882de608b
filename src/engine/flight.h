/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in flight while something is sent again, and which lengths arrive. TCP keeps
 * sums, not sizes, so much of this is a bound. Pure arithmetic.
 */
#ifndef ENGINE_FLIGHT_H
#define ENGINE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "idlewatch.h"

/* Lengths are of payload. */
struct flight {
	uint64_t bytes_acked; /* ever, in order */
	uint32_t delivered; /* segments, those of sacked included */
	uint32_t bytes, segments; /* in flight */
	uint32_t sacked; /* of these segments, acknowledged behind a hole */
	uint32_t sacked_bytes; /* 0: not known */
	uint32_t pmtu;
	uint16_t mss; /* 0: no lengths are known */
	uint16_t len; /* of the oldest, which is sent again; 0 unknown */
	uint8_t headers; /* of a packet, at the least */
};

/* len is the fact's where it tells of a retransmission, else 0. */
struct flight flight_of(const struct iw_fact *f);

/*
 * Whether a segment of this length makes a packet of more than 1280 bytes. That much every
 * path of IPv6 must let pass, and those of IPv4 do in practice.
 */
bool is_long(const struct flight *fl, uint32_t len);

/* The largest segment ever acknowledged has at least so many bytes: the mean. 0: unknown. */
uint32_t largest_acked_min(const struct flight *fl);

/* And at most so many: all but one for each of the others. 0: unknown. */
uint32_t largest_acked_max(const struct flight *fl);

/* Whether segments behind the oldest were acknowledged, each of them shorter than it. */
bool only_shorter_sacked(const struct flight *fl);

/* Whether one that is surely not long is unacknowledged too, if the others are as long as it. */
bool has_short_unacked(const struct flight *fl);

/* Whether several that are long, by their mean, are unacknowledged. */
bool has_long_unacked(const struct flight *fl);

#endif /* ENGINE_FLIGHT_H */
