/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmocka with the headers it wants before it, and the few things every test file uses.
 *
 * A test is written and registered in one place; check.c runs those of a file in the
 * order they are written there:
 *
 *	TEST(durations_have_units)
 *	{
 *		assert_int_equal(...);
 *	}
 */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"

#define UNUSED __attribute__((unused))

/* What TEST_WITH() calls, before main(). */
void register_test(struct CMUnitTest test);

/*
 * A test that has something set up for it: param declares that, as setup leaves it in its
 * *state. The constructors that register run by priority: the line.
 */
#define TEST_WITH(test, param, setup, teardown)                                                  \
	static void test(param UNUSED);                                                          \
	static void test##__run(void **state)                                                    \
	{                                                                                        \
		test(*state);                                                                    \
	}                                                                                        \
	__attribute__((constructor(1000 + __LINE__))) static void test##__register(void)         \
	{                                                                                        \
		register_test((struct CMUnitTest){ #test, test##__run, setup, teardown, NULL }); \
	}                                                                                        \
	static void test(param UNUSED)

#define TEST(test) TEST_WITH(test, void *nothing, NULL, NULL)

#define MINUTE_NS (60 * NS_PER_S)
#define HOUR_NS (60 * MINUTE_NS)

#define assert_contains(text, part) assert_non_null(strstr((text), (part)))
#define assert_lacks(text, part) assert_null(strstr((text), (part)))

/* Independent of the code under test: 1 when the bytes are valid UTF-8 (RFC 3629). */
static inline int is_utf8(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		size_t n = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

		if (!n || *p > 0xf4 || (*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
		    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
			return 0;
		for (size_t i = 1; i < n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
		}
		p += n;
	}
	return 1;
}

/* A small generator with a seed, the same everywhere (xorshift64*). */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1dULL;
}

#endif /* CHECK_H */
