// SPDX-License-Identifier: BSD-2-Clause
/* At which end a capture was taken: each rule, their order, and what none of them decides. */
#include "capture/vantage.h"

#include "capture/packet_facts.h"
#include "check.h"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct vantage));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	vantage__clear(*state);
	free(*state);
	return 0;
}

#define VANTAGE_TEST(test) TEST_WITH(test, struct vantage *v, setup, teardown)

/* From 10.1.1.1:40000 to 10.2.2.2:22, with hop counts that say nothing. */
static struct packet one_way(void)
{
	struct packet p = { .family = AF_INET,
			    .ts_ns = NS_PER_S,
			    .flow = { .source = { 10, 1, 1, 1 },
				      .dest = { 10, 2, 2, 2 },
				      .source_port = 40000,
				      .dest_port = 22 },
			    .flags = SEGMENT_ACK,
			    .ttl = 60 };

	return p;
}

static struct packet other_way(void)
{
	struct packet p = one_way();

	memcpy(p.flow.source, "\x0a\x02\x02\x02", 4);
	memcpy(p.flow.dest, "\x0a\x01\x01\x01", 4);
	p.flow.source_port = 22;
	p.flow.dest_port = 40000;
	return p;
}

/* What our end and the peer's look like; the answers are so slow. */
struct looks {
	uint8_t our_ttl, peer_ttl;
	uint64_t our_us, peer_us;
	enum packet_way way; /* of ours */
	uint8_t flags;
};

static void note_both(struct vantage *v, struct looks l)
{
	struct packet out = one_way(), back = other_way();

	out.ttl = l.our_ttl;
	back.ttl = l.peer_ttl;
	out.way = l.way;
	out.flags = back.flags = l.flags ?: SEGMENT_ACK;
	vantage__note(v, &out);
	for (int i = 0; i < 3; i++) {
		back.ts_ns = out.ts_ns + l.peer_us * NS_PER_US;
		vantage__note(v, &back);
		out.ts_ns = back.ts_ns + l.our_us * NS_PER_US;
		vantage__note(v, &out);
	}
}

/* Whose the first sender's segments are; the other's must be the opposite. */
static enum vantage_verdict whose(const struct vantage *v)
{
	struct packet out = one_way(), back = other_way();
	enum vantage_verdict got = vantage__ask(v, &out), of_back = vantage__ask(v, &back);

	if (got == VANTAGE_UNKNOWN)
		assert_int_equal(of_back, VANTAGE_UNKNOWN);
	else
		assert_int_equal(of_back,
				 got == VANTAGE_SENDER ? VANTAGE_RECEIVER : VANTAGE_SENDER);
	assert_int_equal(vantage__unknown(v), got == VANTAGE_UNKNOWN);
	return got;
}

static void assert_looks_like(struct looks l, enum vantage_verdict expected)
{
	struct vantage v = {};

	note_both(&v, l);
	assert_int_equal(whose(&v), expected);
	vantage__clear(&v);
}

static void assert_hops(uint8_t ours, uint8_t peers, enum vantage_verdict expected)
{
	assert_looks_like((struct looks){ .our_ttl = ours, .peer_ttl = peers }, expected);
}

static void assert_answers(uint64_t our_us, uint64_t peer_us, enum vantage_verdict expected)
{
	struct looks l = { .our_ttl = 64, .peer_ttl = 64, .our_us = our_us, .peer_us = peer_us };

	assert_looks_like(l, expected);
	/* Boxes answer with resets at once, in anybody's name. */
	l.flags = SEGMENT_RST;
	assert_looks_like(l, VANTAGE_UNKNOWN);
}

TEST(a_hop_count_that_no_router_has_touched_is_ours)
{
	assert_hops(64, 63, VANTAGE_SENDER);
	assert_hops(57, 128, VANTAGE_RECEIVER);
	assert_hops(255, 254, VANTAGE_SENDER);
	assert_hops(64, 128, VANTAGE_UNKNOWN);
	assert_hops(60, 61, VANTAGE_UNKNOWN);
}

TEST(who_answers_at_once_is_ours)
{
	assert_answers(20, 9000, VANTAGE_SENDER);
	assert_answers(9000, 20, VANTAGE_RECEIVER);
	assert_answers(50, 60, VANTAGE_UNKNOWN);
	assert_answers(3000, 9000, VANTAGE_UNKNOWN);
	/* A round trip as quick as a program tells nothing. */
	assert_answers(20, 200, VANTAGE_UNKNOWN);
	assert_answers(20, 201, VANTAGE_SENDER);
}

