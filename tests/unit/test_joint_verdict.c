// SPDX-License-Identifier: BSD-2-Clause
/* Every combination of what the two ends say: who is blamed, and who must not be. */
#include "check.h"
#include "ends/joint_verdict.h"

#define S ((int64_t)NS_PER_S)

static struct moment at(int64_t s)
{
	return (struct moment){ s * S, s * S };
}

/* An end that heard the other at 100, sent three probes from 110 on, and gave up at 120. */
static struct side end_with(enum verdict verdict)
{
	return (struct side){
		.known = true,
		.silent = true,
		.watched = true,
		.verdict = verdict,
		.cause = CAUSE_IDLE,
		.confidence = CONFIDENCE_LIKELY,
		.left = 3,
		.heard = at(100),
		.since = at(110),
		.last = at(120),
	};
}

/* An end that has nothing to say, though it may have been watched. */
static struct side quiet_end(bool known)
{
	return (struct side){ .known = known };
}

static struct joint_verdict judge(struct side a, struct side b)
{
	struct side sides[2] = { a, b };

	return joint_verdict_of(sides);
}

/* What is said of a and b must be said of b and a the other way round. */
static void assert_mirrored(struct side a, struct side b)
{
	struct joint_verdict one = judge(a, b), other = judge(b, a);

	assert_int_equal(one.verdict, other.verdict);
	assert_int_equal(one.blame, other.blame);
	assert_int_equal(one.confidence, other.confidence);
	assert_int_equal(one.fate[0], other.fate[1]);
	assert_int_equal(one.fate[1], other.fate[0]);
	if (one.culprit == 0 || one.culprit == 1)
		assert_int_equal(one.culprit, !other.culprit);
}

