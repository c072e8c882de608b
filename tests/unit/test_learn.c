// SPDX-License-Identifier: BSD-2-Clause
/* What a connection's fate teaches of its path, and what teaches nothing. */
#include "engine/learn.h"

#include "engine/conn.h"
#include "engine/together.h"
#include "facts.h"

#define S(n) ((n)*NS_PER_S)

/* A connection and the paths that learn from it. */
struct lesson {
	struct paths *paths;
	struct learner learner;
	struct conn conn;
};

/* It was idle for an hour, and then nothing was answered; its round trip takes 20 ms. */
static int setup(void **state)
{
	struct lesson *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	assert_int_equal(paths__new(0, 0, 8, &l->paths), 0);
	l->learner.together = together__new();
	assert_non_null(l->learner.together);
	l->learner.paths = l->paths;
	l->conn = (struct conn){ .fact = usual_socket(),
				 .verdict = VERDICT_PATH_DEAD,
				 .cause = CAUSE_IDLE,
				 .confidence = CONFIDENCE_LIKELY,
				 .silence.idle_ns = HOUR_NS };
	l->conn.fact.ts_ns = S(90000);
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct lesson *l = *state;

	paths__free(l->paths);
	together__free(l->learner.together);
	free(l);
	return 0;
}

#define LESSON_TEST(test) TEST_WITH(test, struct lesson *l, setup, teardown)

static struct bracket learnt(const struct lesson *l)
{
	struct path_key key = path_key_of(&l->conn.fact);
	struct bracket b;

	paths__find(l->paths, &key, &b);
	return b;
}

static void assert_nothing_learnt(struct lesson *l)
{
	struct bracket b;

	learn_verdict(&l->learner, &l->conn);
	b = learnt(l);
	assert_int_equal(bracket_fatal_ns(&b), 0);
	assert_int_equal(l->conn.fatal_ns, 0);
}

LESSON_TEST(namespace_with_the_inode_of_one_that_is_gone_begins_anew)
{
	struct iw_fact f = l->conn.fact;

	l->conn.fact.netns_cookie = 7;
	f.netns_cookie = 6;
	f.type = IW_FACT_SURVIVED;
	f.gap_ns = S(600);
	learn_gap(&l->learner, &f);
	assert_int_equal(learnt(l).of[GAP_SURVIVED].times, 0);
	l->conn.fact.netns_cookie = 6;
	assert_int_equal(learnt(l).of[GAP_SURVIVED].gap_ns, S(600));
}

LESSON_TEST(a_survived_gap_is_the_paths)
{
	struct iw_fact f = l->conn.fact;

	f.type = IW_FACT_SURVIVED;
	f.gap_ns = S(600);
	learn_gap(&l->learner, &f);
	assert_int_equal(learnt(l).of[GAP_SURVIVED].gap_ns, S(600));
	assert_int_equal(learnt(l).of[GAP_SURVIVED].last_ns, S(90000));
	l->conn.fact.paddr[3]++; /* of another peer nothing is known */
	assert_int_equal(learnt(l).of[GAP_SURVIVED].times, 0);
}

/* The box may have seen a gap longer than ours by a round trip and a tick of the kernel's clock. */
LESSON_TEST(a_death_is_at_the_longest_gap_it_may_have_been)
{
	learn_verdict(&l->learner, &l->conn);
	assert_int_equal(learnt(l).of[GAP_DIED].gap_ns, HOUR_NS + 20 * NS_PER_MS + 10 * NS_PER_MS);
	assert_int_equal(learnt(l).of[GAP_DIED].last_ns, S(90000));
	assert_int_equal(learnt(l).of[GAP_RESET].times, 0);
}

