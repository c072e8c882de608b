// SPDX-License-Identifier: BSD-2-Clause
/* Files of packets: formats, clocks, what is no capture, where one ends too early. */
#include <errno.h>

#include "capture/packets.h"
#include "frames.h"
#include "given_file.h"

/* A capture of that many usual frames, a second apart. */
static struct capture usual_capture(unsigned int n)
{
	struct capture c = { .n = 0 };
	struct frame frame = usual_frame();

	begin_capture(&c, MAGIC_MICROSECONDS, LINKTYPE_ETHERNET);
	for (unsigned int i = 0; i < n; i++)
		add_packet(&c, 1000 + i, 5, &frame, frame.n, frame.n);
	return c;
}

/* How many segments are in what the file holds; the last of them, and whether it failed. */
static unsigned int count_segments(struct given_file *f, struct packet *ret, bool *ret_failed)
{
	struct packets *p;
	unsigned int n = 0;

	assert_int_equal(packets__open(f->name, &p), 0);
	while (packets__next(p, ret))
		n++;
	assert_int_equal(packets__next(p, ret), 0);
	*ret_failed = packets__failed(p);
	packets__close(p);
	return n;
}

static void assert_no_capture(struct given_file *f, const void *bytes, size_t n, const char *why)
{
	struct packets *p = NULL;

	give(f, bytes, n);
	assert_int_equal(packets__open(f->name, &p), -EBADMSG);
	assert_null(p);
	said_on_stderr(f);
	assert_contains(f->said, f->name);
	assert_contains(f->said, why);
}

/* --- formats and clocks --- */

FILE_TEST(any_byte_order_and_precision_is_read)
{
	struct frame frame = usual_frame();

	for (unsigned int i = 0; i < 4; i++) {
		struct capture c = { .swapped = i & 1 };
		struct packet p;
		bool failed;

		begin_capture(&c, i & 2 ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS,
			      LINKTYPE_ETHERNET);
		add_packet(&c, 1700000000, 987654, &frame, frame.n, frame.n);
		give(f, c.bytes, c.n);
		assert_int_equal(count_segments(f, &p, &failed), 1);
		assert_false(failed);
		assert_int_equal(p.ts_ns,
				 1700000000 * NS_PER_S + (i & 2 ? 987654 : 987654 * NS_PER_US));
		assert_int_equal(p.payload_bytes, 100);
	}
}

/* A block of pcapng; its length stands at both of its ends. */
static void add_block(struct capture *c, uint32_t type, const struct frame *body)
{
	size_t padded = (body->n + 3) / 4 * 4;

	add32_native(c, type);
	add32_native(c, (uint32_t)(12 + padded));
	memset(c->bytes + c->n, 0, padded);
	memcpy(c->bytes + c->n, body->bytes, body->n);
	c->n += padded;
	add32_native(c, (uint32_t)(12 + padded));
}

FILE_TEST(pcapng_is_read)
{
	struct frame section = { .n = 0 }, interface = { .n = 0 }, body = { .n = 0 };
	struct frame frame = usual_frame();
	struct capture c = { .n = 0 };
	struct packet p;
	uint32_t words[5] = { 0, 0, 5000, (uint32_t)frame.n, (uint32_t)frame.n };
	bool failed;

	add_bytes(&section, (uint32_t[]){ 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX }, 16);
	add_bytes(&interface, (uint32_t[]){ LINKTYPE_ETHERNET, 0 }, 8);
	add_bytes(&body, words, sizeof(words));
	add_bytes(&body, frame.bytes, frame.n);
	add_block(&c, 0x0a0d0d0a, &section);
	add_block(&c, 1, &interface);
	add_block(&c, 6, &body);
	give(f, c.bytes, c.n);
	assert_int_equal(count_segments(f, &p, &failed), 1);
	assert_false(failed);
	assert_int_equal(p.ts_ns, 5 * NS_PER_MS);
	assert_int_equal(p.seq, 0x800003e8);
}

FILE_TEST(compressed_captures_are_read)
{
	struct capture c = usual_capture(100);
	struct packet p;
	bool failed;

	give_gzip(f, c.bytes, c.n, 0);
	assert_int_equal(count_segments(f, &p, &failed), 100);
	assert_int_equal(p.number, 100);
	assert_false(failed);
	give_gzip(f, c.bytes, c.n, 12);
	assert_true(count_segments(f, &p, &failed) > 0);
	assert_true(failed);
}

