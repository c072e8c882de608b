// SPDX-License-Identifier: BSD-2-Clause
/* From segments to facts. */
#include "check.h"
#include "capture/packet_facts.h"

#define US 1
#define PEER 0

struct scene {
	struct packet_facts packet_facts;
	struct iw_fact facts[PACKET_FACTS_MAX];
	size_t n;
	enum segment_kind kind;
	uint64_t now_ms;
};

static struct packet segment(bool from_us, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	static const uint8_t us[] = { 10, 1, 1, 1 }, peer[] = { 10, 2, 2, 2 };
	struct packet p = { .family = AF_INET,
			    .seq = seq,
			    .ack = ack,
			    .payload_bytes = bytes,
			    .window = 500,
			    .flags = SEGMENT_ACK,
			    .ttl = from_us ? 64 : 63 };

	memcpy(p.flow.source, from_us ? us : peer, 4);
	memcpy(p.flow.dest, from_us ? peer : us, 4);
	p.flow.source_port = from_us ? 40000 : 22;
	p.flow.dest_port = from_us ? 22 : 40000;
	return p;
}

static void feed(struct scene *s, struct packet p, uint64_t later_ms)
{
	s->now_ms += later_ms;
	p.ts_ns = s->now_ms * NS_PER_MS;
	s->n = packet_facts__feed(&s->packet_facts, &p, p.flow.source_port == 40000, s->facts,
				  &s->kind);
}

/* An established connection: we have sent up to 1100, the peer up to 5050. */
static int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->now_ms = 1000000;
	packet_facts__init(&s->packet_facts, 3 * NS_PER_S);
	feed(s, segment(US, 1000, 5000, 100), 0);
	feed(s, segment(PEER, 5000, 1100, 50), 1);
	feed(s, segment(US, 1100, 5050, 0), 1);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;

	packet_facts__clear(&s->packet_facts);
	free(s);
	return 0;
}

#define SCENE_TEST(test) TEST_WITH(test, struct scene *s, begin, end)

SCENE_TEST(a_second_keepalive_is_news)
{
	feed(s, segment(US, 1099, 5050, 0), 60000);
	assert_int_equal(s->kind, SEGMENT_KEEPALIVE);
	assert_int_equal(s->facts[0].type, IW_FACT_PROBE_SENT);
	assert_int_equal(s->facts[0].probe_kind, IW_PROBE_KEEPALIVE);
	assert_false(s->facts[0].flags & IW_F_NEWS);
	feed(s, segment(US, 1099, 5050, 0), 10000);
	assert_true(s->facts[0].flags & IW_F_NEWS);
	assert_int_equal(s->facts[0].probes_out, 2);
	assert_int_equal(s->facts[0].keepalive_intvl_ms, 10000);
	assert_int_equal(s->facts[0].heard_ago_ns, 70001 * NS_PER_MS);
	assert_int_equal(s->facts[0].snd_nxt, 1100);
	assert_int_equal(s->facts[0].rcv_nxt, 5050);
}

SCENE_TEST(an_answer_ends_the_count)
{
	feed(s, segment(US, 1099, 5050, 0), 60000);
	feed(s, segment(PEER, 5050, 1100, 0), 1);
	assert_int_equal(s->kind, SEGMENT_KEEPALIVE_ANSWER);
	assert_int_equal(s->facts[0].type, IW_FACT_HEARD);
	assert_true(s->facts[0].heard_kind & IW_HEARD_ANSWER);
	assert_true(s->facts[0].heard_kind & IW_HEARD_AFTER_GAP);
	feed(s, segment(US, 1099, 5050, 0), 60000);
	assert_int_equal(s->facts[0].probes_out, 1);
	assert_int_equal(s->facts[0].survived_ns, 60002 * NS_PER_MS);
}

SCENE_TEST(old_keepalives_have_a_byte)
{
	feed(s, segment(PEER, 5049, 1100, 1), 60000);
	assert_int_equal(s->kind, SEGMENT_KEEPALIVE);
	assert_true(s->facts[0].heard_kind & IW_HEARD_PEER_PROBE);
	feed(s, segment(PEER, 5049, 1100, 2), 60000);
	assert_int_not_equal(s->kind, SEGMENT_KEEPALIVE);
}

