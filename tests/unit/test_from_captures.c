// SPDX-License-Identifier: BSD-2-Clause
/* Captures to a correlation: a connection that dies in one, and captures of little use. */
#include "ends/from_captures.h"

#include <errno.h>

#include "frames.h"
#include "given_file.h"

#define IP_AT 14
#define TCP_AT (IP_AT + 20)
#define PEERS_TTL 61

static void set32(struct frame *f, size_t at, uint32_t value)
{
	value = htonl(value);
	memcpy(f->bytes + at, &value, 4);
}

/* From our end, 10.1.1.1, or from the peer's; hop counts say whose it is. */
static struct frame segment(uint8_t ttl, uint32_t seq, uint32_t ack, size_t payload)
{
	struct frame f = { .n = 0 };

	add_ethernet(&f, 0x0800);
	add_ipv4(&f, IPPROTO_TCP, 20 + payload);
	add_tcp(&f, NULL, 0, payload);
	f.bytes[IP_AT + 8] = ttl;
	set32(&f, TCP_AT + 4, seq);
	set32(&f, TCP_AT + 8, ack);
	f.bytes[TCP_AT + 13] = SEGMENT_ACK;
	if (ttl == PEERS_TTL) {
		memcpy(f.bytes + IP_AT + 12, "\x0a\x02\x02\x02\x0a\x01\x01\x01", 8);
		memcpy(f.bytes + TCP_AT, "\x00\x16\x9c\x40", 4);
	}
	return f;
}

static void say(struct capture *c, uint32_t s, struct frame f)
{
	add_packet(c, s, 0, &f, f.n, f.n);
}

/* Data, its answer, an hour of silence, and keepalives that nobody answers. */
static void dying_with_ttl(struct capture *c, uint8_t ours)
{
	memset(c, 0, sizeof(*c));
	begin_capture(c, MAGIC_MICROSECONDS, LINKTYPE_ETHERNET);
	say(c, 1700000000, segment(ours, 1000, 5000, 100));
	say(c, 1700000001, segment(PEERS_TTL, 5000, 1100, 50));
	say(c, 1700000002, segment(ours, 1100, 5050, 0));
	for (uint32_t i = 0; i < 5; i++)
		say(c, 1700003600 + 75 * i, segment(ours, 1099, 5050, 0));
}

static void dying(struct capture *c)
{
	dying_with_ttl(c, 64);
}

static const struct vantage no_locals;

/* What correlating these captures returns; second NULL: there is one. */
static int correlate(const char *first, const char *second, const struct vantage *locals,
		     struct correlation **ret, bool *ret_failed)
{
	const char *const files[] = { first, second };
	const struct capture_options o = {
		.files = files, .n_files = second ? 2 : 1, .locals = locals, .idle_ns = MINUTE_NS
	};

	*ret = NULL;
	*ret_failed = false;
	return correlation__from_captures(&o, ret, ret_failed);
}

FILE_TEST(a_connection_that_dies_in_a_capture_gets_its_verdict)
{
	static struct capture bytes;
	struct correlation *c;
	const struct end *a;
	bool failed;

	dying(&bytes);
	give(f, bytes.bytes, bytes.n);
	assert_int_equal(correlate(f->name, NULL, &no_locals, &c, &failed), 0);
	assert_false(failed);
	assert_string_equal(said_on_stderr(f), "");
	assert_int_equal(c->n_connections, 1);
	assert_int_equal(c->connections[0].both.verdict, VERDICT_PATH_DEAD);
	a = c->connections[0].pair.a;
	assert_memory_equal(a->key.end.laddr, "\x0a\x01\x01\x01", 4);
	assert_int_equal(a->key.end.lport, 40000);
	assert_string_equal(c->ends->hosts[0].name, "capture 1");
	/* By the capture's own clock. */
	assert_int_equal(a->episodes[0].since_ns, 1700003600 * (int64_t)NS_PER_S);
	assert_int_equal(a->episodes[0].heard_ns, 1700000001 * (int64_t)NS_PER_S);
	correlation__free(c);
}