LESSON_TEST(only_a_likely_death_of_idleness_teaches)
{
	l->conn.cause = CAUSE_OUTAGE;
	assert_nothing_learnt(l);
	l->conn.cause = CAUSE_IDLE;
	l->conn.confidence = CONFIDENCE_LIKELY - 1;
	assert_nothing_learnt(l);
	l->conn.confidence = CONFIDENCE_LIKELY;
	l->conn.verdict = VERDICT_LOCAL_DROP;
	assert_nothing_learnt(l);
	l->conn.verdict = VERDICT_PATH_DEAD;
	l->conn.fact.state = STATE_CLOSE_WAIT; /* half-closed: boxes have less patience */
	l->conn.fact.old_state = STATE_ESTABLISHED; /* only a fact of a change knows that */
	assert_nothing_learnt(l);
	l->conn.fact.state = STATE_ESTABLISHED;
	learn_verdict(&l->learner, &l->conn);
	assert_int_equal(learnt(l).of[GAP_DIED].times, 1);
}

/* The kernel gave up: the fact that says so is of a state that is no more. */
LESSON_TEST(it_counts_in_which_state_it_died)
{
	l->conn.fact.type = IW_FACT_STATE;
	l->conn.fact.state = STATE_CLOSE;
	l->conn.fact.old_state = STATE_CLOSE_WAIT;
	assert_nothing_learnt(l);
	l->conn.fact.old_state = STATE_ESTABLISHED;
	learn_verdict(&l->learner, &l->conn);
	assert_int_equal(learnt(l).of[GAP_DIED].times, 1);
}

LESSON_TEST(a_boxs_reset_is_the_paths)
{
	l->conn.verdict = VERDICT_RESET_AFTER_IDLE;
	l->conn.origin = ORIGIN_BOX;
	learn_verdict(&l->learner, &l->conn);
	assert_int_equal(learnt(l).of[GAP_RESET].gap_ns, HOUR_NS + 30 * NS_PER_MS);
	assert_int_equal(learnt(l).of[GAP_DIED].times, 0);
	/* It cannot recover: there is nothing to take back. */
	learn_recovered(&l->learner, &l->conn, S(90100));
	assert_int_equal(learnt(l).of[GAP_RESET].times, 1);
}

/* The peer was restarted, or a NAT forgot: kept apart, and no time-out of the path. */
LESSON_TEST(the_peers_reset_is_weak_evidence)
{
	struct bracket b;

	l->conn.verdict = VERDICT_RESET_AFTER_IDLE;
	l->conn.origin = ORIGIN_PEER;
	learn_verdict(&l->learner, &l->conn);
	b = learnt(l);
	assert_int_equal(b.of[GAP_DISOWNED].times, 1);
	assert_int_equal(bracket_fatal_ns(&b), 0);
}

LESSON_TEST(what_recovers_was_not_dead)
{
	learn_verdict(&l->learner, &l->conn);
	l->conn.fact.ts_ns = S(90100); /* the peer is heard later */
	learn_recovered(&l->learner, &l->conn, S(90100));
	assert_int_equal(learnt(l).of[GAP_DIED].times, 0);
	learn_ended(&l->learner, &l->conn, &ENGINE_CONFIG_DEFAULT);
	assert_int_equal(learnt(l).of[GAP_DIED].times, 0);
}

LESSON_TEST(what_the_kernel_gave_up_stays_dead)
{
	struct path_key key = path_key_of(&l->conn.fact);

	l->conn.error = ETIMEDOUT;

	learn_verdict(&l->learner, &l->conn);
	l->conn.fact.ts_ns = S(90100);
	learn_ended(&l->learner, &l->conn, &ENGINE_CONFIG_DEFAULT);
	learn_recovered(&l->learner, &l->conn, S(90100));
	learn_ended(&l->learner, &l->conn, &ENGINE_CONFIG_DEFAULT);
	paths__take_back(l->paths, &key, HOUR_NS + 30 * NS_PER_MS, S(90000)); /* too late */
	assert_int_equal(learnt(l).of[GAP_DIED].times, 1);
	assert_int_equal(learnt(l).of[GAP_DIED].last_ns, S(90000));
}

LESSON_TEST(one_that_never_died_takes_nothing_back)
{
	struct conn other = l->conn;

	learn_verdict(&l->learner, &l->conn);
	learn_recovered(&l->learner, &other, S(90100));
	learn_ended(&l->learner, &other, &ENGINE_CONFIG_DEFAULT);
	assert_int_equal(learnt(l).of[GAP_DIED].times, 1);
}
