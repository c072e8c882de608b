// SPDX-License-Identifier: BSD-2-Clause
/* Captures: every layer and where it may be cut, spoilt or lie, and files of all kinds. */
#include <errno.h>

#include "capture/packets.h"
#include "frames.h"
#include "given_file.h"

static struct packets *open_given(struct given_file *f, const struct capture *c)
{
	struct packets *p;

	give(f, c->bytes, c->n);
	assert_int_equal(packets__open(f->name, &p), 0);
	return p;
}

/* Reads a capture of this one frame; 1 when it is of use. What is said of it stays in f. */
static int read_some(struct given_file *f, uint32_t link, const struct frame *frame,
		     size_t captured, size_t wire, struct packet *ret)
{
	struct capture c = { .n = 0 };
	struct packets *p;
	struct packet other;
	int r;

	begin_capture(&c, MAGIC_MICROSECONDS, link);
	add_packet(&c, 1000, 5, frame, captured, wire);
	p = open_given(f, &c);
	r = packets__next(p, ret);
	if (r)
		assert_int_equal(packets__next(p, &other), 0);
	assert_false(packets__failed(p));
	packets__complain(p);
	packets__close(p);
	said_on_stderr(f);
	return r;
}

/* The segment that is in all frames. */
static struct packet read_frame(struct given_file *f, uint32_t link, const struct frame *frame)
{
	struct packet p;

	assert_int_equal(read_some(f, link, frame, frame->n, frame->n, &p), 1);
	assert_string_equal(f->said, "");
	assert_int_equal(p.flow.source_port, 40000);
	assert_int_equal(p.flow.dest_port, 22);
	assert_int_equal(p.seq, 0x800003e8);
	assert_int_equal(p.ack, 0x900007d0);
	assert_int_equal(p.flags, SEGMENT_ACK | SEGMENT_FIN);
	assert_int_equal(p.window, 500);
	assert_int_equal(p.number, 1);
	assert_int_equal(p.ts_ns, 1000 * NS_PER_S + 5000);
	return p;
}

static void assert_unused(struct given_file *f, uint32_t link, const struct frame *frame,
			  const char *why)
{
	struct packet p;
	char expected[128];

	assert_int_equal(read_some(f, link, frame, frame->n, frame->n, &p), 0);
	snprintf(expected, sizeof(expected), "0 TCP segments used, 1 packets not: 1 %s\n", why);
	assert_contains(f->said, expected);
}

#define CUT "captured too short for a TCP header (snap length)"

/* --- links --- */

FILE_TEST(a_segment_is_read)
{
	struct frame frame = usual_frame();
	struct packet p = read_frame(f, LINKTYPE_ETHERNET, &frame);

	assert_int_equal(p.family, AF_INET);
	assert_memory_equal(p.flow.source, ((uint8_t[16]){ 10, 1, 1, 1 }), 16);
	assert_memory_equal(p.flow.dest, ((uint8_t[16]){ 10, 2, 2, 2 }), 16);
	assert_int_equal(p.ttl, 61);
	assert_int_equal(p.payload_bytes, 100);
	assert_int_equal(p.way, WAY_UNKNOWN);
	assert_true(p.has_ts);
	assert_int_equal(p.ts_echo, 0x01020304);
}

FILE_TEST(ipv6_is_read)
{
	struct frame frame = { .n = 0 };
	struct packet p;

	add_ethernet(&frame, 0x86dd);
	add_ipv6(&frame, IPPROTO_TCP, 20 + 7);
	add_tcp(&frame, NULL, 0, 7);
	p = read_frame(f, LINKTYPE_ETHERNET, &frame);
	assert_int_equal(p.family, AF_INET6);
	assert_memory_equal(p.flow.source, ((uint8_t[16]){ 0xfd, [15] = 1 }), 16);
	assert_memory_equal(p.flow.dest, ((uint8_t[16]){ 0xfd, [15] = 2 }), 16);
	assert_int_equal(p.ttl, 62);
	assert_int_equal(p.payload_bytes, 7);
	assert_false(p.has_ts);
}

