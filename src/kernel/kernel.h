/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel side as the rest of the program sees it. The only file behind this
 * interface knows of the BPF skeleton.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"
#include "kernel/kernel_config.h"
#include "kernel/tap_programs.h"

struct hook;
struct look;
struct why;
struct kernel;

/* Takes one fact; good until it returns. */
typedef void (*kernel_fact_fn)(const struct iw_fact *f, void *ctx);

/*
 * Chooses the hooks by trying, loads and attaches them. Logs what is wrong and
 * returns -EPERM when privileges are missing, -ENOTSUP when the kernel lacks
 * something, or another negative errno; *ret is untouched then.
 */
int kernel__open(const struct kernel_config *config, kernel_fact_fn fn, void *ctx,
		 struct kernel **ret);
void kernel__close(struct kernel *k);

/* The same, but attaches nothing: good for the looks only. */
int kernel__open_to_look(const struct filter *filter, struct kernel **ret);

/*
 * The same with one way of seeing probes and nothing checked before; the reason of a
 * failure is in *ret_why instead of the log. For doctor.
 */
int kernel__open_as(const struct kernel_config *config, uint32_t hz, enum iw_probe_hook hook,
		    kernel_fact_fn fn, void *ctx, struct why *ret_why, struct kernel **ret);

/* As hooks__loaded(). */
bool kernel__has_hook(const struct kernel *k, const struct hook *hook, uint32_t ret_insns[2]);

/* libbpf says nothing from now on, unless with -v. kernel__open() does so itself. */
void kernel__be_quiet(void);

/* What to attach to interfaces; owned by k. Only with a configuration that has a tap. */
struct tap_programs kernel__tap_programs(const struct kernel *k);

/* Readable when there are facts. */
int kernel__fd(const struct kernel *k);

/* Hands over every fact that is waiting. Returns 0 or a negative errno. */
int kernel__consume(struct kernel *k);

/* How probes that we send are seen, for people. */
const char *kernel__hook_name(const struct kernel *k);

/* A peer's address as the kernel side keys it: IPv6, or IPv4 as ::ffff:a.b.c.d. */
struct kernel_peer {
	uint8_t addr[IW_ADDR_LEN];
};

struct kernel_peer kernel_peer_of(const struct iw_fact *f);

/*
 * Walks all open files for the sockets with these cookies and for all sockets of
 * these peers. The caller frees with look__free(). Logs and returns a negative errno on
 * failure, with *ret empty.
 */
int kernel__look(struct kernel *k, const uint64_t *cookies, size_t n_cookies,
		 const struct kernel_peer *peers, size_t n_peers, struct look *ret);

/*
 * Adds to the look what a walk over the sockets of one network namespace finds of these
 * cookies, also where no process holds them. Returns 0, -ENOENT when the namespace is
 * gone, or another negative errno.
 */
int kernel__look_in(struct kernel *k, uint32_t netns, const uint64_t *cookies, size_t n_cookies,
		    struct look *look);

/*
 * Add all connections that the filter wants to the look: those in the network namespace that
 * this thread is in, whoever holds them, and those that open files lead to, with their
 * owners. MPTCP's are found by their files only once a walk over their namespace, or a hook,
 * has seen them. look__sort() is left to the caller. 0 or a negative errno.
 */
int kernel__look_here(struct kernel *k, struct look *look);
int kernel__look_files(struct kernel *k, struct look *look);

/* Which process closed this connection, if that was seen and not long ago. */
bool kernel__closer(const struct kernel *k, uint64_t cookie, struct iw_owner *ret);

/*
 * -f: children of this process are followed from now on, and theirs; 0 or a negative
 * errno. Needs a kernel__open() whose filter has children.
 */
int kernel__follow(struct kernel *k, uint32_t pid, uint64_t start_ns);

/* Whether it is one of them, or one given to kernel__follow(). */
bool kernel__follows(const struct kernel *k, uint32_t pid, uint64_t start_ns);

/* Walks over their PIDs: from 0 to the first, from each to the next; false at the end. */
bool kernel__next_followed(const struct kernel *k, uint32_t *pid);

/*
 * The connection is of no further interest; the kernel side stops following it, unless
 * there is news of it since seen_ns (the mono_ns of the last fact with news that the caller
 * has seen): that fact is on its way.
 */
void kernel__untrack(struct kernel *k, uint64_t cookie, uint64_t seen_ns);

/*
 * How often a program was not run because it was running on that CPU already, in
 * ret_missed; the receive hook's misses do not count, since a look at the socket
 * makes up for them. Returns 0 or a negative errno.
 */
int kernel__missed(struct kernel *k, uint64_t *ret_missed);

/*
 * Adds to the text in buf a clause, for people, for each kind of loss there was; the receive
 * hook's misses left out as above.
 */
void kernel__name_losses(struct kernel *k, char *buf, size_t size);

/*
 * What tables that forget the entry not used for longest have forgotten: at least so many,
 * as they may do so a little before they are full.
 */
struct kernel_forgotten {
	uint64_t peers; /* what TTL their packets have */
	uint64_t paths; /* their longest gaps, which may then be told again */
	uint64_t closers; /* who closed a connection */
};

struct kernel_forgotten kernel__forgotten(const struct kernel *k,
					  const uint64_t counters[IW_CNT_MAX]);

/* Sums of the kernel side's counters. Returns 0 or a negative errno. */
int kernel__counters(struct kernel *k, uint64_t ret[IW_CNT_MAX]);

#endif /* KERNEL_KERNEL_H */