/* A negative time is before the epoch, and as an unsigned one it is none of ours. */
FILE_TEST(times_out_of_reach_are_malformed)
{
	struct frame frame = usual_frame();
	struct capture c = usual_capture(1);
	struct packets *p;
	struct packet packet;

	add_packet(&c, 0x80000000, 0, &frame, frame.n, frame.n);
	add_packet(&c, 0x7fffffff, 999999, &frame, frame.n, frame.n);
	add_packet(&c, 0, 0, &frame, frame.n, frame.n);
	give(f, c.bytes, c.n);
	assert_int_equal(packets__open(f->name, &p), 0);
	assert_int_equal(packets__next(p, &packet), 1);
	assert_int_equal(packets__next(p, &packet), 1);
	assert_int_equal(packet.number, 3);
	assert_int_equal(packet.ts_ns, 0x7fffffff * NS_PER_S + 999999000);
	assert_int_equal(packets__next(p, &packet), 1);
	assert_int_equal(packet.ts_ns, 0);
	packets__complain(p);
	assert_contains(said_on_stderr(f), "3 TCP segments used, 1 packets not: 1 malformed\n");
	packets__close(p);
}

/* --- counts --- */

FILE_TEST(all_packets_are_counted_and_numbered)
{
	struct frame frame = usual_frame(), udp = frame, fragment = frame, lie = frame,
		     arp = { .n = 0 };
	struct capture c = { .n = 0 };
	struct packets *p;
	struct packet packet;
	char expected[256];

	udp.bytes[14 + 9] = IPPROTO_UDP;
	fragment.bytes[14 + 7] = 1;
	lie.bytes[14] = 0x41;
	add_ethernet(&arp, 0x0806);
	begin_capture(&c, MAGIC_MICROSECONDS, LINKTYPE_ETHERNET);
	add_packet(&c, 1, 0, &arp, arp.n, arp.n);
	add_packet(&c, 2, 0, &udp, udp.n, udp.n);
	add_packet(&c, 3, 0, &frame, frame.n, frame.n);
	add_packet(&c, 4, 0, &fragment, fragment.n, fragment.n);
	add_packet(&c, 5, 0, &frame, 40, frame.n);
	add_packet(&c, 6, 0, &lie, lie.n, lie.n);
	add_packet(&c, 7, 0, &udp, udp.n, udp.n);
	add_packet(&c, 8, 0, &frame, frame.n, frame.n);
	give(f, c.bytes, c.n);
	assert_int_equal(packets__open(f->name, &p), 0);
	assert_int_equal(packets__next(p, &packet), 1);
	assert_int_equal(packet.number, 3);
	assert_int_equal(packets__next(p, &packet), 1);
	assert_int_equal(packet.number, 8);
	assert_int_equal(packets__next(p, &packet), 0);
	assert_string_equal(said_on_stderr(f), "");
	packets__complain(p);
	packets__close(p);
	snprintf(expected, sizeof(expected),
		 "idlewatch: %s: 2 TCP segments used, 6 packets not: 1 not IP, 2 not TCP, 1 later "
		 "fragments, 1 captured too short for a TCP header (snap length), 1 malformed\n",
		 f->name);
	assert_string_equal(said_on_stderr(f), expected);
}

/* A file may say that less was on the wire than it holds. */
FILE_TEST(what_was_captured_was_on_the_wire)
{
	struct frame frame = usual_frame();
	struct capture c = usual_capture(0);
	struct packet p;
	bool failed;

	add_packet(&c, 1, 0, &frame, frame.n, 1);
	give(f, c.bytes, c.n);
	assert_int_equal(count_segments(f, &p, &failed), 1);
	assert_int_equal(p.payload_bytes, 100);
}

/* --- no capture, or not all of one --- */

FILE_TEST(what_is_no_capture_is_refused)
{
	struct capture c = usual_capture(1);

	assert_no_capture(f, "", 0, "no capture that can be read");
	assert_no_capture(f, "{\"schema\":1}\n{\"schema\":1}\n", 26, "no capture that can be read");
	assert_no_capture(f, c.bytes, 10, "no capture that can be read");
	assert_no_capture(f, c.bytes, 23, "no capture that can be read");
}

