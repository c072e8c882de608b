// SPDX-License-Identifier: BSD-2-Clause
/* A packet as it came from or goes to a TAP device: an Ethernet frame with IP in it. */
#ifndef BOX_PACKET_H
#define BOX_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 2048
#define ETHER_LEN 14

struct end_point {
	uint8_t addr[16]; /* IPv4: the first four bytes, zeros behind */
	uint16_t port;
};

/* The time stamp option of TCP. */
struct stamp {
	bool there;
	uint32_t value, echo;
};

struct packet {
	uint8_t frame[FRAME_MAX];
	size_t len; /* of the frame */

	/* The rest is what packet__parse() found. */
	size_t transport; /* offset of the header behind IP's */
	bool v6, tcp;
	struct end_point src, dst; /* ports: of TCP only */
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags;
	size_t payload; /* of TCP, in bytes */
	struct stamp stamp;
};

/* What packet__make_tcp() makes a segment of. */
struct segment {
	bool v6;
	struct end_point src, dst;
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags, ttl;
	struct stamp stamp;
};

/* False unless it is IPv4 or IPv6, complete. TCP in fragments or behind IPv6 extension
 * headers is not looked into. */
bool packet__parse(struct packet *p);

/* Length of the IP packet, in bytes. */
size_t packet__ip_len(const struct packet *p);

/* A segment without payload. */
void packet__make_tcp(struct packet *p, const struct segment *s);

/* The answer of a host that knows no such connection; false when none is due. */
bool packet__make_reset(struct packet *p, const struct packet *to, uint8_t ttl);

/* ICMP host (IPv6: address) unreachable, sent by `from`. */
void packet__make_unreachable(struct packet *p, const struct packet *to, const uint8_t *from);

/* For parsed TCP; checksums follow. */
void packet__set_src(struct packet *p, const struct end_point *src);
void packet__set_dst(struct packet *p, const struct end_point *dst);
void packet__append_byte(struct packet *p);

/* False when there are no hops left. */
bool packet__take_hops(struct packet *p, unsigned hops);

/* If it asks for the link address of `address4` or `address6`, makes it the answer. */
bool packet__answer_neighbour(struct packet *p, const uint8_t *address4, const uint8_t *address6,
			      const uint8_t *mac);

#endif