TEST(what_the_capture_says_goes_before_hop_counts)
{
	struct looks l = { .our_ttl = 60, .peer_ttl = 64, .way = WAY_OUT };

	assert_looks_like(l, VANTAGE_SENDER);
	l = (struct looks){ .our_ttl = 64, .peer_ttl = 60, .way = WAY_IN };
	assert_looks_like(l, VANTAGE_RECEIVER);
}

VANTAGE_TEST(what_is_looped_back_goes_both_ways)
{
	note_both(v, (struct looks){ .way = WAY_OUT });
	note_both(v, (struct looks){ .way = WAY_IN });
	assert_int_equal(whose(v), VANTAGE_UNKNOWN);
}

VANTAGE_TEST(what_the_user_says_goes_first)
{
	v->locals[v->n_locals++] = (struct vantage_address){ AF_INET, { 10, 2, 2, 2 } };
	note_both(v, (struct looks){ .our_ttl = 64, .peer_ttl = 63, .way = WAY_OUT });
	assert_int_equal(whose(v), VANTAGE_RECEIVER);
}

/* Both ends in one capture: both are ours by their addresses, so that other rules decide. */
VANTAGE_TEST(two_listed_ends_are_told_apart_by_more)
{
	v->locals[v->n_locals++] = (struct vantage_address){ AF_INET, { 10, 2, 2, 2 } };
	v->locals[v->n_locals++] = (struct vantage_address){ AF_INET, { 10, 1, 1, 1 } };
	note_both(v, (struct looks){ .our_ttl = 64, .peer_ttl = 63 });
	assert_int_equal(whose(v), VANTAGE_SENDER);
}

/* fd0a:... is not 10.2.2.2, whatever their first bytes are. */
VANTAGE_TEST(an_address_of_the_other_family_is_another)
{
	v->locals[v->n_locals++] = (struct vantage_address){ AF_INET6, { 10, 2, 2, 2 } };
	note_both(v, (struct looks){});
	assert_int_equal(whose(v), VANTAGE_UNKNOWN);
}

VANTAGE_TEST(one_that_is_heard_alone_is_ours_if_no_router_was_between)
{
	struct packet p = one_way();

	p.ttl = 64;
	vantage__note(v, &p);
	assert_int_equal(whose(v), VANTAGE_SENDER);
	p.ttl = 65; /* now its hop count is not steady */
	vantage__note(v, &p);
	assert_int_equal(whose(v), VANTAGE_UNKNOWN);
}

VANTAGE_TEST(connections_are_told_apart)
{
	struct packet p = one_way();

	assert_int_equal(vantage__ask(v, &p), VANTAGE_UNKNOWN);
	assert_int_equal(vantage__unknown(v), 0);
	note_both(v, (struct looks){ .our_ttl = 64, .peer_ttl = 63 });
	p.flow.source_port++;
	assert_int_equal(vantage__ask(v, &p), VANTAGE_UNKNOWN);
	vantage__note(v, &p);
	p.flow.source_port++;
	vantage__note(v, &p);
	assert_int_equal(vantage__unknown(v), 2);
}

VANTAGE_TEST(clearing_keeps_the_addresses)
{
	v->locals[v->n_locals++] = (struct vantage_address){ AF_INET, { 10, 2, 2, 2 } };
	note_both(v, (struct looks){});
	vantage__clear(v);
	assert_null(v->conns);
	note_both(v, (struct looks){});
	assert_int_equal(whose(v), VANTAGE_RECEIVER);
}

VANTAGE_TEST(connections_beyond_the_bound_are_counted)
{
	struct packet p = one_way();

	p.ttl = 64;
	for (uint32_t i = 0; i < 2 * PACKET_CONNECTIONS_MAX; i++) {
		memcpy(p.flow.dest, &i, sizeof(i));
		vantage__note(v, &p);
	}
	assert_int_equal(v->refused, 0);
	vantage__note(v, &p);
	assert_int_equal(v->refused, 0); /* one that is known */
	p.flow.source_port++;
	vantage__note(v, &p);
	assert_int_equal(v->refused, 1);
	assert_int_equal(vantage__ask(v, &p), VANTAGE_UNKNOWN);
}
