// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hz.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/hz_choice.h"
#include "base/util.h"

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

/*
 * Jiffies in a second. From tick to tick, so that no part of one is lost. On a busy virtual
 * machine ticks come late and in bunches: then over a longer time, in which that evens out.
 */
static int count_jiffies(int prog, uint64_t *ret)
{
	const struct timespec wait = { .tv_sec = 1 };
	uint64_t first_ns = 0, now = 0;
	uint32_t first, jiffies;
	int r = await_tick(prog, &first, &first_ns);

	do {
		nanosleep(&wait, NULL);
		if (!r)
			r = await_tick(prog, &jiffies, &now);
		if (r)
			return r;
		*ret = ((uint64_t)(jiffies - first) * NS_PER_S + (now - first_ns) / 2) /
		       (now - first_ns);
	} while (!hz_is_certain(*ret) && now - first_ns < LONGEST_NS);
	return 0;
}

int measure_hz(uint32_t *ret)
{
	uint32_t config = kconfig_hz(), hz = 0, jiffies;
	int prog = load_jiffies_program();
	uint64_t counted, up_ns;
	int r;

	if (prog < 0)
		return prog;
	r = read_jiffies(prog, &jiffies);
	if (!r) {
		up_ns = clock_ns(CLOCK_MONOTONIC);
		hz = !config			       ? hz_by_uptime(jiffies, up_ns)
		     : hz_fits(jiffies, up_ns, config) ? config
						       : 0;
	}
	if (!r && !hz) {
		r = count_jiffies(prog, &counted);
		if (!r)
			hz = hz_choose(config, counted);
	}
	if (!r)
		*ret = hz;
	close(prog);
	return r;
}
