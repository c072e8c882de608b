// SPDX-License-Identifier: BSD-2-Clause
/* Which processes a filter names: by number, name, cgroup and descent. */
#include "host/filter.h"

#include <unistd.h>

#include "check.h"
#include "host/cgroup.h"
#include "host/proc.h"
#include "idlewatch.h"

static struct iw_owner self(void)
{
	struct iw_owner o = { .pid = (uint32_t)getpid(), .start_ns = 5 };

	snprintf(o.comm, sizeof(o.comm), "test");
	return o;
}

static bool by_name(const struct filter *f, struct iw_owner o)
{
	struct filter_query q = { .filter = f };

	return filter_query__by_name(&q, &o);
}

static bool by_pid(const struct filter *f, struct iw_owner o)
{
	struct filter_query q = { .filter = f };

	return filter_query__by_pid(&q, &o);
}

TEST(an_empty_filter_names_nobody)
{
	struct filter f = { .children = true, .only_family = 4, .some_local_ports = true };

	assert_false(filter_any_process(&f));
	assert_false(by_name(&f, self()));
	assert_false(by_pid(&f, self()));
	f.n_pids = 1;
	assert_true(filter_any_process(&f));
	f = (struct filter){ .n_comms = 1 };
	assert_true(filter_any_process(&f));
	f = (struct filter){ .n_cgroups = 1 };
	assert_true(filter_any_process(&f));
}

TEST(any_of_several_names_will_do)
{
	struct filter f = { .n_comms = 2, .comms = { "other", "test" } };

	assert_true(by_name(&f, self()));
	f.comms[1] = "tes";
	assert_false(by_name(&f, self()));
	f.comms[1] = "tests";
	assert_false(by_name(&f, self()));
	f.comms[1] = "Test";
	assert_false(by_name(&f, self()));
	f.comms[1] = "";
	assert_false(by_name(&f, self()));
}

/* People give the whole name; the kernel has its first 15 bytes. */
TEST(long_names_are_compared_as_the_kernel_keeps_them)
{
	struct filter f = { .n_comms = 1, .comms = { "kube-controller-manager" } };
	struct iw_owner o = self();

	snprintf(o.comm, sizeof(o.comm), "kube-controller");
	assert_true(by_name(&f, o));
	f.comms[0] = "kube-controlled-manager";
	assert_false(by_name(&f, o));
	f.comms[0] = "kube-controlle";
	assert_false(by_name(&f, o));
}

/* A name may hold any bytes. */
TEST(names_are_bytes)
{
	struct filter f = { .n_comms = 1, .comms = { "\xff\n\x1b[2J%s" } };
	struct iw_owner o = self();

	assert_false(by_name(&f, o));
	snprintf(o.comm, sizeof(o.comm), "%s", f.comms[0]);
	assert_true(by_name(&f, o));
}

TEST(numbers_are_told_apart)
{
	struct filter f = { .n_pids = 2, .pids = { getpid() + 1, getpid() } };

	assert_true(by_pid(&f, self()));
	f.n_pids = 1;
	assert_false(by_pid(&f, self()));
}

TEST(descent_counts_only_with_children)
{
	struct filter f = { .n_pids = 1, .pids = { getppid() } };

	assert_false(by_pid(&f, self()));
	f.children = true;
	assert_true(by_pid(&f, self()));
	f.pids[0] = (pid_t)proc_parent((uint32_t)getppid()); /* a grandparent, if it is in sight */
	if (f.pids[0])
		assert_true(by_pid(&f, self()));
	f.pids[0] = getpid() + 1;
	assert_false(by_pid(&f, self()));
	f.pids[0] = 0; /* the parent of the first process is nobody */
	assert_false(by_pid(&f, self()));
}

/* The cgroup of this very process, as it would be given. */
static const char *own_cgroup(void)
{
	static struct cgroup c;
	char text[8192];

	assert_int_equal(proc_cgroup((uint32_t)getpid(), text, sizeof(text)), 0);
	cgroup_parse(text, &c);
	return c.path;
}

TEST(any_of_several_cgroups_will_do)
{
	struct filter f = { .n_cgroups = 2, .cgroups = { "/no such", own_cgroup() } };
	struct iw_owner gone = self();

	assert_true(by_name(&f, self()));
	f.n_cgroups = 1;
	assert_false(by_name(&f, self()));
	f.cgroups[0] = "/";
	gone.pid = UINT32_MAX; /* no such process: it is in none */
	assert_false(by_name(&f, gone));
}

/* Rows come in runs of one process: what /proc said of it holds for them all. */
TEST(proc_is_asked_once_for_each_process)
{
	struct filter f = { .n_pids = 1, .pids = { getppid() }, .children = true };
	struct filter_query q = { .filter = &f };
	struct iw_owner o = self();

	assert_true(filter_query__by_pid(&q, &o));
	f.pids[0] = getpid() + 1;
	assert_true(filter_query__by_pid(&q, &o)); /* not asked anew */
	o.start_ns++; /* another process by now, under the same number */
	assert_false(filter_query__by_pid(&q, &o));
	f.pids[0] = getppid();
	assert_false(filter_query__by_pid(&q, &o));
	q.pid = 0;
	assert_true(filter_query__by_pid(&q, &o));
}