/* What stands before the IP packet, for each kind of link. */
static const struct link_case {
	uint32_t link;
	size_t n;
	uint8_t bytes[20];
	enum packet_way way;
} link_cases[] = {
	{ LINKTYPE_RAW, 0, {}, WAY_UNKNOWN },
	{ LINKTYPE_IPV4, 0, {}, WAY_UNKNOWN },
	{ LINKTYPE_LOOP, 4, { 0, 0, 0, 2 }, WAY_UNKNOWN },
	{ 0 /* null */, 4, { 2, 0, 0, 0 }, WAY_UNKNOWN },
	{ LINKTYPE_SLL, 16, { 0, 4, 0, 1, 0, 6, [14] = 8, 0 }, WAY_OUT },
	{ LINKTYPE_SLL, 16, { 0, 0, 0, 1, 0, 6, [14] = 8, 0 }, WAY_IN },
	{ LINKTYPE_SLL, 16, { 0, 3, 0, 1, 0, 6, [14] = 8, 0 }, WAY_UNKNOWN },
	{ LINKTYPE_SLL2, 20, { 8, 0, [9] = 1, [10] = 4 }, WAY_OUT },
	{ LINKTYPE_SLL2, 20, { 8, 0, [9] = 1, [10] = 0 }, WAY_IN },
	{ LINKTYPE_SLL2, 20, { 8, 0, [9] = 1, [10] = 1 }, WAY_UNKNOWN },
	{ LINKTYPE_ETHERNET, 14, { [12] = 8, 0 }, WAY_UNKNOWN },
};

FILE_TEST(every_link_is_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(link_cases); i++) {
		const struct link_case *l = &link_cases[i];
		struct frame frame = { .n = 0 };
		struct packet p;

		add_bytes(&frame, l->bytes, l->n);
		add_ipv4(&frame, IPPROTO_TCP, 20);
		add_tcp(&frame, NULL, 0, 0);
		p = read_frame(f, l->link, &frame);
		assert_int_equal(p.way, l->way);
		assert_int_equal(p.family, AF_INET);
		assert_int_equal(p.payload_bytes, 0);
	}
}

FILE_TEST(a_link_that_is_cut_is_seen)
{
	for (size_t i = 0; i < ARRAY_SIZE(link_cases); i++) {
		struct frame frame = { .n = 0 };

		add_bytes(&frame, link_cases[i].bytes, link_cases[i].n);
		for (; frame.n; frame.n--)
			assert_unused(f, link_cases[i].link, &frame, CUT);
		assert_unused(f, link_cases[i].link, &frame, CUT);
	}
}

FILE_TEST(without_a_link_the_version_tells_the_family)
{
	struct frame frame = { .n = 0 };

	add_ipv6(&frame, IPPROTO_TCP, 20);
	add_tcp(&frame, NULL, 0, 0);
	assert_int_equal(read_frame(f, LINKTYPE_RAW, &frame).family, AF_INET6);
	assert_int_equal(read_frame(f, LINKTYPE_IPV6, &frame).family, AF_INET6);
	frame.bytes[0] = 0x50;
	assert_unused(f, LINKTYPE_RAW, &frame, "not IP");
}

FILE_TEST(three_vlans_are_seen_through)
{
	for (unsigned int vlans = 1; vlans <= 4; vlans++) {
		struct frame frame = { .n = 0 };

		add_ethernet(&frame, 0x88a8);
		for (unsigned int i = 1; i < vlans; i++) {
			add16(&frame, 5);
			add16(&frame, 0x8100);
		}
		add16(&frame, 5);
		assert_unused(f, LINKTYPE_ETHERNET, &frame, vlans <= 3 ? CUT : "not IP");
		add16(&frame, 0x0800);
		add_ipv4(&frame, IPPROTO_TCP, 20);
		add_tcp(&frame, NULL, 0, 0);
		if (vlans <= 3)
			read_frame(f, LINKTYPE_ETHERNET, &frame);
		else
			assert_unused(f, LINKTYPE_ETHERNET, &frame, "not IP");
	}
}

FILE_TEST(other_protocols_are_not_ip)
{
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x0806);
	add_zeros(&frame, 28);
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "not IP");
}

/* --- IPv4 --- */

/* The usual frame with one byte of its IP header changed. */
static struct frame spoilt_ip(size_t at, uint8_t value)
{
	struct frame frame = usual_frame();

	frame.bytes[14 + at] = value;
	return frame;
}

