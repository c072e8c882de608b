// SPDX-License-Identifier: BSD-2-Clause
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/log.h"
#include "base/util.h"

#define CHUNK_BYTES 65536
#define MAGIC_BYTES 4

enum packing {
	PACKING_NONE = 0,
	PACKING_GZIP,
	PACKING_ZSTD,
};

struct input {
	int fd;
	enum packing packing;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool in_frame; /* compressed data goes on: the end would come too early */
	uint64_t read_bytes;
	size_t at, len; /* what of chunk is not used yet */
	uint8_t chunk[CHUNK_BYTES];
};

/* More bytes behind those that are there; returns how many came, 0 at the end. */
static ssize_t fill(struct input *in)
{
	ssize_t n;

	if (in->at == in->len)
		in->at = in->len = 0;
	do {
		n = read(in->fd, in->chunk + in->len, sizeof(in->chunk) - in->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	in->len += (size_t)n;
	in->read_bytes += (uint64_t)n;
	return n;
}

static int begin_unpacking(struct input *in)
{
	static const uint8_t zstd_magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const uint8_t gzip_magic[] = { 0x1f, 0x8b };

	if (in->len >= sizeof(gzip_magic) && !memcmp(in->chunk, gzip_magic, sizeof(gzip_magic))) {
		in->packing = PACKING_GZIP;
		/* 15 bits of window, 16: with a gzip header */
		return inflateInit2(&in->gzip, 15 + 16) == Z_OK ? 0 : -ENOMEM;
	}
	if (in->len >= sizeof(zstd_magic) && !memcmp(in->chunk, zstd_magic, sizeof(zstd_magic))) {
		in->packing = PACKING_ZSTD;
		in->zstd = ZSTD_createDStream();
		return in->zstd ? 0 : -ENOMEM;
	}
	return 0;
}

static int begin(struct input *in)
{
	ssize_t n = 1;

	while (n > 0 && in->len < MAGIC_BYTES)
		n = fill(in);
	return n < 0 ? (int)n : begin_unpacking(in);
}

int input__open(const char *path, struct input **ret)
{
	struct input *in = calloc(1, sizeof(*in));
	int r;

	if (!in)
		return log_err(-ENOMEM, "out of memory");
	in->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	r = in->fd < 0 ? -errno : begin(in);
	if (r) {
		input__close(in);
		return log_err(r, "cannot read %s: %s", path, strerror(-r));
	}
	*ret = in;
	return 0;
}

void input__close(struct input *in)
{
	if (!in)
		return;
	if (in->packing == PACKING_GZIP)
		inflateEnd(&in->gzip);
	ZSTD_freeDStream(in->zstd);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	free(in);
}

uint64_t input__offset(const struct input *in)
{
	return in->read_bytes - (in->len - in->at);
}

static ssize_t read_plain(struct input *in, void *buf, size_t size)
{
	size_t n = MIN(size, in->len - in->at);

	memcpy(buf, in->chunk + in->at, n);
	in->at += n;
	return (ssize_t)n;
}

/* One step of gzip; files may be several, one behind the other. */
static ssize_t inflate_some(struct input *in, void *buf, size_t size)
{
	int r;

	if (!in->in_frame && in->gzip.total_in && inflateReset(&in->gzip) != Z_OK)
		return -EBADMSG;
	in->gzip.next_in = in->chunk + in->at;
	in->gzip.avail_in = (unsigned int)(in->len - in->at);
	in->gzip.next_out = buf;
	in->gzip.avail_out = (unsigned int)size;
	r = inflate(&in->gzip, Z_NO_FLUSH);
	in->at = in->len - in->gzip.avail_in;
	in->in_frame = r != Z_STREAM_END;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return -EBADMSG;
	return (ssize_t)(size - in->gzip.avail_out);
}

static ssize_t unzstd_some(struct input *in, void *buf, size_t size)
{
	ZSTD_inBuffer from = { in->chunk + in->at, in->len - in->at, 0 };
	ZSTD_outBuffer to = { buf, size, 0 };
	size_t r = ZSTD_decompressStream(in->zstd, &to, &from);

	in->at += from.pos;
	if (ZSTD_isError(r))
		return -EBADMSG;
	in->in_frame = r != 0;
	return (ssize_t)to.pos;
}

ssize_t input__read(struct input *in, void *buf, size_t size)
{
	ssize_t (*const some[])(struct input *, void *, size_t) = {
		[PACKING_NONE] = read_plain,
		[PACKING_GZIP] = inflate_some,
		[PACKING_ZSTD] = unzstd_some,
	};
	ssize_t n = 0;

	/* A step may give nothing, as long as it takes something. */
	while (!n) {
		bool ended = false;
		size_t before;

		if (in->at == in->len) {
			n = fill(in);
			if (n < 0)
				return n;
			ended = !n;
		}
		if (ended && !in->in_frame)
			return 0;
		before = in->at;
		n = some[in->packing](in, buf, MIN(size, (size_t)CHUNK_BYTES));
		if (ended && !n)
			return -ENODATA;
		if (!n && in->at == before && in->at < in->len)
			return -EBADMSG;
	}
	return n;
}
