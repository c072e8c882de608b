// SPDX-License-Identifier: BSD-2-Clause
/* Runs the tests of the file that this is linked with; an argument is a pattern of their names. */
#include <errno.h>
#include <time.h>

#include "check.h"

static struct CMUnitTest tests[200];
static size_t n_tests;

void register_test(struct CMUnitTest test)
{
	if (n_tests == ARRAY_SIZE(tests)) {
		fprintf(stderr, "%s: no room left in tests[]\n", test.name);
		abort();
	}
	tests[n_tests++] = test;
}

int main(int argc UNUSED, char **argv)
{
	/* What the tests expect of times of day. */
	setenv("TZ", "UTC", 1);
	tzset();
	cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests(program_invocation_short_name, tests, n_tests, NULL, NULL);
}
