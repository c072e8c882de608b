// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hz.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"

/* What Linux can be built with. */
static const uint32_t choices[] = { 100, 250, 300, 1000 };

#define LONGEST_NS (3 * NS_PER_S)

/*
 * The two clocks start some tenths of a second apart. A choice that is wrong is off by a
 * sixth of the distance to 300 seconds of uptime or more: in doubt for half a minute.
 */
#define FIT_NS (3 * NS_PER_S / 2)
#define NEAR_NS (3 * NS_PER_S)

/* A program of two instructions that returns jiffies. Returns its fd or -errno. */
static int load_jiffies_program(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_jiffies64 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "jiffies", "GPL", insns,
			     ARRAY_SIZE(insns), NULL);
}

static int read_jiffies(int prog, uint32_t *ret)
{
	char packet[64] = "";
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	int r = bpf_prog_test_run_opts(prog, &opts);

	if (!r)
		*ret = opts.retval;
	return r;
}

/* The moment of a tick: when jiffies is seen to change. */
static int await_tick(int prog, uint32_t *ret_jiffies, uint64_t *ret_ns)
{
	const uint64_t until = clock_ns(CLOCK_MONOTONIC) + NS_PER_S;
	uint32_t before;
	int r = read_jiffies(prog, &before);

	*ret_jiffies = before;
	while (!r && *ret_jiffies == before) {
		*ret_ns = clock_ns(CLOCK_MONOTONIC);
		r = *ret_ns < until ? read_jiffies(prog, ret_jiffies) : -ETIME;
	}
	return r;
}

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

/* True when one choice fits, give or take the start of the clocks, and no other comes near. */
static bool know_by_uptime(uint32_t jiffies, uint64_t up_ns, uint32_t *ret)
{
	unsigned int fitting = 0, near = 0;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		uint64_t off = off_ns(jiffies, up_ns, choices[i]);

		near += off < NEAR_NS;
		if (off > FIT_NS)
			continue;
		fitting++;
		*ret = choices[i];
	}
	return fitting == 1 && near == 1;
}

static uint32_t nearest_hz(uint64_t measured)
{
	uint32_t best = choices[0];

	for (size_t i = 1; i < ARRAY_SIZE(choices); i++) {
		if (llabs((long long)choices[i] - (long long)measured) <
		    llabs((long long)best - (long long)measured))
			best = choices[i];
	}
	return best;
}

/* Near enough to leave no doubt: 250 and 300 are 18 % apart. */
static bool is_near(uint64_t measured, uint32_t hz)
{
	return (uint64_t)llabs((long long)hz - (long long)measured) * 100 <= 3ULL * hz;
}

/*
 * From tick to tick, so that no part of one is lost. On a busy virtual machine ticks
 * come late and in bunches: then over a longer time, in which that evens out.
 */
static int measure(int prog, uint32_t *ret)
{
	const struct timespec wait = { .tv_sec = 1 };
	uint64_t first_ns = 0, now = 0, measured = 0;
	uint32_t first, jiffies;
	int r = await_tick(prog, &first, &first_ns);

	do {
		nanosleep(&wait, NULL);
		if (!r)
			r = await_tick(prog, &jiffies, &now);
		if (r)
			return r;
		measured = ((uint64_t)(jiffies - first) * NS_PER_S + (now - first_ns) / 2) /
			   (now - first_ns);
	} while (!is_near(measured, nearest_hz(measured)) && now - first_ns < LONGEST_NS);
	*ret = nearest_hz(measured);
	return 0;
}

int measure_hz(uint32_t *ret)
{
	int prog = load_jiffies_program();
	uint32_t jiffies;
	int r;

	if (prog < 0)
		return prog;
	r = read_jiffies(prog, &jiffies);
	if (!r && !know_by_uptime(jiffies, clock_ns(CLOCK_MONOTONIC), ret))
		r = measure(prog, ret);
	close(prog);
	return r;
}
