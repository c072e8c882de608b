// SPDX-License-Identifier: BSD-2-Clause
#include "host/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "host/netns.h"

/* Fields of /proc/PID/stat, proc(5). */
#define PARENT_FIELD 4
#define FLAGS_FIELD 9
#define THREADS_FIELD 20
#define START_FIELD 22 /* in clock ticks since boot */

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, the same 2.6.27 to 7.x */

/* Reads at most size - 1 bytes of a file of /proc/PID; NUL-terminated. Returns how many. */
static ssize_t read_proc(uint32_t pid, const char *name, char *ret, size_t size)
{
	char path[64];
	size_t have = 0;
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (have < size - 1 && (n = read(fd, ret + have, size - 1 - have)) > 0)
		have += (size_t)n;
	n = n < 0 ? -errno : (ssize_t)have;
	close(fd);
	ret[have] = '\0';
	return n;
}

struct stat_fields {
	char state;
	uint64_t number[START_FIELD + 1]; /* by their places; those before 4 are no numbers */
};

static int read_stat(uint32_t pid, struct stat_fields *ret)
{
	char text[1024], *p;
	ssize_t n = read_proc(pid, "stat", text, sizeof(text));

	if (n < 0)
		return n == -ENOENT ? -ESRCH : (int)n;
	/* The name may hold anything, closing brackets too: the last one ends it. */
	p = strrchr(text, ')');
	if (!p || p[1] != ' ')
		return -EBADMSG;
	ret->state = p[2];
	p += 2;
	for (int field = PARENT_FIELD; field <= START_FIELD; field++) {
		p = strchr(p + 1, ' ');
		if (!p)
			return -EBADMSG;
		ret->number[field] = strtoull(p, NULL, 10);
	}
	return 0;
}

/* A dead first thread is shown as a zombie while others of the process go on. */
static bool has_ended(const struct stat_fields *stat)
{
	return stat->state == 'X' || (stat->state == 'Z' && stat->number[THREADS_FIELD] <= 1);
}

static int check_alive(uint32_t pid, uint64_t start_ns)
{
	struct stat_fields stat;
	int r = read_stat(pid, &stat);

	if (r)
		return r;
	return has_ended(&stat) || stat.number[START_FIELD] != start_ns / IW_TICK_NS ? -ESRCH : 0;
}

uint64_t proc_start_ns(uint32_t pid)
{
	struct stat_fields stat;

	return read_stat(pid, &stat) || has_ended(&stat) ? 0
							 : stat.number[START_FIELD] * IW_TICK_NS;
}

uint32_t proc_parent(uint32_t pid)
{
	struct stat_fields stat;

	return read_stat(pid, &stat) ? 0 : (uint32_t)stat.number[PARENT_FIELD];
}

/* The value of a line of /proc/PID/status, its blanks as they are; NULL: there is none. */
static const char *status_value(char *text, const char *key)
{
	size_t n = strlen(key);

	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, n) && line[n] == ':')
			return line + n + 1;
	}
	return NULL;
}

/* Whether the process's number in its own PID namespace, one below ours, is this. */
static bool is_called(uint32_t pid, uint32_t number)
{
	char text[4096], *end;
	const char *p;
	int numbers = 0;

	if (read_proc(pid, "status", text, sizeof(text)) < 0)
		return false;
	p = status_value(text, "NSpid"); /* ours first, its own last; pid_namespaces(7) */
	if (!p)
		return false;
	end = strchrnul(p, '\n');
	*end = '\0';
	for (unsigned long n = 0;; numbers++) {
		n = strtoul(p, &end, 10);
		if (end == p)
			return false;
		p = end;
		if (p[strspn(p, " \t")] == '\0')
			return numbers && n == number;
	}
}

static uint32_t find_called(uint32_t number)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint32_t found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		uint32_t pid = (uint32_t)strtoul(entry->d_name, NULL, 10);

		if (pid && is_called(pid, number))
			found = pid;
	}
	if (dir)
		closedir(dir);
	return found;
}

