// SPDX-License-Identifier: BSD-2-Clause
#include "whois.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"
#include "util.h"

#define CGROUP_TEXT_LEN 8192
/* Fields of /proc/PID/stat, proc(5). */
#define THREADS_FIELD 20
#define START_FIELD 22 /* in clock ticks since boot */

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
	uint64_t threads;
	uint64_t start;
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
	for (int field = 2; field < START_FIELD; field++) {
		p = strchr(p + 1, ' ');
		if (!p)
			return -EBADMSG;
		if (field + 1 == THREADS_FIELD)
			ret->threads = strtoull(p, NULL, 10);
	}
	ret->start = strtoull(p, NULL, 10);
	return 0;
}

static int check_alive(uint32_t pid, uint64_t start_ns)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	struct stat_fields stat;
	int r = read_stat(pid, &stat);

	if (r)
		return r;
	/* A dead first thread is shown as a zombie while others of the process go on. */
	if (stat.state == 'X' || (stat.state == 'Z' && stat.threads <= 1))
		return -ESRCH;
	return stat.start == start_ns / tick_ns ? 0 : -ESRCH;
}

bool whois_has_exited(const struct iw_owner *owner)
{
	return check_alive(owner->pid, owner->start_ns) == -ESRCH;
}

int whois_cgroup(uint32_t pid, char *ret, size_t size)
{
	ssize_t n = read_proc(pid, "cgroup", ret, size);

	return n < 0 ? (int)n : 0;
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

int whois_process(uint32_t pid, uint64_t start_ns, bool cmdline, struct process_info *ret)
{
	struct process_info info = { .pid = pid, .start_ns = start_ns };
	char text[CGROUP_TEXT_LEN];

	if (!whois_cgroup(pid, text, sizeof(text)))
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
void whois_user(uint32_t uid, char ret[NAME_LEN])
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

void whois_netns(uint32_t inode, char ret[NAME_LEN])
{
	if (!netns__name(inode, ret, NAME_LEN))
		ret[0] = '\0';
}
