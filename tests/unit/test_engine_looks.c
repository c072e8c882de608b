// SPDX-License-Identifier: BSD-2-Clause
/* When the engine asks for a look at a socket, and what a look changes. */
#include "facts.h"

WORLD_TEST(look_before_the_deadline_changes_nothing)
{
	uint64_t when;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	feed(w, look(w, when - 1));
	assert_said(w, "suspect");
	assert_int_equal(engine__deadline(w->engine), when);
}

WORLD_TEST(missed_look_gives_the_verdict_from_what_is_known)
{
	uint64_t when;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	feed(w, look_missed(w, when));
	assert_said(w, "suspect path-dead");
	assert_int_equal(last(w)->fact->lport, 22);
	assert_int_equal(last(w)->ts_ns, when);
	assert_int_equal(last(w)->last_heard_ns, when - w->heard_ns);
}

WORLD_TEST(connection_stays_due_until_it_is_given_a_look)
{
	uint64_t when, cookie = 0;

	feed_probes(w, 3);
	when = engine__deadline(w->engine);
	assert_int_equal(engine__due(w->engine, when - 1, &cookie, 1), 0);
	assert_int_equal(engine__due(w->engine, when, &cookie, 1), 1);
	assert_int_equal(engine__due(w->engine, when + HOUR_NS, &cookie, 1), 1);
	assert_int_equal(cookie, COOKIE);
	feed(w, look(w, when));
	assert_int_equal(engine__due(w->engine, when + HOUR_NS, &cookie, 1), 0);
}

WORLD_TEST(no_more_are_due_than_there_is_room_for)
{
	uint64_t cookies[2] = { 0 };

	for (uint64_t c = 1; c <= 3; c++)
		feed(w, of_cookie(probe_sent(w, 3), c));
	assert_int_equal(engine__due(w->engine, at_s(w, 300), cookies, 2), 2);
	assert_int_not_equal(cookies[0], cookies[1]);
	assert_int_equal(engine__due(w->engine, at_s(w, 300), cookies, 0), 0);
}

WORLD_TEST(deadline_is_the_earliest_of_all)
{
	uint64_t first, cookie = 0;

	feed(w, of_cookie(probe_sent(w, 3), 1));
	first = engine__deadline(w->engine);
	silence_from(w, w->first_ns + NS_PER_S);
	feed(w, of_cookie(probe_sent(w, 3), 2));
	assert_int_equal(engine__deadline(w->engine), first);
	assert_int_equal(engine__due(w->engine, first, &cookie, 1), 1);
	assert_int_equal(cookie, 1);
}

/* --- what a look cannot show --- */

static struct iw_fact with_xdp(struct iw_fact f, const char *interface)
{
	snprintf(f.drop_name, sizeof(f.drop_name), "%s", interface);
	return f;
}

WORLD_TEST(what_xdp_may_drop_is_told)
{
	feed_probes(w, 3);
	feed(w, with_xdp(look(w, engine__deadline(w->engine)), "eth0"));
	assert_said(w, "suspect path-dead");
	assert_string_equal(last(w)->xdp_name, "eth0");
	assert_int_equal(last(w)->dropped_out + last(w)->dropped_in, 0);
}

WORLD_TEST(xdp_that_was_detached_is_not_told)
{
	feed(w, probe_sent(w, 2));
	feed(w, with_xdp(look(w, at_s(w, 76)), "eth0"));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_said(w, "suspect path-dead");
	assert_null(last(w)->xdp_name);
}

/* The kernel gave up before there was a look. */
WORLD_TEST(what_xdp_may_drop_is_told_at_the_end)
{
	struct iw_fact end = with_xdp(closed(w, ETIMEDOUT, at_s(w, 900)), "wlan0");

	end.flags |= IW_F_NEWS;
	feed(w, end);
	assert_contains(said(w), "path-dead closed");
	assert_string_equal(last_but(w, 1)->xdp_name, "wlan0");
}

/* Any other fact's name is about something else. */
WORLD_TEST(name_of_a_drop_is_no_xdp)
{
	feed(w, probe_sent(w, 2));
	feed(w, dropped(w, OTHER_NETNS, "NETFILTER_DROP", at_s(w, 76)));
	feed(w, probe_sent(w, 3));
	look_when_due(w);
	assert_null(last(w)->xdp_name);
}