/* An idle time is what the user calls so. */
FILE_TEST(a_gap_shorter_than_asked_for_is_not_idle)
{
	static struct capture bytes;
	const char *const files[] = { f->name };
	struct capture_options o = { .files = files, .n_files = 1, .locals = &no_locals };
	struct correlation *c = NULL;
	bool failed = false;

	dying(&bytes);
	give(f, bytes.bytes, bytes.n);
	o.idle_ns = HOUR_NS / 2;
	assert_int_equal(correlation__from_captures(&o, &c, &failed), 0);
	assert_int_equal(c->connections[0].pair.ea->last.cause, CAUSE_IDLE);
	correlation__free(c);
	o.idle_ns = 2 * HOUR_NS;
	assert_int_equal(correlation__from_captures(&o, &c, &failed), 0);
	assert_int_not_equal(c->connections[0].pair.ea->last.cause, CAUSE_IDLE);
	correlation__free(c);
}

FILE_TEST(each_capture_is_a_host_of_its_own)
{
	static struct capture bytes;
	struct correlation *c;
	bool failed;

	dying(&bytes);
	give(f, bytes.bytes, bytes.n);
	assert_int_equal(correlate(f->name, f->name, &no_locals, &c, &failed), 0);
	assert_int_equal(c->ends->n_hosts, 2);
	assert_string_equal(c->ends->hosts[1].name, "capture 2");
	correlation__free(c);
}

/* Both hop counts were touched on the way, and nobody answers sooner. */
FILE_TEST(an_end_that_cannot_be_told_is_asked_for)
{
	static struct capture bytes;
	struct vantage locals = { .n_locals = 1, .locals = { { AF_INET, { 10, 1, 1, 1 } } } };
	struct correlation *c;
	bool failed;

	dying_with_ttl(&bytes, 57);
	give(f, bytes.bytes, bytes.n);
	assert_int_equal(correlate(f->name, NULL, &no_locals, &c, &failed), -ENODATA);
	assert_false(failed);
	assert_null(c);
	said_on_stderr(f);
	assert_contains(f->said, "at which end of 1 connections it was taken is not to be told");
	assert_contains(f->said, "there is no TCP connection in it that can be used");
	assert_int_equal(correlate(f->name, NULL, &locals, &c, &failed), 0);
	assert_int_equal(c->n_connections, 1);
	assert_string_equal(said_on_stderr(f), "");
	correlation__free(c);
}

FILE_TEST(what_is_no_capture_fails_and_the_others_are_used)
{
	static struct capture bytes;
	struct correlation *c;
	bool failed;

	assert_int_equal(correlate("/nowhere/at all", NULL, &no_locals, &c, &failed), -ENODATA);
	assert_true(failed);
	assert_null(c);
	dying(&bytes);
	give(f, bytes.bytes, bytes.n);
	assert_int_equal(correlate("/nowhere/at all", f->name, &no_locals, &c, &failed), 0);
	assert_true(failed);
	assert_int_equal(c->n_connections, 1);
	correlation__free(c);
	assert_int_equal(correlate(f->name, "/nowhere/at all", &no_locals, &c, &failed), 0);
	assert_true(failed);
	correlation__free(c);
}

FILE_TEST(the_good_part_of_a_cut_capture_is_used)
{
	static struct capture bytes;
	struct correlation *c;
	bool failed;

	dying(&bytes);
	give(f, bytes.bytes, bytes.n - 10);
	assert_int_equal(correlate(f->name, NULL, &no_locals, &c, &failed), 0);
	assert_true(failed);
	assert_int_equal(c->connections[0].both.verdict, VERDICT_PATH_DEAD);
	correlation__free(c);
	said_on_stderr(f);
	assert_contains(f->said, f->name);
	/* It is read twice, and complained of once. */
	assert_null(strstr(strstr(f->said, f->name) + 1, f->name));
}

/* Captures of several queues are not in order, and clocks are set back. */
FILE_TEST(stamps_that_go_back_do_not_count)
{
	static struct capture bytes;
	struct correlation *c;
	bool failed;

	dying(&bytes);
	say(&bytes, 5, segment(64, 1099, 5050, 0));
	give(f, bytes.bytes, bytes.n);
	assert_int_equal(correlate(f->name, NULL, &no_locals, &c, &failed), 0);
	assert_int_equal(c->connections[0].pair.a->first_ns, 1700003600 * (int64_t)NS_PER_S);
	assert_int_equal(c->connections[0].pair.a->last_ns, 1700003900 * (int64_t)NS_PER_S);
	correlation__free(c);
}
