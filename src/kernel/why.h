/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands between a kernel and a hook, in words for people. */
#ifndef KERNEL_WHY_H
#define KERNEL_WHY_H

#define WHY_LEN 256

struct why {
	char text[WHY_LEN];
};

/* Sets the words; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) void why__say(struct why *ret, const char *fmt, ...);

#endif /* KERNEL_WHY_H */
