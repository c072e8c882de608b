// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_cookie_and_pid(const void *a, const void *b)
{
	const struct iw_owner *x = &((const struct iw_look_row *)a)->owner;
	const struct iw_owner *y = &((const struct iw_look_row *)b)->owner;

	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

void look__sort(struct look *look)
{
	size_t n = 0;

	if (!look->n_rows)
		return;
	qsort(look->rows, look->n_rows, sizeof(*look->rows), by_cookie_and_pid);
	for (size_t i = 1; i < look->n_rows; i++) {
		const struct iw_owner *last = &look->rows[n].owner;

		/* The row without an owner comes first. */
		if (last->pid && !by_cookie_and_pid(&look->rows[n], &look->rows[i]))
			continue;
		n += last->pid || last->cookie != look->rows[i].owner.cookie;
		look->rows[n] = look->rows[i];
	}
	look->n_rows = n + 1;
}

static int grow(struct look *look, const struct iw_look_row *rows, size_t n)
{
	size_t size = (look->n_rows + n) * sizeof(*rows);
	struct iw_look_row *bigger = realloc(look->rows, size);

	if (!bigger)
		return -ENOMEM;
	memcpy(bigger + look->n_rows, rows, n * sizeof(*rows));
	look->rows = bigger;
	look->n_rows += n;
	return 0;
}

int look__add(struct look *look, const struct iw_look_row *row)
{
	int r = grow(look, row, 1);

	if (!r)
		look__sort(look);
	return r;
}

int look__read(struct look *look, int fd)
{
	struct iw_look_row rows[64];
	size_t have = 0;
	ssize_t n;
	int r = 0;

	while (!r && (n = read(fd, (char *)rows + have, sizeof(rows) - have)) != 0) {
		if (n < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return -errno;
		}
		have += (size_t)n;
		r = grow(look, rows, have / sizeof(*rows));
		memmove(rows, (char *)rows + have - have % sizeof(*rows), have % sizeof(*rows));
		have %= sizeof(*rows);
	}
	return r;
}

void look__free(struct look *look)
{
	free(look->rows);
	*look = (struct look){};
}

const struct iw_look_row *look__find(const struct look *look, uint64_t cookie, size_t *ret_n)
{
	size_t low = 0, high = look->n_rows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (look->rows[mid].owner.cookie < cookie)
			low = mid + 1;
		else
			high = mid;
	}
	while (high < look->n_rows && look->rows[high].owner.cookie == cookie)
		high++;
	*ret_n = high - low;
	return *ret_n ? &look->rows[low] : NULL;
}
