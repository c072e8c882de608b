// SPDX-License-Identifier: BSD-2-Clause
/* What /proc tells of processes: of this one, its children, and of those that are no more. */
#include "host/proc.h"

#include <errno.h>
#include <mntent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* A child that lives until end_child(). */
struct child {
	pid_t pid;
	int hold; /* it reads until this is closed */
};

static struct child begin_child(const char *name)
{
	struct child c;
	int hold[2], ready[2];
	char byte;

	assert_int_equal(pipe(hold), 0);
	assert_int_equal(pipe(ready), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (!c.pid) {
		close(hold[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		_exit(write(ready[1], "x", 1) != 1 || read(hold[0], &byte, 1) != 0);
	}
	close(hold[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	c.hold = hold[1];
	return c;
}

/* Lets it end and waits until it has, but leaves it a zombie. */
static void let_die(struct child *c)
{
	siginfo_t info;

	close(c->hold);
	assert_int_equal(waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT), 0);
}

static void bury(const struct child *c)
{
	assert_int_equal(waitpid(c->pid, NULL, 0), c->pid);
}

static struct iw_owner owner_of(uint32_t pid)
{
	return (struct iw_owner){ .pid = pid, .start_ns = proc_start_ns(pid) };
}

TEST(a_running_process_is_found)
{
	uint32_t self = (uint32_t)getpid(), related = 7;
	struct process_info info;

	assert_true(proc_start_ns(self) > 0);
	assert_int_equal(proc_parent(self), getppid());
	assert_int_equal(proc_pid(self, &related), PID_PROCESS);
	assert_int_equal(related, 0);
	assert_int_equal(proc_process(self, proc_start_ns(self), true, &info), 0);
	assert_int_equal(info.pid, self);
	assert_int_equal(info.start_ns, proc_start_ns(self));
	assert_contains(info.cmdline, "test_proc");
	assert_true(proc_own_pidns() > 0);
}

static void *ask_about_itself(void *ret)
{
	uint32_t *related = ret;

	return (void *)(intptr_t)proc_pid((uint32_t)gettid(), related);
}

TEST(a_thread_is_its_processs)
{
	uint32_t related = 0;
	pthread_t thread;
	void *kind;

	assert_int_equal(pthread_create(&thread, NULL, ask_about_itself, &related), 0);
	assert_int_equal(pthread_join(thread, &kind), 0);
	assert_int_equal((intptr_t)kind, PID_THREAD);
	assert_int_equal(related, getpid());
}

/* It may hold secrets. */
TEST(the_command_line_is_read_only_when_wanted)
{
	uint32_t self = (uint32_t)getpid();
	struct process_info info;

	assert_int_equal(proc_process(self, proc_start_ns(self), false, &info), 0);
	assert_string_equal(info.cmdline, "");
}

/* Between its brackets a name may hold anything that looks like the fields behind it. */
TEST(names_do_not_shift_the_fields)
{
	static const char *const names[] = { ") Z 1 1 1 1", "a b) X", "((", ")", "\n) 1 2" };
	uint32_t related;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct child c = begin_child(names[i]);
		struct iw_owner owner = owner_of((uint32_t)c.pid);

		assert_int_equal(proc_parent((uint32_t)c.pid), getpid());
		assert_true(owner.start_ns >= proc_start_ns((uint32_t)getpid()));
		assert_int_equal(proc_pid((uint32_t)c.pid, &related), PID_PROCESS);
		assert_false(proc_has_exited(&owner));
		let_die(&c);
		bury(&c);
	}
}

TEST(zombies_and_the_buried_have_exited)
{
	struct child c = begin_child("child");
	uint32_t pid = (uint32_t)c.pid, related = 7;
	struct iw_owner owner = owner_of(pid);
	struct process_info info = { .pid = 4711 };
	char text[64];

	let_die(&c);
	assert_int_equal(proc_pid(pid, &related), PID_ENDED);
	assert_true(proc_has_exited(&owner));
	assert_int_equal(proc_start_ns(pid), 0);
	bury(&c);
	assert_int_equal(proc_pid(pid, &related), PID_NONE);
	assert_true(proc_has_exited(&owner));
	assert_int_equal(proc_start_ns(pid), 0);
	assert_int_equal(proc_parent(pid), 0);
	assert_int_equal(proc_process(pid, owner.start_ns, true, &info), -ESRCH);
	assert_int_equal(info.pid, 4711);
	assert_int_equal(proc_cgroup(pid, text, sizeof(text)), -ENOENT);
}

/* Its PID is another's by now. */
TEST(another_start_is_another_process)
{
	uint32_t self = (uint32_t)getpid();
	struct iw_owner owner = owner_of(self);
	struct process_info info;

	owner.start_ns += IW_TICK_NS - 1; /* the same tick of the clock that /proc counts by */
	assert_false(proc_has_exited(&owner));
	owner.start_ns++;
	assert_true(proc_has_exited(&owner));
	assert_int_equal(proc_process(self, owner.start_ns, false, &info), -ESRCH);
}

TEST(the_text_of_cgroups_is_cut_to_its_room)
{
	char whole[8192], cut[6];

	assert_int_equal(proc_cgroup((uint32_t)getpid(), whole, sizeof(whole)), 0);
	assert_non_null(strchr(whole, ':'));
	memset(cut, 'x', sizeof(cut));
	assert_int_equal(proc_cgroup((uint32_t)getpid(), cut, sizeof(cut)), 0);
	assert_int_equal(strlen(cut), sizeof(cut) - 1);
	assert_memory_equal(cut, whole, sizeof(cut) - 1);
}

/* Arguments are parted by NULs, and may be more than there is room for. */
TEST(long_command_lines_end_in_dots)
{
	static char argument[2 * CMDLINE_LEN];
	struct process_info info;
	uint32_t pid;
	int hold[2];

	memset(argument, 'a', sizeof(argument) - 1);
	assert_int_equal(pipe(hold), 0);
	pid = (uint32_t)fork();
	if (!pid) {
		dup2(hold[0], STDIN_FILENO);
		close(hold[1]);
		execl("/bin/sh", "sh", "-c", "read x", "", argument, NULL);
		_exit(1);
	}
	close(hold[0]);
	do /* until it is the shell */
		assert_int_equal(proc_process(pid, proc_start_ns(pid), true, &info), 0);
	while (strncmp(info.cmdline, "sh", 2));
	close(hold[1]);
	assert_int_equal(waitpid((pid_t)pid, NULL, 0), pid);
	assert_int_equal(strlen(info.cmdline), CMDLINE_LEN - 1);
	assert_memory_equal(info.cmdline, "sh -c read x  aaaa", 18);
	assert_string_equal(info.cmdline + CMDLINE_LEN - 5, "a...");
}

TEST(users_have_the_names_of_this_host)
{
	char name[NAME_LEN];

	proc_user(0, name);
	assert_string_equal(name, "root");
	proc_user(UINT32_MAX - 1, name);
	assert_string_equal(name, "");
}

TEST(a_cgroup_path_below_no_mount_stays_as_it_is)
{
	bool there = true;

	assert_string_equal(proc_cgroup_path("/no such.slice/a", &there), "/no such.slice/a");
	assert_false(there);
	assert_string_equal(proc_cgroup_path("", &there), "/");
}

/* Where this host has cgroups mounted at all. */
TEST(the_mount_point_is_taken_off_a_cgroup_path)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *m;
	char path[4096];
	bool there;

	assert_non_null(mounts);
	while ((m = getmntent(mounts)) && strncmp(m->mnt_type, "cgroup", 6))
		;
	if (m)
		snprintf(path, sizeof(path) - 16, "%s", m->mnt_dir);
	endmntent(mounts);
	if (!m)
		skip();
	assert_string_equal(proc_cgroup_path(path, &there), "/");
	assert_true(there);
	strcat(path, "x"); /* beside the mount, not below it */
	assert_string_equal(proc_cgroup_path(path, &there), path);
	assert_false(there);
	path[strlen(path) - 1] = '\0';
	strcat(path, "/no such");
	assert_string_equal(proc_cgroup_path(path, &there), "/no such");
	assert_false(there);
	assert_string_equal(proc_cgroup_path("/", &there), "/");
	assert_true(there);
}
