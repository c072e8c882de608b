// SPDX-License-Identifier: BSD-2-Clause
/* How long a connection is followed, by the kernel side and by the engine. */
#include "engine/conn_table.h"
#include "facts.h"

WORLD_TEST(connection_in_trouble_is_followed_until_it_is_well)
{
	struct iw_fact news = probe_sent(w, 3);

	assert_false(engine__view(w->engine, COOKIE).in_trouble);
	feed(w, probe_sent(w, 2));
	feed(w, news);
	assert_true(engine__view(w->engine, COOKIE).in_trouble);
	assert_int_equal(engine__view(w->engine, COOKIE).news_ns, news.mono_ns);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	assert_false(engine__view(w->engine, COOKIE).in_trouble);
	/* Of the answer's time there may be news that has not been seen. */
	assert_int_equal(engine__view(w->engine, COOKIE).news_ns, news.mono_ns);
}

WORLD_TEST(next_trouble_is_followed_again)
{
	feed_probes(w, 3);
	feed(w, heard(w, IW_HEARD_ANSWER, at_s(w, 151)));
	silence_from(w, w->heard_ns + 2 * HOUR_NS);
	feed(w, probe_sent(w, 2));
	assert_true(engine__view(w->engine, COOKIE).in_trouble);
	assert_int_equal(engine__view(w->engine, COOKIE).news_ns, probe_sent(w, 2).mono_ns);
}

WORLD_TEST(connection_that_ended_is_not_followed)
{
	feed_probes(w, 3);
	feed(w, closed(w, ETIMEDOUT, at_s(w, 675)));
	assert_false(engine__view(w->engine, COOKIE).in_trouble);
}

/* With a silence survived and nothing else known, seven in a row would be needed. */
WORLD_TEST(answers_that_only_the_kernel_side_saw_count)
{
	feed_probes(w, 3);
	feed(w, heard(w, 0, at_s(w, 151)));
	silence_from(w, w->heard_ns + 4 * HOUR_NS);
	w->sock.answered = 100;
	said(w);
	feed_probes(w, 3);
	assert_true(engine__deadline(w->engine) < probe_sent(w, 4).ts_ns);
	look_when_due(w);
	assert_said(w, "suspect path-dead");
}

WORLD_TEST(recovered_ones_are_remembered_up_to_a_bound)
{
	struct engine_config config = w->config;

	config.max_connections = 2 * CONNS_WELL_MAX;
	restart(w, &config);
	feed(w, of_cookie(probe_sent(w, 2), 1)); /* stays in trouble */
	for (uint64_t c = 2; c <= CONNS_WELL_MAX + 2; c++)
		feed(w, of_cookie(probe_sent(w, 2), c));
	for (uint64_t c = 2; c <= CONNS_WELL_MAX + 2; c++)
		feed(w, of_cookie(heard(w, IW_HEARD_ANSWER, at_s(w, 80)), c));
	assert_true(engine__knows(w->engine, 1));
	assert_false(engine__knows(w->engine, 2));
	assert_true(engine__knows(w->engine, 3));
	assert_true(engine__knows(w->engine, CONNS_WELL_MAX + 2));
}
