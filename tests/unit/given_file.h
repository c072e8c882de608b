/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a file that has a name, and what is said on stderr meanwhile. Both are in
 * memory: nothing is left behind.
 */
#ifndef GIVEN_FILE_H
#define GIVEN_FILE_H

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"

struct given_file {
	int fd;
	char name[32];
	int caught, real_stderr;
	char said[65536];
};

static inline int given_file__setup(void **state)
{
	struct given_file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->fd = memfd_create("given", MFD_CLOEXEC);
	f->caught = memfd_create("stderr", MFD_CLOEXEC);
	fflush(stderr);
	f->real_stderr = dup(STDERR_FILENO);
	assert_true(f->fd >= 0 && f->caught >= 0 && f->real_stderr >= 0);
	snprintf(f->name, sizeof(f->name), "/proc/self/fd/%d", f->fd);
	assert_true(dup2(f->caught, STDERR_FILENO) >= 0);
	*state = f;
	return 0;
}

static inline int given_file__teardown(void **state)
{
	struct given_file *f = *state;

	fflush(stderr);
	dup2(f->real_stderr, STDERR_FILENO);
	close(f->real_stderr);
	close(f->caught);
	close(f->fd);
	free(f);
	return 0;
}

/* The file holds these bytes and no others. */
static inline void give(struct given_file *f, const void *bytes, size_t n)
{
	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(pwrite(f->fd, bytes, n, 0), n);
}

/* The same in gzip; returns how many bytes that became, the last of which are left out. */
static inline size_t give_gzip(struct given_file *f, const void *bytes, size_t n, size_t left_out)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)bytes, .avail_in = (unsigned int)n };
	size_t room = n + 1024, packed;
	uint8_t *out = malloc(room);

	assert_non_null(out);
	z.next_out = out;
	z.avail_out = (unsigned int)room;
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed = room - z.avail_out;
	deflateEnd(&z);
	assert_true(left_out < packed);
	give(f, out, packed - left_out);
	free(out);
	return packed;
}

/* What was said on stderr since the last call. */
static inline const char *said_on_stderr(struct given_file *f)
{
	ssize_t n;

	fflush(stderr);
	n = pread(f->caught, f->said, sizeof(f->said) - 1, 0);
	assert_true(n >= 0);
	f->said[n] = '\0';
	assert_int_equal(ftruncate(f->caught, 0), 0);
	lseek(f->caught, 0, SEEK_SET);
	return f->said;
}

/* A test that has a file f. */
#define FILE_TEST(test) \
	TEST_WITH(test, struct given_file *f, given_file__setup, given_file__teardown)

#endif /* GIVEN_FILE_H */