FILE_TEST(another_link_type_is_named)
{
	struct capture c = { .n = 0 };

	begin_capture(&c, MAGIC_MICROSECONDS, 105);
	assert_no_capture(f, c.bytes, c.n,
			  "its link type, IEEE802_11 (105), is none of those read here");
	begin_capture(&c, MAGIC_MICROSECONDS, 65000);
	assert_no_capture(f, c.bytes, c.n, "its link type, unknown (65000), is none");
}

FILE_TEST(a_capture_that_is_not_there_is_named)
{
	struct packets *p = NULL;

	assert_int_equal(packets__open("/proc/self/no-such-file", &p), -ENOENT);
	assert_null(p);
	assert_contains(said_on_stderr(f), "cannot read /proc/self/no-such-file: No such file");
}

FILE_TEST(a_capture_of_nothing_is_one)
{
	struct capture c = usual_capture(0);
	struct packet p;
	bool failed;

	give(f, c.bytes, c.n);
	assert_int_equal(count_segments(f, &p, &failed), 0);
	assert_false(failed);
	assert_string_equal(said_on_stderr(f), "");
}

FILE_TEST(a_capture_cut_anywhere_is_good_up_to_there)
{
	struct capture c = usual_capture(3);
	size_t each = (c.n - 24) / 3;
	struct packet p;
	bool failed;

	for (size_t n = 24; n <= c.n; n++) {
		bool whole = (n - 24) % each == 0;

		give(f, c.bytes, n);
		assert_int_equal(count_segments(f, &p, &failed), (n - 24) / each);
		assert_int_equal(failed, !whole);
		said_on_stderr(f);
		if (whole)
			assert_string_equal(f->said, "");
		else
			assert_contains(f->said, "; what came before is used\n");
	}
}

FILE_TEST(where_it_is_cut_is_said_once)
{
	struct capture c = usual_capture(2);
	struct packets *p;
	struct packet packet;
	char expected[64];

	give(f, c.bytes, c.n - 1);
	assert_int_equal(packets__open(f->name, &p), 0);
	while (packets__next(p, &packet))
		continue;
	packets__next(p, &packet);
	packets__close(p);
	snprintf(expected, sizeof(expected), "%s: after packet 1, at byte %zu: ", f->name, c.n - 1);
	said_on_stderr(f);
	assert_contains(f->said, expected);
	assert_null(strstr(strstr(f->said, expected) + 1, f->name));
}

FILE_TEST(another_reading_has_said_it)
{
	struct capture c = usual_capture(2);
	struct packets *p;
	struct packet packet;

	give(f, c.bytes, c.n - 1);
	assert_int_equal(packets__open(f->name, &p), 0);
	packets__hush(p);
	while (packets__next(p, &packet))
		continue;
	assert_true(packets__failed(p));
	packets__close(p);
	assert_string_equal(said_on_stderr(f), "");
}

FILE_TEST(a_packet_of_any_length_is_not_believed)
{
	static const uint32_t lengths[] = { 262145, 0x7fffffff, 0x80000000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct capture c = usual_capture(1);
		struct packet p;
		bool failed;

		add32_native(&c, 1);
		add32_native(&c, 0);
		add32_native(&c, lengths[i]);
		add32_native(&c, lengths[i]);
		give(f, c.bytes, c.n);
		assert_int_equal(count_segments(f, &p, &failed), 1);
		assert_true(failed);
		assert_contains(said_on_stderr(f), "after packet 1");
	}
}

/* Any damage at all: it ends, and what is used is numbered and has a payload that can be. */
FILE_TEST(damaged_captures_are_read_to_some_end)
{
	uint64_t seed = 4711;

	for (unsigned int round = 0; round < 3000; round++) {
		struct capture c = usual_capture(3);
		uint64_t before = 0;
		struct packets *p;
		struct packet packet;

		for (unsigned int k = 0; k <= round % 4; k++)
			c.bytes[next_random(&seed) % c.n] = (uint8_t)next_random(&seed);
		give(f, c.bytes, c.n);
		if (packets__open(f->name, &p))
			continue;
		while (packets__next(p, &packet)) {
			assert_true(packet.number > before && packet.number <= 3);
			assert_true(packet.family == AF_INET || packet.family == AF_INET6);
			before = packet.number;
		}
		packets__close(p);
	}
}