FILE_TEST(an_ip_header_that_lies_is_malformed)
{
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = { { 0, 0x65 }, { 0, 0x05 }, { 0, 0x44 }, { 0, 0x40 } };
	struct frame frame;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		frame = spoilt_ip(lies[i].at, lies[i].value);
		assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
	}
	frame = spoilt_ip(2, 0);
	frame.bytes[14 + 3] = 19; /* shorter than its own header */
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
	frame = spoilt_ip(0, 0x4f); /* and longer than its header says */
	frame.bytes[14 + 2] = 0;
	frame.bytes[14 + 3] = 59;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
}

FILE_TEST(ip_options_are_passed_over)
{
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x0800);
	add_ipv4(&frame, IPPROTO_TCP, 40 + 20 + 3);
	frame.bytes[14] = 0x4f;
	add_zeros(&frame, 40);
	add_tcp(&frame, NULL, 0, 3);
	assert_int_equal(read_frame(f, LINKTYPE_ETHERNET, &frame).payload_bytes, 3);
}

FILE_TEST(only_tcp_is_used)
{
	struct frame frame = spoilt_ip(9, IPPROTO_UDP);

	assert_unused(f, LINKTYPE_ETHERNET, &frame, "not TCP");
}

FILE_TEST(only_the_first_fragment_has_ports)
{
	struct frame first = spoilt_ip(6, 0x20), later = spoilt_ip(7, 1), last = spoilt_ip(6, 0x1f);

	read_frame(f, LINKTYPE_ETHERNET, &first);
	assert_unused(f, LINKTYPE_ETHERNET, &later, "later fragments");
	assert_unused(f, LINKTYPE_ETHERNET, &last, "later fragments");
}

/* Ethernet has no frames of less than 60 bytes. */
FILE_TEST(padding_is_no_payload)
{
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x0800);
	add_ipv4(&frame, IPPROTO_TCP, 20 + 1);
	add_tcp(&frame, NULL, 0, 1);
	add_zeros(&frame, 5);
	assert_int_equal(read_frame(f, LINKTYPE_ETHERNET, &frame).payload_bytes, 1);
	/* Nor is it the header of a packet that ends before. */
	frame.bytes[14 + 3] = 20 + 19;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, CUT);
}

/* Captured before the card cuts it up: the length does not fit in the header. */
FILE_TEST(a_length_of_nothing_is_that_of_the_frame)
{
	struct frame frame = spoilt_ip(2, 0);
	struct packet p;

	frame.bytes[14 + 3] = 0;
	assert_int_equal(read_some(f, LINKTYPE_ETHERNET, &frame, 96, 100000, &p), 1);
	assert_int_equal(p.payload_bytes, 100000 - 14 - 20 - 20 - sizeof(stamps));
}

FILE_TEST(a_length_beyond_the_frame_is_not_believed)
{
	struct frame frame = spoilt_ip(2, 0xff);

	assert_int_equal(read_frame(f, LINKTYPE_ETHERNET, &frame).payload_bytes, 100);
}

/* --- IPv6 --- */

/* That many extension headers, each of 8 * (1 + i) bytes, and a segment behind them. */
static struct frame extended(unsigned int n)
{
	static const uint8_t kinds[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS };
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x86dd);
	add_ipv6(&frame, n ? kinds[0] : IPPROTO_TCP, 0);
	for (unsigned int i = 0; i < n; i++) {
		add_bytes(&frame,
			  (uint8_t[]){ i + 1 < n ? kinds[(i + 1) % 3] : IPPROTO_TCP, (uint8_t)i },
			  2);
		add_zeros(&frame, 6 + i * 8);
	}
	add_tcp(&frame, NULL, 0, 9);
	return frame;
}

FILE_TEST(eight_extensions_are_passed_over)
{
	struct frame frame;

	for (unsigned int n = 0; n <= 8; n++) {
		frame = extended(n);
		assert_int_equal(read_frame(f, LINKTYPE_ETHERNET, &frame).payload_bytes, 9);
	}
	frame = extended(9);
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "not TCP");
}

FILE_TEST(extensions_that_are_cut_or_lie_are_seen)
{
	struct frame whole = extended(2), frame = whole;

	for (frame.n = 14 + 40; frame.n < whole.n - 9 - 20; frame.n++)
		assert_unused(f, LINKTYPE_ETHERNET, &frame, CUT);
	frame = whole;
	frame.bytes[14 + 40 + 1] = 255; /* longer than all of it */
	assert_unused(f, LINKTYPE_ETHERNET, &frame, CUT);
	frame = whole;
	frame.bytes[14 + 40] = 59; /* no next header */
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "not TCP");
	frame = whole;
	frame.bytes[14] = 0x40;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
}