/* The peer asks the same again with its echo standing still: our answers do not arrive. */
SCENE_TEST(repeats_are_counted_by_the_echo)
{
	struct packet p = segment(PEER, 5049, 1100, 0);

	p.has_ts = true;
	p.ts_echo = 7;
	feed(s, p, 60000);
	assert_int_equal(s->facts[0].repeats, 0);
	feed(s, p, 1000);
	feed(s, p, 1000);
	assert_int_equal(s->facts[0].repeats, 2);
	assert_true(s->facts[0].flags & IW_F_NEWS);
	p.ts_echo = 8;
	feed(s, p, 1000);
	assert_int_equal(s->facts[0].repeats, 0);
}

SCENE_TEST(only_a_timers_retransmission_counts)
{
	feed(s, segment(US, 1100, 5050, 100), 5000);
	assert_int_equal(s->n, 0);
	feed(s, segment(US, 1100, 5050, 100), 20); /* a tail loss probe */
	assert_int_equal(s->kind, SEGMENT_RETRANSMISSION);
	assert_int_equal(s->n, 0);
	feed(s, segment(US, 1100, 5050, 100), 300);
	assert_int_equal(s->n, 1);
	assert_int_equal(s->facts[0].type, IW_FACT_RETRANSMIT);
	assert_int_equal(s->facts[0].retransmits, 1);
	assert_int_equal(s->facts[0].flight_ago_ns, 320 * NS_PER_MS);
	feed(s, segment(PEER, 5050, 1200, 0), 1);
	assert_true(s->facts[0].heard_kind & IW_HEARD_PROGRESS);
	feed(s, segment(US, 1200, 5050, 100), 1000);
	feed(s, segment(US, 1200, 5050, 100), 300);
	assert_int_equal(s->facts[0].retransmits, 1);
}

SCENE_TEST(a_reset_after_a_gap_is_news)
{
	struct packet rst = segment(PEER, 5050, 0, 0);

	rst.flags = SEGMENT_RST;
	rst.ttl = 62;
	feed(s, segment(US, 1099, 5050, 0), 60000);
	feed(s, rst, 1);
	assert_int_equal(s->n, 2);
	assert_int_equal(s->facts[0].type, IW_FACT_RST_IN);
	assert_true(s->facts[0].flags & IW_F_NEWS);
	assert_int_equal(s->facts[0].ttl, 62);
	assert_int_equal(s->facts[0].usual_ttl, 63);
	assert_int_equal(s->facts[1].type, IW_FACT_STATE);
	feed(s, segment(US, 1099, 5050, 0), 1000); /* what comes behind is nobody's */
	assert_int_equal(s->n, 0);
}

SCENE_TEST(a_syn_without_an_answer_is_no_connection)
{
	struct packet syn = segment(US, 9000, 0, 0);

	syn.flags = SEGMENT_SYN;
	feed(s, syn, 10000);
	assert_int_equal(s->n, 0);
	for (int i = 0; i < 6; i++) {
		feed(s, syn, 2000);
		assert_int_equal(s->n, 0);
	}
}

SCENE_TEST(a_closing_by_both_is_an_end)
{
	struct packet fin = segment(US, 1100, 5050, 0);

	fin.flags |= SEGMENT_FIN;
	feed(s, fin, 1);
	fin = segment(PEER, 5050, 1101, 0);
	fin.flags |= SEGMENT_FIN;
	feed(s, fin, 1);
	assert_int_equal(s->facts[s->n - 1].type, IW_FACT_STATE);
	assert_int_equal(s->facts[s->n - 1].sk_err, 0);
}

SCENE_TEST(a_look_shows_what_was_seen)
{
	struct iw_fact f;

	feed(s, segment(US, 1099, 5050, 0), 60000);
	f = packet_facts__look(&s->packet_facts, s->facts[0].cookie, (s->now_ms + 500) * NS_PER_MS);
	assert_int_equal(f.type, IW_FACT_LOOK);
	assert_int_equal(f.probes_out, 1);
	assert_int_equal(packet_facts__look(&s->packet_facts, 4711, 1).type, IW_FACT_LOOK_MISSED);
}
