/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes from a file or standard input; gzip and zstd are told by their magic, not by name. */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input;

/*
 * Opens path, "-" for standard input. Logs and returns a negative errno when it cannot be
 * read; *ret is untouched then.
 */
int input__open(const char *path, struct input **ret);
void input__close(struct input *in);

/*
 * Up to size bytes as they were before compression; 0 at the end. A negative errno when the
 * rest cannot be read (-EBADMSG: damaged, -ENODATA: compressed data that ends in the middle);
 * what came before is good.
 */
ssize_t input__read(struct input *in, void *buf, size_t size);

/* Bytes of the file itself that were read so far. */
uint64_t input__offset(const struct input *in);

#endif /* BASE_INPUT_H */
