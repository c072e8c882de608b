/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * At which end of each connection a capture was taken: by what the user says, by what the
 * capture says, by hop counts, or by who answers at once. Pure.
 */
#ifndef CAPTURE_VANTAGE_H
#define CAPTURE_VANTAGE_H

#include <uthash.h>

#include "capture/packets.h"

#define VANTAGE_LOCALS_MAX 16

struct vantage_address {
	uint16_t family;
	uint8_t addr[IW_ADDR_LEN];
};

/* What one sender's segments give away. */
struct vantage_half {
	uint64_t segments;
	uint64_t out, in; /* as the capture marks them */
	uint8_t ttl_min, ttl_max;
	uint64_t answer_ns; /* its quickest segment after one of the other, 0 none */
};

struct vantage_conn {
	struct iw_flow key; /* from the first sender that was seen */
	uint16_t family;
	struct vantage_half halves[2]; /* that sender, the other */
	int last; /* who sent the latest segment */
	uint64_t last_ns;
	UT_hash_handle hh;
};

struct vantage {
	struct vantage_address locals[VANTAGE_LOCALS_MAX]; /* --local */
	size_t n_locals;
	struct vantage_conn *conns;
	uint64_t refused;
};

/* Forgets the connections, not the addresses. */
void vantage__clear(struct vantage *v);

void vantage__note(struct vantage *v, const struct packet *p);

enum vantage_verdict {
	VANTAGE_UNKNOWN = 0,
	VANTAGE_SENDER, /* the sender of this segment is our end */
	VANTAGE_RECEIVER,
};

/* After all segments were noted: which end of this one's connection is ours. */
enum vantage_verdict vantage__ask(const struct vantage *v, const struct packet *p);

/* How many connections' end cannot be told. */
uint64_t vantage__unknown(const struct vantage *v);

#endif /* CAPTURE_VANTAGE_H */