enum pid_kind proc_pid(uint32_t pid, uint32_t *ret_related)
{
	struct stat_fields stat;
	char text[4096];
	const char *tgid;
	int r = read_stat(pid, &stat);

	*ret_related = 0;
	if (r) {
		*ret_related = find_called(pid);
		return PID_NONE;
	}
	if (stat.number[FLAGS_FIELD] & PF_KTHREAD)
		return PID_KERNEL_THREAD;
	if (has_ended(&stat))
		return PID_ENDED;
	tgid = read_proc(pid, "status", text, sizeof(text)) < 0 ? NULL : status_value(text, "Tgid");
	if (!tgid || strtoul(tgid, NULL, 10) == pid)
		return PID_PROCESS;
	*ret_related = (uint32_t)strtoul(tgid, NULL, 10);
	return PID_THREAD;
}

bool proc_has_exited(const struct iw_owner *owner)
{
	return check_alive(owner->pid, owner->start_ns) == -ESRCH;
}

int proc_cgroup(uint32_t pid, char *ret, size_t size)
{
	ssize_t n = read_proc(pid, "cgroup", ret, size);

	return n < 0 ? (int)n : 0;
}

static bool is_below(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return !strncmp(path, directory, n) && (path[n] == '/' || !path[n]);
}

const char *proc_cgroup_path(const char *path, bool *ret_there)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *m;
	const char *below = path;

	*ret_there = false;
	while (mounts && (m = getmntent(mounts))) {
		char full[PATH_MAX];

		if (strncmp(m->mnt_type, "cgroup", 6))
			continue;
		if (is_below(path, m->mnt_dir)) {
			below = path + strlen(m->mnt_dir);
			*ret_there = !access(path, F_OK);
			break;
		}
		snprintf(full, sizeof(full), "%s%s", m->mnt_dir, path);
		*ret_there = *ret_there || !access(full, F_OK);
	}
	if (mounts)
		endmntent(mounts);
	return below[0] ? below : "/";
}

/* Words are parted by NULs; more than fits ends in three dots. */
static void read_cmdline(uint32_t pid, char ret[CMDLINE_LEN])
{
	ssize_t n = read_proc(pid, "cmdline", ret, CMDLINE_LEN);
	size_t len = n > 0 ? (size_t)n : 0;

	if (len == CMDLINE_LEN - 1)
		memcpy(ret + len - 3, "...", 3);
	while (len && !ret[len - 1])
		len--;
	for (size_t i = 0; i < len; i++) {
		if (!ret[i])
			ret[i] = ' ';
	}
	ret[len] = '\0';
}

int proc_process(uint32_t pid, uint64_t start_ns, bool cmdline, struct process_info *ret)
{
	struct process_info info = { .pid = pid, .start_ns = start_ns };
	char text[PROC_CGROUP_LEN];

	if (!proc_cgroup(pid, text, sizeof(text)))
		cgroup_parse(text, &info.cgroup);
	if (cmdline)
		read_cmdline(pid, info.cmdline);
	/* Last, so that all of the above was this process's. */
	if (check_alive(pid, start_ns) == -ESRCH)
		return -ESRCH;
	*ret = info;
	return 0;
}

/*
 * Not getpwuid(): name services may ask a directory server, over the very network that
 * is in trouble.
 */
void proc_user(uint32_t uid, char ret[NAME_LEN])
{
	FILE *in = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	ret[0] = '\0';
	while (in && (entry = fgetpwent(in))) {
		if (entry->pw_uid != uid)
			continue;
		snprintf(ret, NAME_LEN, "%s", entry->pw_name);
		break;
	}
	if (in)
		fclose(in);
}

void proc_netns(uint32_t inode, char ret[NAME_LEN])
{
	if (!netns__name(inode, ret, NAME_LEN))
		ret[0] = '\0';
}

uint32_t proc_own_pidns(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) ? 0 : (uint32_t)st.st_ino;
}
