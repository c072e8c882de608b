/* SPDX-License-Identifier: BSD-2-Clause */
/* What this kernel and these privileges give, found out by trying everything. */
#ifndef KERNEL_DIAGNOSIS_H
#define KERNEL_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hook;

enum check_status {
	CHECK_OK = 0,
	CHECK_LESS, /* watching goes without it; something is lost */
	CHECK_MISSING, /* no watching without it */
	CHECK_UNKNOWN, /* could not be tried */
	CHECK_STATUS_MAX,
};

#define CHECK_WORDS_LEN 384

/* One thing looked at. Strings without an array are constants. */
struct check {
	const char *name;
	enum check_status status;
	const char *tells; /* what it is for, NULL none */
	char found[CHECK_WORDS_LEN];
	const char *lost; /* NULL nothing */
	const struct hook *hook; /* NULL: no programs */
	uint32_t insns[2]; /* that the verifier went through for each, 0 unknown */
};

#define CHECKS_MAX 40

struct diagnosis {
	char kernel[65], machine[65];
	struct check checks[CHECKS_MAX];
	size_t n_checks;
	bool possible; /* to watch */
	char conclusion[CHECK_WORDS_LEN];
};

/* Tries everything; takes a few seconds. */
void diagnose(struct diagnosis *ret);

#endif /* KERNEL_DIAGNOSIS_H */
