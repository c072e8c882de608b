// SPDX-License-Identifier: BSD-2-Clause
#include "capture/packets.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <pcap/sll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/log.h"
#include "base/util.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define VLANS_MAX 3
#define EXTENSIONS_MAX 8
#define SECONDS_MAX ((int64_t)1 << 32) /* the year 2106 */

#define TCP_HEADER_BYTES 20
#define TCPOPT_END 0
#define TCPOPT_NOP 1
#define TCPOPT_TIMESTAMP 8
#define TCPOPT_TIMESTAMP_BYTES 10

enum unused {
	UNUSED_NONE = 0, /* it is of use */
	UNUSED_NOT_IP,
	UNUSED_NOT_TCP,
	UNUSED_FRAGMENT,
	UNUSED_CUT,
	UNUSED_MALFORMED,
	UNUSED_MAX,
};

static const char *const unused_names[] = {
	[UNUSED_NONE] = "",
	[UNUSED_NOT_IP] = "not IP",
	[UNUSED_NOT_TCP] = "not TCP",
	[UNUSED_FRAGMENT] = "later fragments",
	[UNUSED_CUT] = "captured too short for a TCP header (snap length)",
	[UNUSED_MALFORMED] = "malformed",
};
static_assert(ARRAY_SIZE(unused_names) == UNUSED_MAX, "every kind has a name");

struct packets {
	const char *name;
	struct input *in;
	uint64_t given_bytes; /* to libpcap, unpacked */
	pcap_t *pcap;
	int link;
	uint64_t number, used;
	uint64_t unused[UNUSED_MAX];
	bool ended, failed, hushed;
};

/* What is left of a packet: captured bytes, and how many there were on the wire. */
struct rest {
	const uint8_t *at;
	size_t captured, wire;
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static bool skip(struct rest *r, size_t n)
{
	if (r->captured < n || r->wire < n)
		return false;
	r->at += n;
	r->captured -= n;
	r->wire -= n;
	return true;
}

/* --- the file --- */

static ssize_t cookie_read(void *cookie, char *buf, size_t size)
{
	struct packets *p = cookie;
	ssize_t n = input__read(p->in, buf, size);

	if (n < 0) {
		errno = (int)-n;
		return -1;
	}
	p->given_bytes += (uint64_t)n;
	return n;
}

/* Only tells where we are: nothing here is ever read twice. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
	struct packets *p = cookie;

	if (whence != SEEK_CUR || *offset) {
		errno = ESPIPE;
		return -1;
	}
	*offset = (off64_t)p->given_bytes;
	return 0;
}

static int open_pcap(struct packets *p)
{
	static const int links[] = { DLT_EN10MB, DLT_RAW,  DLT_IPV4,	  DLT_IPV6,
				     DLT_NULL,	 DLT_LOOP, DLT_LINUX_SLL, DLT_LINUX_SLL2 };
	char error[PCAP_ERRBUF_SIZE] = "";
	cookie_io_functions_t io = { .read = cookie_read, .seek = cookie_seek };
	FILE *file = fopencookie(p, "rb", io);

	if (!file)
		return log_err(-ENOMEM, "out of memory");
	p->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!p->pcap) {
		fclose(file);
		return log_err(-EBADMSG, "%s: no capture that can be read: %s", p->name, error);
	}
	p->link = pcap_datalink(p->pcap);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		if (links[i] == p->link)
			return 0;
	}
	return log_err(-EBADMSG,
		       "%s: its link type, %s (%d), is none of those read here: Ethernet, Linux "
		       "cooked (any), raw IP, loopback",
		       p->name, pcap_datalink_val_to_name(p->link) ?: "unknown", p->link);
}

int packets__open(const char *name, struct packets **ret)
{
	struct packets *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return log_err(-ENOMEM, "out of memory");
	p->name = name;
	r = input__open(name, &p->in);
	if (!r)
		r = open_pcap(p);
	if (r) {
		packets__close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void packets__close(struct packets *p)
{
	if (!p)
		return;
	if (p->pcap)
		pcap_close(p->pcap);
	input__close(p->in);
	free(p);
}

void packets__hush(struct packets *p)
{
	p->hushed = true;
}

bool packets__failed(const struct packets *p)
{
	return p->failed;
}

void packets__complain(const struct packets *p)
{
	uint64_t skipped = 0;
	char text[512] = "";
	size_t at = 0;

	for (int u = UNUSED_NONE + 1; u < UNUSED_MAX; u++) {
		skipped += p->unused[u];
		if (p->unused[u] && at < sizeof(text))
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%" PRIu64 " %s",
					       at ? ", " : "", p->unused[u], unused_names[u]);
	}
	if (skipped)
		log_warn("%s: %" PRIu64 " TCP segments used, %" PRIu64 " packets not: %s", p->name,
			 p->used, skipped, text);
}

/* --- layers; each returns why the packet is of no use, UNUSED_NONE when it is --- */

static int to_ip_of_ethertype(struct rest *r, uint16_t type, struct packet *ret)
{
	for (int i = 0; (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) && i < VLANS_MAX; i++) {
		if (r->captured < 4)
			return UNUSED_CUT;
		type = be16(r->at + 2);
		skip(r, 4);
	}
	ret->family = type == ETHERTYPE_IPV4 ? AF_INET : type == ETHERTYPE_IPV6 ? AF_INET6 : 0;
	return ret->family ? UNUSED_NONE : UNUSED_NOT_IP;
}

static int to_ip_of_cooked(struct rest *r, size_t header, size_t type_at, size_t way_at,
			   struct packet *ret)
{
	const uint8_t *h = r->at;
	unsigned int way;

