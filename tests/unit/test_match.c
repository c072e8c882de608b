// SPDX-License-Identifier: BSD-2-Clause
/* Ends and their matching: any order, NAT, rewritten numbers, chance, several candidates. */
#include "two_ends.h"

/* Two lines become one connection, matched like this, whichever comes first. */
static void assert_matched(struct line a, struct line b, enum match_how how)
{
	struct line both[] = { a, b }, turned[] = { b, a };

	for (int i = 0; i < 2; i++) {
		struct correlation *c = correlate(i ? turned : both, 2);

		assert_int_equal(c->n_connections, how ? 1 : 2);
		assert_int_equal(c->connections[0].pair.how, how);
		if (how) {
			assert_true(c->connections[0].pair.b->incoming);
			assert_non_null(c->connections[0].pair.ea);
			assert_non_null(c->connections[0].pair.eb);
		}
		correlation__free(c);
	}
}

TEST(idle_ends_match)
{
	assert_matched(client(), server(), MATCH_BOTH);
}

TEST(data_in_flight_matches)
{
	struct line a = client(), b = server();

	a.snd_nxt = 1000 + 50000; /* b has got some of it and said so in vain */
	b.rcv_nxt = 1000 + 20000;
	assert_matched(a, b, MATCH_BOTH);
	b.rcv_nxt = 1000 + 50001; /* more than was sent: it is another connection */
	assert_matched(a, b, MATCH_ADDRESSES);
}

TEST(numbers_wrap)
{
	struct line a = client(), b = server();

	a.snd_una = UINT32_MAX - 10;
	a.snd_nxt = 100;
	b.rcv_nxt = 20;
	assert_matched(a, b, MATCH_BOTH);
	b.rcv_nxt = UINT32_MAX - 5;
	assert_matched(a, b, MATCH_BOTH);
}

TEST(nat_is_seen_through)
{
	struct line a = client(), b = server();

	memcpy(b.end.paddr, nat, 4);
	b.end.pport = 61001;
	assert_matched(a, b, MATCH_SEQS_HALF);
	memcpy(a.end.paddr, nat, 4);
	a.end.pport = 2222;
	assert_matched(a, b, MATCH_SEQS);
}

TEST(rewritten_or_missing_numbers_leave_addresses)
{
	struct line a = client(), b = server();

	a.snd_una = a.snd_nxt = 77777;
	assert_matched(a, b, MATCH_ADDRESSES);
	a.has_seq = false;
	assert_matched(a, b, MATCH_ADDRESSES);
	a.ts_ns += 7200 * S; /* another connection of the same ports, hours later */
	a.mono_ns += 7200 * NS_PER_S;
	assert_matched(a, b, MATCH_NONE);
}

TEST(strangers_do_not_match)
{
	struct line a = client(), b = server();

	b.end.pport = 40001;
	b.rcv_nxt = 999;
	assert_matched(a, b, MATCH_NONE);
}

/* So much in flight that anything fits: then numbers alone prove nothing. */
TEST(wide_ranges_need_addresses)
{
	struct line a = client(), b = server();

	a.snd_nxt = a.snd_una + 1000000000;
	b.snd_nxt = b.snd_una + 1000000000;
	assert_matched(a, b, MATCH_BOTH);
	memcpy(b.end.paddr, nat, 4);
	memcpy(a.end.paddr, nat, 4);
	a.end.pport = 1;
	b.end.pport = 2;
	assert_matched(a, b, MATCH_NONE);
}

TEST(two_equal_candidates_are_no_match)
{
	struct line lines[] = { client(), server(), server() };
	struct correlation *c;

	lines[2].conn = 10;
	memcpy(lines[1].end.paddr, nat, 4);
	memcpy(lines[2].end.paddr, nat, 4);
	lines[1].end.pport = 5;
	lines[2].end.pport = 6;
	c = correlate(lines, 3);
	assert_int_equal(c->n_connections, 3);
	assert_true(c->ambiguous >= 1);
	for (size_t i = 0; i < 3; i++)
		assert_null(c->connections[i].pair.b);
	correlation__free(c);
}

/* Duplicates, an end told twice, and its story in pieces are one silence. */
TEST(one_silence_in_pieces)
{
	struct line suspect = client(), verdict = client(), closed = client();
	struct line lines[] = { closed, verdict, suspect, verdict };
	const struct episode *ep;
	struct correlation *c;

	suspect.event = EVENT_SUSPECT;
	suspect.verdict = VERDICT_NONE;
	suspect.ts_ns -= 5 * S;
	suspect.mono_ns -= 5 * NS_PER_S;
	suspect.silence_ms -= 5000;
	closed.event = EVENT_CLOSED;
	closed.error = 110;
	closed.ts_ns += 90 * S;
	closed.mono_ns += 90 * NS_PER_S;
	closed.silence_ms += 90000;
	lines[0] = closed;
	lines[2] = suspect;
	c = correlate(lines, 4);
	assert_int_equal(c->n_connections, 1);
	assert_int_equal(c->connections[0].pair.a->n_episodes, 1);
	ep = c->connections[0].pair.ea;
	assert_int_equal(ep->last.error, 110);
	assert_int_equal(ep->since_ns, 1000000 * S - 10 * S);
	assert_int_equal(ep->heard_ns, 1000000 * S - 70 * S);
	assert_int_equal(ep->verdict_ns, 1000000 * S);
	correlation__free(c);
}

/* Only so many silences of one end are kept, the latest, in order of time. */
TEST(many_silences_are_bounded)
{
	struct line lines[20];
	const struct end *end;
	struct correlation *c;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t when = (i * 7) % ARRAY_SIZE(lines);

		lines[i] = client();
		lines[i].ts_ns += (int64_t)when * 100 * S;
		lines[i].mono_ns += when * 100 * NS_PER_S;
	}
	c = correlate(lines, ARRAY_SIZE(lines));
	end = c->connections[0].pair.a;
	assert_int_equal(end->n_episodes, EPISODES_OF_END_MAX);
	assert_int_equal(end->older_episodes, ARRAY_SIZE(lines) - EPISODES_OF_END_MAX);
	for (size_t i = 0; i < end->n_episodes; i++)
		assert_int_equal(end->episodes[i].verdict_ns,
				 (1000000 + 100 * (12 + (int64_t)i)) * S);
	correlation__free(c);
}

TEST(the_clock_between_them_is_found)
{
	struct line a = client(), b = server();
	struct line lines[2];
	struct correlation *c;

	b.ts_ns += 90 * S;
	lines[0] = b;
	lines[1] = a;
	c = correlate(lines, 2);
	assert_int_equal(c->n_clocks, 1);
	assert_int_equal(c->connections[0].offset.kind, OFFSET_ESTIMATE);
	assert_true(c->connections[0].offset.lo_ns <= 90 * S);
	assert_true(c->connections[0].offset.hi_ns >= 90 * S);
	assert_int_equal(c->connections[0].both.fate[0], FATE_LOST);
	assert_int_equal(c->connections[0].both.fate[1], FATE_LOST);
	correlation__free(c);
}
