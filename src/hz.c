// SPDX-License-Identifier: BSD-2-Clause
#include "hz.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

#define LONGEST_NS (3 * NS_PER_S)

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

static uint32_t nearest_hz(uint64_t measured)
{
	static const uint32_t choices[] = { 100, 250, 300, 1000 };
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
	const struct timespec wait = { .tv_nsec = 50 * NS_PER_MS };
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
	int r;

	if (prog < 0)
		return prog;
	r = measure(prog, ret);
	close(prog);
	return r;
}
