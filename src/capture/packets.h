/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP segments out of a capture: pcap or pcapng of any byte order and precision, also gzip or
 * zstd. What is no TCP, or was cut too short, is counted; the good part is used.
 */
#ifndef CAPTURE_PACKETS_H
#define CAPTURE_PACKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "idlewatch.h"

/* Of packet.flags, as in the TCP header. */
#define SEGMENT_FIN 0x01
#define SEGMENT_SYN 0x02
#define SEGMENT_RST 0x04
#define SEGMENT_ACK 0x10

enum packet_way {
	WAY_UNKNOWN = 0,
	WAY_IN, /* the capture says that it came in */
	WAY_OUT,
};

struct packet {
	uint64_t number; /* in the file, from 1 */
	uint64_t ts_ns; /* since the epoch */
	uint16_t family; /* AF_INET or AF_INET6 */
	struct iw_flow flow; /* who sends to whom */
	uint32_t seq, ack;
	uint32_t payload_bytes; /* on the wire, captured or not */
	uint16_t window;
	uint8_t flags; /* SEGMENT_* */
	uint8_t ttl;
	enum packet_way way;
	bool has_ts; /* the time stamp option was captured */
	uint32_t ts_echo;
};

struct packets;

/* name is kept, not copied. Logs and returns a negative errno when it is no capture. */
int packets__open(const char *name, struct packets **ret);
void packets__close(struct packets *p);

/* Says nothing more of what is wrong with the file: another reading has or will. */
void packets__hush(struct packets *p);

/* The next TCP segment: 1, or 0 at the end; logs when the rest of the file cannot be read. */
int packets__next(struct packets *p, struct packet *ret);

/* Whether the file was not read to its end. */
bool packets__failed(const struct packets *p);

/* Says on stderr how many packets were not used, and why, if any were. */
void packets__complain(const struct packets *p);

#endif /* CAPTURE_PACKETS_H */
