// SPDX-License-Identifier: BSD-2-Clause
#include "hz.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "util.h"

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

int measure_hz(uint32_t *ret)
{
	static const uint32_t choices[] = { 100, 250, 300, 1000 };
	const struct timespec wait = { .tv_nsec = 60 * NS_PER_MS };
	uint64_t start_ns, took_ns, measured;
	uint32_t before, after, best = 0;
	int prog = load_jiffies_program();
	int r;

	if (prog < 0)
		return prog;
	r = read_jiffies(prog, &before);
	start_ns = clock_ns(CLOCK_MONOTONIC);
	nanosleep(&wait, NULL);
	if (!r)
		r = read_jiffies(prog, &after);
	took_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	close(prog);
	if (r)
		return r;
	measured = (uint64_t)(after - before) * NS_PER_S / took_ns;
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		if (!best || llabs((long long)choices[i] - (long long)measured) <
				     llabs((long long)best - (long long)measured))
			best = choices[i];
	}
	*ret = best;
	return 0;
}
