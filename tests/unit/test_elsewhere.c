// SPDX-License-Identifier: BSD-2-Clause
/* Which other connection of a peer's address counts, and as what. */
#include <netinet/in.h>
#include <stdbool.h>

#include "check.h"
#include "engine/elsewhere.h"

#define NOW_NS (1000 * NS_PER_S)
#define SINCE_NS (900 * NS_PER_S) /* the silence began */

/* A connection of 10.2.2.2 with 10.1.1.1, heard so many seconds ago. */
static struct iw_look_row row(uint64_t cookie, uint16_t lport, uint16_t pport, uint64_t heard_s)
{
	return (struct iw_look_row){ .fact = { .ts_ns = NOW_NS,
					       .cookie = cookie,
					       .netns = 1,
					       .family = AF_INET,
					       .state = IW_TCP_ESTABLISHED,
					       .laddr = { 10, 2, 2, 2 },
					       .paddr = { 10, 1, 1, 1 },
					       .lport = lport,
					       .pport = pport,
					       .heard_ago_ns = heard_s * NS_PER_S } };
}

/* The silent one: to port 5432 there. */
static const struct iw_fact *silent(void)
{
	static struct iw_look_row silent_row;

	silent_row = row(1, 40000, 5432, 200);
	return &silent_row.fact;
}

static struct elsewhere ask(const struct iw_look_row *rows, size_t n)
{
	return elsewhere_of(rows, n, silent(), SINCE_NS, NOW_NS);
}

static void assert_nowhere(struct iw_look_row r)
{
	struct elsewhere e = ask(&r, 1);

	assert_int_equal(e.ago_ns, 0);
	assert_int_equal(e.kind, IW_ELSEWHERE_NOWHERE);
}

TEST(without_another_connection_it_is_heard_nowhere)
{
	assert_int_equal(ask(NULL, 0).ago_ns, 0);
	assert_nowhere(row(1, 40000, 5432, 1)); /* itself */
}

TEST(another_peer_or_namespace_does_not_count)
{
	struct iw_look_row r = row(2, 40001, 5432, 1);

	r.fact.netns = 2;
	assert_nowhere(r);
	r = row(2, 40001, 5432, 1);
	r.fact.paddr[3] = 2;
	assert_nowhere(r);
	r = row(2, 40001, 5432, 1);
	r.fact.family = AF_INET6;
	assert_nowhere(r);
}

/* The stamps of one that is only connecting are those of no packet: it was never heard. */
TEST(only_what_was_connected_was_heard)
{
	for (unsigned int state = 0; state < IW_TCP_MAX; state++) {
		struct iw_look_row r = row(2, 40001, 5432, 1);
		bool counts = state == IW_TCP_ESTABLISHED || state == IW_TCP_FIN_WAIT1 ||
			      state == IW_TCP_FIN_WAIT2 || state == IW_TCP_CLOSE_WAIT ||
			      state == IW_TCP_LAST_ACK || state == IW_TCP_CLOSING;

		r.fact.state = (uint8_t)state;
		assert_int_equal(ask(&r, 1).ago_ns, counts ? NS_PER_S : 0);
	}
}

TEST(where_it_was_heard_is_told)
{
	struct iw_look_row r = row(2, 40001, 5432, 1);

	assert_int_equal(ask(&r, 1).kind, IW_ELSEWHERE_SAME_PORT);
	r = row(2, 40001, 443, 1);
	assert_int_equal(ask(&r, 1).kind, IW_ELSEWHERE_TO);
	r = row(2, 22, 50000, 1);
	r.fact.flags = IW_F_ACCEPTED;
	assert_int_equal(ask(&r, 1).kind, IW_ELSEWHERE_FROM);
	/* A listener without a backlog leaves no mark: then the ports tell. */
	r.fact.flags = 0;
	assert_int_equal(ask(&r, 1).kind, IW_ELSEWHERE_FROM);
}

TEST(what_tells_most_of_those_heard_since_counts)
{
	struct iw_look_row rows[] = { row(2, 22, 50000, 1), row(3, 40001, 5432, 50),
				      row(4, 40002, 443, 2), row(5, 40003, 5432, 30) };

	for (size_t n = 1; n <= ARRAY_SIZE(rows); n++) {
		static const struct elsewhere expected[] = {
			{ 1 * NS_PER_S, IW_ELSEWHERE_FROM },
			{ 50 * NS_PER_S, IW_ELSEWHERE_SAME_PORT },
			{ 50 * NS_PER_S, IW_ELSEWHERE_SAME_PORT },
			{ 30 * NS_PER_S, IW_ELSEWHERE_SAME_PORT },
		};
		struct elsewhere e = ask(rows, n);

		assert_int_equal(e.ago_ns, expected[n - 1].ago_ns);
		assert_int_equal(e.kind, expected[n - 1].kind);
	}
}

TEST(what_was_heard_since_goes_before_what_was_not)
{
	struct iw_look_row rows[] = { row(2, 40001, 5432, 150), row(3, 22, 50000, 120),
				      row(4, 22, 50001, 99) };

	assert_int_equal(ask(rows, 1).ago_ns, 150 * NS_PER_S);
	assert_int_equal(ask(rows, 2).ago_ns, 120 * NS_PER_S);
	assert_int_equal(ask(rows, 3).ago_ns, 99 * NS_PER_S);
	assert_int_equal(ask(rows, 3).kind, IW_ELSEWHERE_FROM);
}

/* 0 stands for never. */
TEST(just_now_is_not_never)
{
	struct iw_look_row r = row(2, 40001, 5432, 0);

	assert_int_equal(ask(&r, 1).ago_ns, 1);
}
