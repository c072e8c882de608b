// SPDX-License-Identifier: BSD-2-Clause
/* Jiffies per second, by configuration, uptime and counting. */
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "host/hz_choice.h"

/* What jiffies are after so long, on a kernel with this HZ. */
static uint32_t jiffies_of(uint32_t hz, uint64_t up_ns)
{
	return (uint32_t)((int64_t)(up_ns / NS_PER_MS) * hz / 1000 - 300LL * hz);
}

/* Writes a configuration, compressed or not, and reads it back. */
static uint32_t hz_of(const char *text, bool compressed)
{
	char path[] = "/tmp/idlewatch-kconfig-XXXXXX";
	int fd = mkstemp(path);
	gzFile file = gzdopen(fd, compressed ? "w" : "wT");
	uint32_t hz;

	assert_non_null(file);
	assert_true(gzputs(file, text) >= 0);
	assert_int_equal(gzclose(file), Z_OK);
	hz = kconfig_hz_in(path);
	unlink(path);
	return hz;
}

TEST(configuration_is_read)
{
	static const char text[] = "# CONFIG_HZ_100 is not set\nCONFIG_HZ_500=y\nCONFIG_HZ=500\n"
				   "CONFIG_SCHED_HRTICK=y\n";

	assert_int_equal(hz_of(text, true), 500);
	assert_int_equal(hz_of(text, false), 500);
}

TEST(configuration_that_does_not_say_is_none)
{
	assert_int_equal(hz_of("CONFIG_HZ_PERIODIC=y\n# CONFIG_HZ=250\n", false), 0);
	assert_int_equal(hz_of("CONFIG_HZ=\n", false), 0);
	assert_int_equal(hz_of("CONFIG_HZ=-1\n", false), 0);
	assert_int_equal(hz_of("CONFIG_HZ=99999999999\n", false), 0);
	assert_int_equal(hz_of("", true), 0);
	assert_int_equal(kconfig_hz_in("/nonexistent"), 0);
}

/* The two clocks start a little apart. */
TEST(right_one_fits_at_any_time)
{
	static const uint32_t all[] = { 100, 200, 250, 300, 500, 1000, 1024 };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		for (uint64_t up = 1; up < 400 * 86400; up = up * 3 / 2 + 1) {
			uint32_t jiffies = jiffies_of(all[i], up * NS_PER_S + 400 * NS_PER_MS);

			assert_true(hz_fits(jiffies, up * NS_PER_S, all[i]));
		}
	}
}

TEST(uptime_tells_them_apart)
{
	static const uint32_t all[] = { 24, 100, 200, 250, 256, 300, 500, 750, 1000, 1024, 2000 };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		uint64_t up_ns = HOUR_NS + 123 * NS_PER_MS;

		assert_int_equal(hz_by_uptime(jiffies_of(all[i], up_ns), up_ns), all[i]);
	}
}

/* 300 seconds after boot jiffies are 0 on every kernel. */
TEST(uptime_in_doubt_says_nothing)
{
	uint64_t up_ns = 301 * NS_PER_S;

	assert_int_equal(hz_by_uptime(jiffies_of(500, up_ns), up_ns), 0);
	assert_true(hz_fits(jiffies_of(500, up_ns), up_ns, 300));
}

/* As when the configuration is of another kernel. */
TEST(wrong_configuration_does_not_fit)
{
	uint64_t up_ns = HOUR_NS;

	assert_false(hz_fits(jiffies_of(500, up_ns), up_ns, 300));
	assert_false(hz_fits(jiffies_of(1000, up_ns), up_ns, 1024));
}

TEST(counting_decides_where_the_rest_does_not)
{
	assert_int_equal(hz_choose(500, 497), 500);
	assert_int_equal(hz_choose(500, 301), 300); /* the configuration is not this kernel's */
	assert_int_equal(hz_choose(0, 497), 500);
	assert_int_equal(hz_choose(0, 1020), 1024);
	assert_int_equal(hz_choose(0, 400), 400); /* one that we have never heard of */
	assert_int_equal(hz_choose(400, 397), 400);
	assert_int_equal(hz_choose(0, 0), 1);
}

TEST(count_between_two_is_not_certain)
{
	assert_true(hz_is_certain(500));
	assert_true(hz_is_certain(1002));
	assert_false(hz_is_certain(1012));
	assert_false(hz_is_certain(400));
}
