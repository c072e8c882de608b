// SPDX-License-Identifier: BSD-2-Clause
#include "watch/blind_spots.h"

#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "kernel/xdp.h"

/* Thousands of connections of a namespace may be judged at once: one answer for them all. */
#define GOOD_FOR_NS (1 * NS_PER_S)

static const char *xdp_of(struct blind_spots *b, uint32_t netns)
{
	uint64_t now = now_ns();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(b->of); i++) {
		if (b->of[i].asked_ns && b->of[i].netns == netns)
			break;
	}
	if (i == ARRAY_SIZE(b->of))
		i = b->next++ % ARRAY_SIZE(b->of);
	else if (now - b->of[i].asked_ns < GOOD_FOR_NS)
		return b->of[i].xdp;
	b->of[i].asked_ns = now;
	b->of[i].netns = netns;
	xdp_interface(netns, b->of[i].xdp, sizeof(b->of[i].xdp));
	return b->of[i].xdp;
}

void blind_spots__note(struct blind_spots *b, struct iw_fact *f)
{
	if (f->type == IW_FACT_LOOK || f->type == IW_FACT_STATE)
		memcpy(f->drop_name, xdp_of(b, f->netns), sizeof(f->drop_name));
}