	if (!skip(r, header))
		return UNUSED_CUT;
	way = way_at == 0 ? be16(h) : h[way_at];
	ret->way = way == LINUX_SLL_OUTGOING ? WAY_OUT : way == LINUX_SLL_HOST ? WAY_IN : 0;
	return to_ip_of_ethertype(r, be16(h + type_at), ret);
}

static int to_ip(const struct packets *p, struct rest *r, struct packet *ret)
{
	const uint8_t *h = r->at;

	switch (p->link) {
	case DLT_EN10MB:
		return skip(r, 14) ? to_ip_of_ethertype(r, be16(h + 12), ret) : UNUSED_CUT;
	case DLT_LINUX_SLL:
		return to_ip_of_cooked(r, 16, 14, 0, ret);
	case DLT_LINUX_SLL2:
		return to_ip_of_cooked(r, 20, 0, 10, ret);
	case DLT_NULL:
	case DLT_LOOP: /* a family in some byte order; the IP version is as good */
		if (!skip(r, 4))
			return UNUSED_CUT;
		break;
	default:
		break;
	}
	if (!r->captured)
		return UNUSED_CUT;
	ret->family = *r->at >> 4 == 4 ? AF_INET : *r->at >> 4 == 6 ? AF_INET6 : 0;
	return ret->family ? UNUSED_NONE : UNUSED_NOT_IP;
}

static int to_tcp_of_ipv4(struct rest *r, struct packet *ret)
{
	const uint8_t *h = r->at;
	size_t header, total;

	if (r->captured < 20)
		return UNUSED_CUT;
	header = (size_t)(h[0] & 0xf) * 4;
	total = be16(h + 2);
	if (h[0] >> 4 != 4 || header < 20 || (total && total < header))
		return UNUSED_MALFORMED;
	if (h[9] != IPPROTO_TCP)
		return UNUSED_NOT_TCP;
	if (be16(h + 6) & 0x1fff)
		return UNUSED_FRAGMENT;
	ret->ttl = h[8];
	memcpy(ret->flow.source, h + 12, 4);
	memcpy(ret->flow.dest, h + 16, 4);
	/* 0: so large that it does not fit; the card cuts it up later. Short frames are padded. */
	if (total)
		r->wire = MIN(r->wire, total);
	r->captured = MIN(r->captured, r->wire);
	return skip(r, header) ? UNUSED_NONE : UNUSED_CUT;
}

static int to_tcp_of_ipv6(struct rest *r, struct packet *ret)
{
	const uint8_t *h = r->at;
	uint8_t next;

	if (r->captured < 40)
		return UNUSED_CUT;
	if (h[0] >> 4 != 6)
		return UNUSED_MALFORMED;
	next = h[6];
	ret->ttl = h[7];
	memcpy(ret->flow.source, h + 8, 16);
	memcpy(ret->flow.dest, h + 24, 16);
	if (be16(h + 4))
		r->wire = MIN(r->wire, be16(h + 4) + 40U);
	r->captured = MIN(r->captured, r->wire);
	skip(r, 40);
	for (int i = 0; i < EXTENSIONS_MAX && next != IPPROTO_TCP; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			return UNUSED_NOT_TCP;
		if (r->captured < 8)
			return UNUSED_CUT;
		if (next == IPPROTO_FRAGMENT && be16(r->at + 2) & 0xfff8)
			return UNUSED_FRAGMENT;
		h = r->at;
		if (!skip(r, next == IPPROTO_FRAGMENT ? 8 : (size_t)(h[1] + 1) * 8))
			return UNUSED_CUT;
		next = h[0];
	}
	return next == IPPROTO_TCP ? UNUSED_NONE : UNUSED_NOT_TCP;
}

static void read_options(const uint8_t *at, size_t n, struct packet *ret)
{
	while (n >= 2 && *at != TCPOPT_END) {
		size_t len = *at == TCPOPT_NOP ? 1 : at[1];

		if (len > n || (*at != TCPOPT_NOP && len < 2))
			return;
		if (*at == TCPOPT_TIMESTAMP && len == TCPOPT_TIMESTAMP_BYTES) {
			ret->has_ts = true;
			ret->ts_echo = be32(at + 6);
		}
		at += len;
		n -= len;
	}
}

static int read_tcp(struct rest *r, struct packet *ret)
{
	const uint8_t *h = r->at;
	size_t header;

	if (r->captured < TCP_HEADER_BYTES)
		return UNUSED_CUT;
	header = (size_t)(h[12] >> 4) * 4;
	if (header < TCP_HEADER_BYTES || header > r->wire)
		return UNUSED_MALFORMED;
	ret->flow.source_port = be16(h);
	ret->flow.dest_port = be16(h + 2);
	ret->seq = be32(h + 4);
	ret->ack = be32(h + 8);
	ret->flags = h[13];
	ret->window = be16(h + 14);
	ret->payload_bytes = (uint32_t)(r->wire - header);
	read_options(h + TCP_HEADER_BYTES, MIN(header, r->captured) - TCP_HEADER_BYTES, ret);
	return UNUSED_NONE;
}

static int dissect(const struct packets *p, struct rest *r, struct packet *ret)
{
	int why = to_ip(p, r, ret);

	if (!why)
		why = ret->family == AF_INET ? to_tcp_of_ipv4(r, ret) : to_tcp_of_ipv6(r, ret);
	return why ? why : read_tcp(r, ret);
}

/* --- one after the other --- */

static int end_of_capture(struct packets *p, int r)
{
	p->ended = true;
	if (r != PCAP_ERROR)
		return 0;
	p->failed = true;
	if (p->hushed)
		return 0;
	log_warn("%s: after packet %" PRIu64 ", at byte %ld: %s; what came before is used", p->name,
		 p->number, ftell(pcap_file(p->pcap)), pcap_geterr(p->pcap));
	return 0;
}

int packets__next(struct packets *p, struct packet *ret)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;

	while (!p->ended) {
		struct packet packet = {};
		int r = pcap_next_ex(p->pcap, &header, &data), why;
		struct rest rest;

		if (r != 1)
			return end_of_capture(p, r);
		p->number++;
		rest = (struct rest){ data, header->caplen, MAX(header->len, header->caplen) };
		why = header->ts.tv_sec < 0 || header->ts.tv_sec > SECONDS_MAX
			      ? UNUSED_MALFORMED
			      : dissect(p, &rest, &packet);
		if (why) {
			p->unused[why]++;
			continue;
		}
		packet.number = p->number;
		/* With this precision the field for microseconds holds nanoseconds. */
		packet.ts_ns =
			(uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
		p->used++;
		*ret = packet;
		return 1;
	}
	return 0;
}