TEST(both_dead_is_both_directions)
{
	struct joint_verdict b = judge(end_with(VERDICT_PATH_DEAD), end_with(VERDICT_PATH_DEAD));

	assert_int_equal(b.verdict, VERDICT_PATH_DEAD);
	assert_int_equal(b.blame, BLAME_PATH);
	assert_int_equal(b.fate[0], FATE_LOST);
	assert_int_equal(b.fate[1], FATE_LOST);
	assert_int_equal(b.confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(b.worked.lo_ns, 100 * S);
	assert_int_equal(b.failed.lo_ns, 110 * S);
}

TEST(clocks_unknown_is_only_likely)
{
	struct side a = end_with(VERDICT_PATH_DEAD), b = end_with(VERDICT_PATH_DEAD);
	struct joint_verdict got;

	b.heard = b.since = b.last = (struct moment){ -1000000 * S, 1000000 * S };
	got = judge(a, b);
	assert_int_equal(got.blame, BLAME_PATH);
	assert_int_equal(got.fate[0], FATE_LOST_LIKELY);
	assert_int_equal(got.fate[1], FATE_LOST_LIKELY);
	assert_int_equal(got.confidence, CONFIDENCE_LIKELY);
}

TEST(one_way_is_one_direction)
{
	struct side a = end_with(VERDICT_PATH_DEAD), b = end_with(VERDICT_ONE_WAY);
	struct joint_verdict got;

	b.heard = at(115); /* a's probes arrive */
	b.confidence = CONFIDENCE_CERTAIN;
	got = judge(a, b);
	assert_int_equal(got.verdict, VERDICT_ONE_WAY);
	assert_int_equal(got.fate[0], FATE_ARRIVED);
	assert_int_equal(got.fate[1], FATE_LOST);
	assert_int_equal(got.confidence, CONFIDENCE_CERTAIN);
	assert_mirrored(a, b);
}

/* Without time stamps the hearing end cannot tell, but what it heard and when can. */
TEST(heard_after_the_first_try_means_arrived)
{
	struct side a = end_with(VERDICT_PATH_DEAD), b = end_with(VERDICT_PATH_DEAD);
	struct joint_verdict got;

	b.heard = at(114);
	b.since = at(130);
	b.last = at(140);
	got = judge(a, b);
	assert_int_equal(got.fate[0], FATE_ARRIVED);
	assert_true(got.fate[1] == FATE_LOST || got.fate[1] == FATE_LOST_LIKELY);
	assert_int_equal(got.verdict, VERDICT_ONE_WAY);
}

TEST(both_one_way_is_unclear)
{
	struct joint_verdict b = judge(end_with(VERDICT_ONE_WAY), end_with(VERDICT_ONE_WAY));

	assert_int_equal(b.blame, BLAME_UNCLEAR);
	assert_int_equal(b.confidence, CONFIDENCE_SUSPECT);
}

TEST(one_end_alone_blames_nobody_for_sure)
{
	struct joint_verdict b = judge(end_with(VERDICT_PATH_DEAD), quiet_end(false));

	assert_int_equal(b.verdict, VERDICT_PATH_DEAD);
	assert_int_equal(b.blame, BLAME_PATH_OR_PEER);
	assert_int_equal(b.fate[0], FATE_UNKNOWN);
	assert_int_equal(b.fate[1], FATE_UNKNOWN);
	assert_int_equal(b.confidence, CONFIDENCE_LIKELY);
}

TEST(a_peer_that_lives_leaves_the_path)
{
	struct side a = end_with(VERDICT_PATH_DEAD);
	struct joint_verdict b;

	a.peer_lives = true;
	a.confidence = CONFIDENCE_CERTAIN; /* as older versions said */
	b = judge(a, quiet_end(false));
	assert_int_equal(b.blame, BLAME_PATH);
	assert_int_equal(b.confidence, CONFIDENCE_LIKELY);
	assert_int_equal(b.fate[0], FATE_UNKNOWN);
}

/* A quiet other end speaks only if it lists all that it hears and was watched then. */
TEST(a_quiet_end_tells_with_all_events_only)
{
	struct side a = end_with(VERDICT_PATH_DEAD), b = quiet_end(true);

	assert_int_equal(judge(a, b).fate[0], FATE_UNKNOWN);
	b.all_events = true;
	assert_int_equal(judge(a, b).fate[0], FATE_UNKNOWN);
	b.watched = true;
	assert_int_equal(judge(a, b).fate[0], FATE_LOST_LIKELY);
	b.probes_heard = 2;
	assert_int_equal(judge(a, b).fate[0], FATE_ARRIVED);
	assert_int_equal(judge(a, b).fate[1], FATE_LOST);
}

TEST(a_host_that_drops_wins)
{
	static const enum verdict others[] = { VERDICT_PATH_DEAD, VERDICT_ONE_WAY,
					       VERDICT_RESET_AFTER_IDLE, VERDICT_UNREACHABLE,
					       VERDICT_PEER_STALLED };
	struct side a = end_with(VERDICT_LOCAL_DROP);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct joint_verdict b = judge(a, end_with(others[i]));

		assert_int_equal(b.blame, BLAME_HOST);
		assert_int_equal(b.culprit, 0);
		assert_int_equal(b.fate[0], FATE_KEPT);
		assert_int_equal(b.fate[1], FATE_UNKNOWN);
		assert_mirrored(a, end_with(others[i]));
	}
	assert_int_equal(judge(a, a).culprit, 2);
	assert_int_equal(judge(quiet_end(true), a).culprit, 1);
}

TEST(an_icmp_error_goes_before_silence)
{
	struct side a = end_with(VERDICT_UNREACHABLE);

	a.confidence = CONFIDENCE_CERTAIN;
	assert_int_equal(judge(a, end_with(VERDICT_PATH_DEAD)).blame, BLAME_ROUTER);
	assert_int_equal(judge(a, quiet_end(false)).confidence, CONFIDENCE_CERTAIN);
}

static struct side reset_end(bool known, bool is_forged)
{
	struct side s = end_with(VERDICT_RESET_AFTER_IDLE);

	s.rst_seen = true;
	s.forged_known = known;
	s.forged = is_forged;
	s.left = 1;
	s.last = at(114);
	return s;
}

TEST(a_forged_reset_is_a_box)
{
	struct side s = reset_end(true, true);
	struct joint_verdict b = judge(s, quiet_end(true));

	/* As sure as the end that heard it. */
	assert_int_equal(b.blame, BLAME_BOX);
	assert_int_equal(b.confidence, CONFIDENCE_LIKELY);
	s.confidence = CONFIDENCE_CERTAIN;
	assert_int_equal(judge(s, quiet_end(true)).confidence, CONFIDENCE_CERTAIN);
	assert_mirrored(reset_end(true, true), end_with(VERDICT_PATH_DEAD));
}

