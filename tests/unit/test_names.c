// SPDX-License-Identifier: BSD-2-Clause
/* The store of what numbers are called. */
#include "host/names.h"

#include "check.h"

static struct process_info info(uint32_t pid, uint64_t start_ns, const char *unit)
{
	struct process_info i = { .pid = pid, .start_ns = start_ns };

	snprintf(i.cgroup.unit, sizeof(i.cgroup.unit), "%s", unit);
	return i;
}

TEST(a_used_again_pid_is_another_process)
{
	struct process_info first = info(7, 100, "a.service"), second = info(7, 200, "b.service");
	struct names *n;

	assert_int_equal(names__new(&n), 0);
	assert_int_equal(names__set_process(n, &first), 1);
	assert_null(names__process(n, 7, 200));
	assert_int_equal(names__set_process(n, &second), 1);
	assert_string_equal(names__process(n, 7, 100)->cgroup.unit, "a.service");
	assert_string_equal(names__process(n, 7, 200)->cgroup.unit, "b.service");
	names__free(n);
}

TEST(only_a_change_is_news)
{
	struct process_info i = info(7, 100, "a.service");
	struct names *n;

	assert_int_equal(names__new(&n), 0);
	assert_int_equal(names__set_process(n, &i), 1);
	assert_int_equal(names__set_process(n, &i), 0);
	snprintf(i.cmdline, sizeof(i.cmdline), "other");
	assert_int_equal(names__set_process(n, &i), 1);
	assert_int_equal(names__set(n, NAME_USER, 0, "root"), 1);
	assert_int_equal(names__set(n, NAME_USER, 0, "root"), 0);
	assert_int_equal(names__set(n, NAME_USER, 0, ""), 1);
	assert_null(names__get(n, NAME_USER, 0));
	assert_null(names__get(n, NAME_NETNS, 0));
	names__free(n);
}

TEST(the_oldest_are_forgotten)
{
	struct names *n;

	assert_int_equal(names__new(&n), 0);
	for (uint32_t pid = 1; pid <= 5000; pid++) {
		struct process_info i = info(pid, pid, "x.service");

		assert_int_equal(names__set_process(n, &i), 1);
		assert_int_equal(names__set(n, NAME_NETNS, pid, "ns"), 1);
	}
	assert_null(names__process(n, 1, 1));
	assert_null(names__get(n, NAME_NETNS, 1));
	assert_non_null(names__process(n, 5000, 5000));
	assert_non_null(names__get(n, NAME_NETNS, 5000));
	names__free(n);
}

TEST(an_absent_store_knows_nothing)
{
	assert_null(names__process(NULL, 1, 1));
	assert_null(names__get(NULL, NAME_USER, 0));
	names__free(NULL);
}