FILE_TEST(of_ipv6_only_the_first_fragment_has_ports)
{
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x86dd);
	add_ipv6(&frame, IPPROTO_FRAGMENT, 8 + 20);
	/* Its second byte is reserved, and no length. */
	add_bytes(&frame, (uint8_t[]){ IPPROTO_TCP, 77, 0, 1, 0, 0, 0, 1 }, 8);
	add_tcp(&frame, NULL, 0, 0);
	read_frame(f, LINKTYPE_ETHERNET, &frame);
	frame.bytes[14 + 40 + 3] = 8;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "later fragments");
}

FILE_TEST(ipv6_padding_is_no_payload)
{
	struct frame frame = { .n = 0 };

	add_ethernet(&frame, 0x86dd);
	add_ipv6(&frame, IPPROTO_TCP, 20 + 1);
	add_tcp(&frame, NULL, 0, 5);
	assert_int_equal(read_frame(f, LINKTYPE_ETHERNET, &frame).payload_bytes, 1);
	frame.bytes[14 + 5] = 19;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, CUT);
}

/* --- TCP --- */

FILE_TEST(a_tcp_header_that_lies_is_malformed)
{
	struct frame frame = usual_frame();
	size_t at = 14 + 20 + 12;

	frame.bytes[at] = 0x40;
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
	frame = (struct frame){ .n = 0 };
	add_ethernet(&frame, 0x0800);
	add_ipv4(&frame, IPPROTO_TCP, 20 + 3);
	add_tcp(&frame, NULL, 0, 3);
	frame.bytes[at] = 0x60; /* four bytes of options where only three are */
	assert_unused(f, LINKTYPE_ETHERNET, &frame, "malformed");
}

FILE_TEST(an_ipv6_frame_cut_anywhere_is_used_from_its_header_on)
{
	struct frame frame = extended(1);
	struct packet p;

	for (size_t n = 0; n <= frame.n; n++) {
		bool used = read_some(f, LINKTYPE_ETHERNET, &frame, n, frame.n, &p);

		assert_int_equal(used, n >= 14 + 40 + 8 + 20);
		if (used)
			assert_int_equal(p.payload_bytes, 9);
		else
			assert_contains(f->said, CUT);
	}
}

/* The snap length may be anything. */
FILE_TEST(a_frame_cut_anywhere_is_used_from_its_header_on)
{
	struct frame frame = usual_frame();
	size_t header = 14 + 20 + 20;
	struct packet p;

	for (size_t n = 0; n <= frame.n; n++) {
		if (read_some(f, LINKTYPE_ETHERNET, &frame, n, frame.n, &p)) {
			assert_true(n >= header);
			assert_int_equal(p.payload_bytes, 100);
			assert_int_equal(p.window, 500);
			assert_int_equal(p.has_ts, n >= header + sizeof(stamps));
		} else {
			assert_true(n < header);
			assert_contains(f->said, CUT);
		}
	}
}

FILE_TEST(options_that_lie_end_the_options)
{
	static const struct {
		uint8_t bytes[16];
		size_t n;
		bool has_ts;
	} cases[] = {
		{ { 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 10, true },
		{ { 2, 4, 5, 180, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 14, true },
		{ { 0, 2, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 12, false }, /* behind their end */
		{ { 2, 0, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 12, false }, /* no length */
		{ { 2, 1, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 12, false },
		{ { 8, 9, 0, 0, 0, 9, 1, 2, 3, 1, 1, 1 }, 12, false }, /* of another length */
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 8, 10, 0, 0 }, 12, false }, /* beyond the header */
		{ { 253, 255, 8, 10, 0, 0, 0, 9, 1, 2, 3, 4 }, 12, false },
		{ { 1, 1, 1, 8 }, 4, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct frame frame = { .n = 0 };
		struct packet p;

		add_ethernet(&frame, 0x0800);
		add_ipv4(&frame, IPPROTO_TCP, 20 + (cases[i].n + 3) / 4 * 4);
		add_tcp(&frame, cases[i].bytes, cases[i].n, 0);
		p = read_frame(f, LINKTYPE_ETHERNET, &frame);
		assert_int_equal(p.has_ts, cases[i].has_ts);
		assert_int_equal(p.ts_echo, cases[i].has_ts ? 0x01020304 : 0);
	}
}
