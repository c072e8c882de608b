/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel side's programs: where each is hooked in, what it tells, what is lost
 * without it, and loading them. Whether a kernel can do something is found out by
 * trying, never by its version. For kernel.c and diagnosis.c; commands/doctor.c shows the
 * names of programs.
 */
#ifndef KERNEL_HOOKS_H
#define KERNEL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"
#include "kernel/kernel_config.h"

struct bpf_program;
struct btf;
struct idlewatch_bpf;
struct look;
struct why;

/* A program of bpf/idlewatch.bpf.c: its name, and where the skeleton keeps it. */
struct hook_program {
	const char *name; /* NULL: there is none */
	size_t offset;
};

/* What decides which hooks are loaded. */
struct hook_choice {
	const struct kernel_config *config;
	enum iw_probe_hook flavour;
	bool tells_result; /* this kernel's tcp_retransmit_skb tells the result of sending */
	bool only_look; /* nothing is to be attached */
};

/* Iterators are run when asked, not attached for good. */
enum hook_iterator {
	ITERATOR_NONE = 0,
	ITERATOR_FILES, /* over the open files of all processes */
	ITERATOR_SOCKETS, /* over one network namespace's sockets */
};

/* One or two programs that serve a fact together. */
struct hook {
	struct hook_program programs[2];
	bool (*is_chosen)(const struct hook_choice *choice);
	const char *where;
	const char *tells;
	const char *lost; /* without it */
	int flavour; /* enum iw_probe_hook that it makes up, -1 for all the others */
	int fact; /* enum iw_fact_type that shows that it fires, -1 none */
	enum hook_iterator iterator;
	bool optional; /* watching is possible without it */
	bool on_demand; /* loaded only where an option asks for it */
};

#define HOOKS_MAX 32 /* a set of them is a word of bits */

extern const struct hook hooks[];
extern const size_t n_hooks;

/* How probes are seen, for people. */
const char *hooks__flavour(enum iw_probe_hook flavour);

/*
 * Loads and attaches all that the configuration asks for, with one way of seeing probes. A
 * hook that is optional and cannot be had is left out; that is logged with -v. Silent
 * otherwise: returns 0, or a negative errno with the reason in *ret_why and *ret
 * untouched. The caller frees with idlewatch_bpf__destroy(). btf is the running
 * kernel's.
 */
int hooks__open(const struct kernel_config *config, uint32_t hz, enum iw_probe_hook flavour,
		const struct btf *btf, struct why *ret_why, struct idlewatch_bpf **ret);

/* Loads only the iterators and attaches nothing; as above, but without the reason. */
int hooks__open_to_look(const struct filter *filter, uint32_t hz, struct idlewatch_bpf **ret);

/* Runs an iterator and adds what it tells to the look. 0 or a negative errno. */
int hooks__walk(const struct bpf_program *iterator, struct look *look);

/*
 * Loads and attaches one hook's programs alone, and takes them away again. Returns 0
 * or a negative errno with the reason in *ret_why. ret_insns: the instructions that the
 * verifier went through for each program, 0 where the kernel does not tell (before 5.16).
 */
int hooks__try_one(const struct hook *hook, uint32_t hz, struct why *ret_why,
		   uint32_t ret_insns[2]);

/*
 * Whether all of a hook's programs are loaded, and then what each cost to verify, as in
 * hooks__try_one().
 */
bool hooks__loaded(struct idlewatch_bpf *skel, const struct hook *hook, uint32_t ret_insns[2]);

#endif /* KERNEL_HOOKS_H */
