/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets byte by byte, and the captures that hold them. All of them carry one segment. */
#ifndef FRAMES_H
#define FRAMES_H

#include <byteswap.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdbool.h>

#include "check.h"

/* What follows the magic number of a file whose link type is in its header. */
#define LINKTYPE_ETHERNET 1
#define LINKTYPE_RAW 101
#define LINKTYPE_LOOP 108
#define LINKTYPE_SLL 113
#define LINKTYPE_IPV4 228
#define LINKTYPE_IPV6 229
#define LINKTYPE_SLL2 276

#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define MAGIC_NANOSECONDS 0xa1b23c4d

struct frame {
	uint8_t bytes[1024];
	size_t n;
};

static inline void add_bytes(struct frame *f, const void *bytes, size_t n)
{
	assert_true(n <= sizeof(f->bytes) - f->n);
	if (n)
		memcpy(f->bytes + f->n, bytes, n);
	f->n += n;
}

static inline void add_zeros(struct frame *f, size_t n)
{
	assert_true(n <= sizeof(f->bytes) - f->n);
	memset(f->bytes + f->n, 0, n);
	f->n += n;
}

static inline void add16(struct frame *f, uint16_t value)
{
	add_bytes(f, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static inline void add_ethernet(struct frame *f, uint16_t type)
{
	add_bytes(f, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	add16(f, type);
}

/* From 10.1.1.1 to 10.2.2.2, with so many bytes behind it. */
static inline void add_ipv4(struct frame *f, uint8_t protocol, size_t more)
{
	add16(f, 0x4500);
	add16(f, (uint16_t)(20 + more));
	add_zeros(f, 4);
	add_bytes(f, (uint8_t[]){ 61, protocol, 0, 0 }, 4);
	add_bytes(f, "\x0a\x01\x01\x01\x0a\x02\x02\x02", 8);
}

/* From fd00::1 to fd00::2. */
static inline void add_ipv6(struct frame *f, uint8_t next, size_t more)
{
	static const uint8_t from[16] = { 0xfd, [15] = 1 }, to[16] = { 0xfd, [15] = 2 };

	add_bytes(f, "\x60\x00\x00\x00", 4);
	add16(f, (uint16_t)more);
	add_bytes(f, (uint8_t[]){ next, 62 }, 2);
	add_bytes(f, from, sizeof(from));
	add_bytes(f, to, sizeof(to));
}

/* From port 40000 to 22, with options, which are padded, and so much payload. */
static inline void add_tcp(struct frame *f, const void *options, size_t n_options, size_t payload)
{
	size_t header = 20 + (n_options + 3) / 4 * 4;

	add16(f, 40000);
	add16(f, 22);
	add_bytes(f, "\x80\x00\x03\xe8\x90\x00\x07\xd0", 8);
	add_bytes(f, (uint8_t[]){ (uint8_t)(header / 4 << 4), 0x11 }, 2);
	add_bytes(f, "\x01\xf4\x00\x00\x00\x00", 6);
	add_bytes(f, options, n_options);
	add_zeros(f, header - 20 - n_options + payload);
}

/* The time stamp option as Linux writes it, with an echo of 0x01020304. */
static const uint8_t stamps[] = { 1, 1, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 };

/* The usual one: in Ethernet and IPv4, with 100 bytes of payload. */
static inline struct frame usual_frame(void)
{
	struct frame f = { .n = 0 };

	add_ethernet(&f, 0x0800);
	add_ipv4(&f, IPPROTO_TCP, 20 + sizeof(stamps) + 100);
	add_tcp(&f, stamps, sizeof(stamps), 100);
	return f;
}

struct capture {
	bool swapped; /* of a machine of the other byte order */
	uint8_t bytes[65536];
	size_t n;
};

static inline void add32_native(struct capture *c, uint32_t value)
{
	if (c->swapped)
		value = bswap_32(value);
	assert_true(c->n + 4 <= sizeof(c->bytes));
	memcpy(c->bytes + c->n, &value, 4);
	c->n += 4;
}

static inline void begin_capture(struct capture *c, uint32_t magic, uint32_t link)
{
	c->n = 0;
	add32_native(c, magic);
	add32_native(c, c->swapped ? 0x00020004 : 0x00040002); /* version 2.4, two halves */
	add32_native(c, 0);
	add32_native(c, 0);
	add32_native(c, 262144);
	add32_native(c, link);
}

/* The first bytes of a frame that was longer on the wire. */
static inline void add_packet(struct capture *c, uint32_t s, uint32_t fraction,
			      const struct frame *f, size_t captured, size_t wire)
{
	add32_native(c, s);
	add32_native(c, fraction);
	add32_native(c, (uint32_t)captured);
	add32_native(c, (uint32_t)wire);
	assert_true(captured <= f->n && captured <= sizeof(c->bytes) - c->n);
	memcpy(c->bytes + c->n, f->bytes, captured);
	c->n += captured;
}

#endif /* FRAMES_H */
