// SPDX-License-Identifier: BSD-2-Clause
#include "engine/flight.h"

#include <netinet/in.h>

#include "base/util.h"

#define ALWAYS_PASSES 1280

/* Without extensions; of TCP's options only time stamps are in each segment. */
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define TIME_STAMPS 12

/* A SYN counts as a byte, and as a segment or not, depending on who connected. */
#define HANDSHAKE 2

struct flight flight_of(const struct iw_fact *f)
{
	unsigned int ip = f->family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER;
	unsigned int headers = ip + TCP_HEADER + (f->ts_echo ? TIME_STAMPS : 0);

	return (struct flight){ .bytes_acked = f->bytes_acked,
				.delivered = f->delivered,
				.bytes = f->snd_nxt - f->snd_una,
				.segments = f->packets_out,
				.sacked = f->sacked_out,
				.sacked_bytes = f->sacked_bytes,
				.pmtu = f->pmtu,
				.mss = f->mss,
				.len = f->type == IW_FACT_RETRANSMIT ? f->segment_len : 0,
				.headers = (uint8_t)headers };
}

bool is_long(const struct flight *fl, uint32_t len)
{
	return len && (uint64_t)len + fl->headers > ALWAYS_PASSES;
}

/* Segments acknowledged in order. */
static uint64_t acked(const struct flight *fl)
{
	return fl->delivered - MIN(fl->delivered, fl->sacked);
}

uint32_t largest_acked_min(const struct flight *fl)
{
	uint64_t n = acked(fl);

	return n ? (uint32_t)MIN(fl->bytes_acked / n, (uint64_t)UINT16_MAX) : 0;
}

uint32_t largest_acked_max(const struct flight *fl)
{
	uint64_t others = acked(fl) - MIN(acked(fl), 1U);
	uint64_t most = fl->bytes_acked - MIN(fl->bytes_acked, others) + HANDSHAKE;

	return fl->mss ? (uint32_t)MIN(most, (uint64_t)UINT16_MAX) : 0;
}

bool only_shorter_sacked(const struct flight *fl)
{
	uint32_t others = fl->sacked - MIN(fl->sacked, 1U);

	return fl->sacked_bytes && fl->sacked_bytes - MIN(fl->sacked_bytes, others) < fl->len;
}

/* Of those in flight that are not acknowledged. */
static uint32_t unacked(const struct flight *fl, uint32_t *ret_bytes)
{
	*ret_bytes = fl->bytes - MIN(fl->bytes, fl->sacked_bytes);
	return fl->segments - MIN(fl->segments, fl->sacked);
}

bool has_short_unacked(const struct flight *fl)
{
	uint32_t bytes, n = unacked(fl, &bytes);
	uint64_t others = n ? (uint64_t)(n - 1) * fl->len : 0;

	return n > 1 && bytes > others && !is_long(fl, (uint32_t)(bytes - others));
}

bool has_long_unacked(const struct flight *fl)
{
	uint32_t bytes, n = unacked(fl, &bytes);

	return n > 1 && is_long(fl, bytes / n);
}
