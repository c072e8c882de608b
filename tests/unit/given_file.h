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
	char *said; /* what said_on_stderr() returned */
	FILE *real_stderr;
	char *caught; /* since then; stderr fills it in as it is closed */
	size_t n_caught;
};

/* What was said on stderr since the last call; good until the next. */
static inline const char *said_on_stderr(struct given_file *f)
{
	fclose(stderr);
	free(f->said);
	f->said = f->caught;
	f->caught = NULL;
	stderr = open_memstream(&f->caught, &f->n_caught);
	return f->said;
}

static inline int set_file_up(void **state)
{
	struct given_file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->fd = memfd_create("given", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	snprintf(f->name, sizeof(f->name), "/proc/self/fd/%d", f->fd);
	/* Only ours: what the sanitizers have to say goes to the descriptor. */
	f->real_stderr = stderr;
	stderr = open_memstream(&f->caught, &f->n_caught);
	*state = f;
	return 0;
}

static inline int tear_file_down(void **state)
{
	struct given_file *f = *state;

	fclose(stderr);
	stderr = f->real_stderr;
	free(f->caught);
	free(f->said);
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

/* A test that has a file f. */
#define FILE_TEST(test) TEST_WITH(test, struct given_file *f, set_file_up, tear_file_down)

#endif /* GIVEN_FILE_H */
