// SPDX-License-Identifier: BSD-2-Clause
#include "host/hz_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "base/util.h"

#define HZ_MAX 10000 /* beyond what a kernel's arithmetic takes */

/*
 * What Linux is built with: kernel/Kconfig.hz, those of arm, alpha and mips, and what
 * patched kernels for desktops offer.
 */
static const uint32_t choices[] = { 24,	 32,  48,  64,	100,  128,  200,  250, 256,
				    300, 500, 600, 750, 1000, 1024, 1200, 2000 };

/*
 * The two clocks start some tenths of a second apart. A wrong choice is off by at least a
 * fortieth of the distance to 300 seconds of uptime: in doubt for a few minutes.
 */
#define FIT_NS (3 * NS_PER_S / 2)
#define NEAR_NS (3 * NS_PER_S)

/* In per cent. 1000 and 1024 are two and a half apart. */
#define CERTAIN 1
#define NEAR 5

/* --- the configuration --- */

uint32_t kconfig_hz_in(const char *path)
{
	static const char key[] = "CONFIG_HZ=";
	gzFile file = gzopen(path, "re");
	char line[4096];
	unsigned long hz = 0;

	if (!file)
		return 0;
	while (!hz && gzgets(file, line, sizeof(line))) {
		if (!strncmp(line, key, strlen(key)))
			hz = strtoul(line + strlen(key), NULL, 10);
	}
	gzclose(file);
	return hz <= HZ_MAX ? (uint32_t)hz : 0;
}

uint32_t kconfig_hz(void)
{
	uint32_t hz = kconfig_hz_in("/proc/config.gz");
	struct utsname name;
	char path[256];

	if (hz || uname(&name))
		return hz;
	snprintf(path, sizeof(path), "/boot/config-%s", name.release);
	hz = kconfig_hz_in(path);
	if (hz)
		return hz;
	snprintf(path, sizeof(path), "/lib/modules/%s/config", name.release);
	return kconfig_hz_in(path);
}

/* --- the time since boot --- */

/*
 * Jiffies start at -300 seconds (INITIAL_JIFFIES, the same 2.6 to 7.x) and go on with
 * CLOCK_MONOTONIC: so uptime tells HZ, unless it is about 300 seconds, when all choices
 * agree. How far the choice is off, in ns.
 */
static uint64_t off_ns(uint32_t jiffies, uint64_t up_ns, uint32_t hz)
{
	uint64_t ticks = up_ns / NS_PER_S * hz + up_ns % NS_PER_S * hz / NS_PER_S;
	int32_t off = (int32_t)(jiffies - (uint32_t)(ticks - 300ULL * hz));

	return (uint64_t)llabs((long long)off) * (NS_PER_S / hz);
}

bool hz_fits(uint32_t jiffies, uint64_t up_ns, uint32_t hz)
{
	return off_ns(jiffies, up_ns, hz) <= FIT_NS;
}

uint32_t hz_by_uptime(uint32_t jiffies, uint64_t up_ns)
{
	unsigned int fitting = 0, near = 0;
	uint32_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		near += off_ns(jiffies, up_ns, choices[i]) < NEAR_NS;
		if (!hz_fits(jiffies, up_ns, choices[i]))
			continue;
		fitting++;
		found = choices[i];
	}
	return fitting == 1 && near == 1 ? found : 0;
}

/* --- counting --- */

static uint32_t nearest(uint64_t counted)
{
	uint32_t best = choices[0];

	for (size_t i = 1; i < ARRAY_SIZE(choices); i++) {
		if (llabs((long long)choices[i] - (long long)counted) <
		    llabs((long long)best - (long long)counted))
			best = choices[i];
	}
	return best;
}

static bool is_within(uint64_t counted, uint32_t hz, uint64_t per_cent)
{
	return (uint64_t)llabs((long long)hz - (long long)counted) * 100 <= per_cent * hz;
}

bool hz_is_certain(uint64_t counted)
{
	return is_within(counted, nearest(counted), CERTAIN);
}

uint32_t hz_choose(uint32_t config, uint64_t counted)
{
	if (config && is_within(counted, config, NEAR))
		return config;
	if (is_within(counted, nearest(counted), NEAR))
		return nearest(counted);
	return (uint32_t)CLAMP(counted, 1, HZ_MAX);
}
