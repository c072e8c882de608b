// SPDX-License-Identifier: BSD-2-Clause
#include "store/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

#define HEADER_LEN 100 /* https://www.sqlite.org/fileformat.html, 1.3 */
#define MAGIC "SQLite format 3"
#define VERSION_AT 60
#define APPLICATION_ID_AT 68
#define SIZE_MAX_BYTES (256LL << 20) /* many times what 65,536 paths need */
#define NAMES_TRIED 100

enum content {
	CONTENT_OURS = 0,
	CONTENT_EMPTY,
	CONTENT_NEWER,
	CONTENT_FOREIGN, /* another program's database */
	CONTENT_BROKEN,
};

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static bool has_journal(const char *path)
{
	char journal[4096];

	snprintf(journal, sizeof(journal), "%s-journal", path);
	return !access(journal, F_OK);
}

static enum content content_of(int fd, const char *path)
{
	unsigned char header[HEADER_LEN];
	struct stat st;
	uint32_t version;
	ssize_t n;

	if (fstat(fd, &st) || st.st_size > SIZE_MAX_BYTES)
		return CONTENT_BROKEN;
	n = pread(fd, header, sizeof(header), 0);
	if (!n)
		return CONTENT_EMPTY;
	if (n < HEADER_LEN || memcmp(header, MAGIC, sizeof(MAGIC)))
		/* A first transaction that was cut short: SQLite undoes it. */
		return has_journal(path) ? CONTENT_OURS : CONTENT_BROKEN;
	version = big_endian(header + VERSION_AT);
	if (big_endian(header + APPLICATION_ID_AT) != STATE_APPLICATION_ID)
		return CONTENT_FOREIGN;
	if (version > STATE_VERSION)
		return CONTENT_NEWER;
	return version ? CONTENT_OURS : CONTENT_BROKEN;
}

void state_file__close(struct state_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* Renames to a name that is free; -EEXIST when it is not. */
static int rename_to_free(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) ? -errno : 0;
}

int state_file__set_aside(struct state_file *f, const char *why, bool *ret_aside)
{
	static const char *const companions[] = { "-journal", "-wal", "-shm" };
	char to[4096], companion[4096], companion_to[4096], stamp[32];
	time_t now = time(NULL);
	int r = -EEXIST;
	struct tm tm;

	if (!f->may_write) {
		state_file__close(f);
		return log_err(-EBADMSG, "--state: %s %s; nothing is remembered", f->path, why);
	}
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 0; i < NAMES_TRIED && r == -EEXIST; i++) {
		snprintf(to, sizeof(to), "%s.aside-%s%s%.0d", f->path, stamp, i ? "-" : "", i);
		r = rename_to_free(f->path, to);
	}
	state_file__close(f);
	if (r)
		return log_err(r, "--state: %s %s and cannot be renamed: %s; nothing is remembered",
			       f->path, why, strerror(-r));
	for (size_t i = 0; i < ARRAY_SIZE(companions); i++) {
		snprintf(companion, sizeof(companion), "%s%s", f->path, companions[i]);
		snprintf(companion_to, sizeof(companion_to), "%s%s", to, companions[i]);
		rename_to_free(companion, companion_to);
	}
	*ret_aside = true;
	return log_err(-EBADMSG, "--state: %s %s: it is now %s, and a new one is begun", f->path,
		       why, to);
}

/* Opens for writing where that is allowed, else for reading. */
static int open_any(struct state_file *f)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	struct stat st;

	f->may_write = true;
	f->fd = open(f->path, O_RDWR | O_CREAT | flags, 0600);
	if (f->fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
		f->may_write = false;
		f->fd = open(f->path, O_RDONLY | flags);
	}
	if (f->fd < 0)
		return log_err(-errno, "--state: cannot open %s: %s; nothing is remembered",
			       f->path, strerror(errno));
	if (!fstat(f->fd, &st) && S_ISREG(st.st_mode))
		return 0;
	state_file__close(f);
	return log_err(-EINVAL, "--state: %s is not a regular file; nothing is remembered",
		       f->path);
}

int state_file__open(struct state_file *f, const char *path, bool *ret_aside)
{
	int r;

	*f = (struct state_file){ .path = path, .fd = -1 };
	r = open_any(f);
	if (r)
		return r;
	if (!f->may_write) {
		log_warn("--state: %s cannot be written; it is only read", path);
	} else if (flock(f->fd, LOCK_EX | LOCK_NB)) {
		f->may_write = false;
		log_warn("--state: another idlewatch writes %s; this one only reads it", path);
	}
	switch (content_of(f->fd, path)) {
	case CONTENT_FOREIGN:
		state_file__close(f);
		return log_err(-EINVAL,
			       "--state: %s is another program's database; it is left alone, and "
			       "nothing is remembered",
			       path);
	case CONTENT_NEWER:
		return state_file__set_aside(f, "was written by a later version of idlewatch",
					     ret_aside);
	case CONTENT_BROKEN:
		return state_file__set_aside(f, "is damaged", ret_aside);
	default:
		return 0;
	}
}

bool state_file__is_in_place(const struct state_file *f)
{
	struct stat opened, there;

	return !fstat(f->fd, &opened) && !lstat(f->path, &there) && opened.st_ino == there.st_ino &&
	       opened.st_dev == there.st_dev;
}

int state_file__check_to_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum content content;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return log_err(-errno, "cannot open %s: %s", path, strerror(errno));
	content = content_of(fd, path);
	close(fd);
	switch (content) {
	case CONTENT_NEWER:
		return log_err(-EBADMSG, "%s was written by a later version of idlewatch", path);
	case CONTENT_FOREIGN:
	case CONTENT_BROKEN:
		return log_err(-EBADMSG, "%s is not, or no longer, a state of idlewatch", path);
	default:
		return 0;
	}
}
