// SPDX-License-Identifier: BSD-2-Clause
/*
 * classify FILE: for each TCP segment of a capture its number and what idlewatch takes it
 * for: "keepalive", "answer" or "-". For comparing with tshark.
 */
#include <stdio.h>
#include <string.h>

#include "capture/packet_facts.h"
#include "base/util.h"

/* Which side is ours does not matter to what a segment is, if it is always the same one. */
static bool from_us(const struct packet *p)
{
	int order = memcmp(p->flow.source, p->flow.dest, sizeof(p->flow.source));

	return order < 0 || (!order && p->flow.source_port < p->flow.dest_port);
}

static const char *name(enum segment_kind kind)
{
	return kind == SEGMENT_KEEPALIVE	  ? "keepalive"
	       : kind == SEGMENT_KEEPALIVE_ANSWER ? "answer"
						  : "-";
}

int main(int argc, char **argv)
{
	struct iw_fact facts[PACKET_FACTS_MAX];
	struct packets *packets;
	enum segment_kind kind;
	struct packet_facts packet_facts;
	struct packet p;

	if (argc != 2 || packets__open(argv[1], &packets))
		return 2;
	packet_facts__init(&packet_facts, 3 * NS_PER_S);
	while (packets__next(packets, &p)) {
		packet_facts__feed(&packet_facts, &p, from_us(&p), facts, &kind);
		printf("%lu %s\n", (unsigned long)p.number, name(kind));
	}
	packet_facts__clear(&packet_facts);
	packets__close(packets);
	return 0;
}
