// SPDX-License-Identifier: BSD-2-Clause
#include "netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

/* Opens the path if it is that namespace, else -1. */
static int open_if(const char *path, uint32_t inode)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && st.st_ino == inode)
		return fd;
	close(fd);
	return -1;
}

/* Tries every entry of a directory; suffix completes its path. */
static int search(const char *directory, const char *suffix, bool only_numbers, uint32_t inode)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[300];
	int fd = -1;

	if (!dir)
		return -1;
	while (fd < 0 && (entry = readdir(dir))) {
		if (only_numbers && !isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory, entry->d_name, suffix);
		fd = open_if(path, inode);
	}
	closedir(dir);
	return fd;
}

static int open_netns(uint32_t inode)
{
	int fd = open_if("/proc/self/ns/net", inode);

	if (fd < 0)
		fd = search("/run/netns", "", false, inode);
	if (fd < 0)
		fd = search("/proc", "/ns/net", true, inode);
	return fd;
}

int netns__socket(uint32_t inode, int domain, int type, int protocol)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open_netns(inode);
	int fd = -1, r = 0;

	if (home < 0 || there < 0)
		r = -ENOENT;
	else if (setns(there, CLONE_NEWNET))
		r = -errno;
	if (!r) {
		fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
		r = fd < 0 ? -errno : 0;
		if (setns(home, CLONE_NEWNET)) {
			/* To go on in a foreign namespace would be to lie from there. */
			log_warn("cannot return to this process's network namespace");
			abort();
		}
	}
	if (home >= 0)
		close(home);
	if (there >= 0)
		close(there);
	return r ? r : fd;
}