TEST(a_reset_from_an_end_that_lives_on_is_a_box)
{
	struct side b = end_with(VERDICT_PATH_DEAD);
	struct joint_verdict got;

	b.last = at(130);
	got = judge(reset_end(true, false), b);
	assert_int_equal(got.blame, BLAME_BOX);
	assert_int_equal(got.confidence, CONFIDENCE_LIKELY);
}

TEST(a_reset_alone_may_be_anybodys)
{
	assert_int_equal(judge(reset_end(true, false), quiet_end(false)).blame, BLAME_RESET);
	assert_int_equal(judge(reset_end(false, false), quiet_end(true)).blame, BLAME_RESET);
}

/* Nobody asked for it, and it was the only one. */
TEST(a_reset_that_is_suspect_stays_so)
{
	struct side s = reset_end(true, false);

	s.confidence = CONFIDENCE_SUSPECT;
	assert_int_equal(judge(s, quiet_end(false)).confidence, CONFIDENCE_SUSPECT);
}

/* b gave up while nothing of it arrived; a's first packet afterwards is reset, truly. */
TEST(a_reset_from_one_that_gave_up_is_the_path)
{
	struct side a = reset_end(true, false), b = end_with(VERDICT_PATH_DEAD);
	struct joint_verdict got;

	b.closed = true;
	a.since = at(500);
	a.last = at(501);
	got = judge(a, b);
	assert_int_equal(got.blame, BLAME_PATH);
	assert_int_equal(got.verdict, VERDICT_PATH_DEAD);
	assert_int_equal(got.fate[0], FATE_ARRIVED);
	assert_int_equal(got.fate[1], FATE_LOST);
}

TEST(a_program_that_does_not_read_is_no_path)
{
	struct joint_verdict b = judge(end_with(VERDICT_PEER_STALLED), quiet_end(true));

	assert_int_equal(b.blame, BLAME_PROGRAM);
	assert_int_equal(b.culprit, 1);
}

TEST(suspicion_is_no_verdict)
{
	struct side a = end_with(VERDICT_NONE);

	a.confidence = CONFIDENCE_SUSPECT;
	assert_int_equal(judge(a, a).verdict, VERDICT_NONE);
	assert_int_equal(judge(a, quiet_end(true)).blame, BLAME_NONE);
	/* But with the other end's verdict it is evidence. */
	assert_int_equal(judge(a, end_with(VERDICT_PATH_DEAD)).fate[1], FATE_LOST);
}

TEST(what_recovered_says_so)
{
	struct side a = end_with(VERDICT_PATH_DEAD);

	a.recovered = true;
	assert_true(judge(a, end_with(VERDICT_PATH_DEAD)).recovered);
}

TEST(long_packets_lost_are_the_paths_doing)
{
	struct side a = end_with(VERDICT_MTU_BLACK_HOLE);
	struct joint_verdict b;

	a.confidence = CONFIDENCE_CERTAIN;
	b = judge(a, quiet_end(true));
	assert_int_equal(b.verdict, VERDICT_MTU_BLACK_HOLE);
	assert_int_equal(b.blame, BLAME_PATH);
	assert_int_equal(b.confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(b.fate[0], FATE_MIXED);
	/* The other end, which waits for them, may take the path for dead. */
	assert_int_equal(judge(end_with(VERDICT_PATH_DEAD), a).verdict, VERDICT_MTU_BLACK_HOLE);
}

/* All pairs of verdicts: nothing crashes, all is mirrored, certainty needs evidence. */
TEST(all_combinations_are_mirrored)
{
	for (int v = VERDICT_NONE; v < VERDICT_MAX; v++) {
		for (int w = VERDICT_NONE; w < VERDICT_MAX; w++)
			assert_mirrored(end_with(v), end_with(w));
		assert_mirrored(end_with(v), quiet_end(true));
		assert_mirrored(end_with(v), quiet_end(false));
	}
}
