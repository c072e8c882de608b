// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/diagnosis.h"

#include <cap-ng.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "host/filter.h"
#include "host/netns.h"
#include "kernel/hooks.h"
#include "kernel/hz.h"
#include "kernel/kernel.h"
#include "kernel/look.h"
#include "kernel/needs.h"
#include "kernel/scene.h"
#include "kernel/why.h"

#define SCENE_ENDS 4 /* of two connections */
#define SCENE_LIMIT_NS (10 * NS_PER_S)

/* One way of seeing probes, loaded and attached as watching would, and what it told. */
struct trial {
	struct kernel *kernel; /* NULL: cannot be had */
	struct why why; /* then */
	const struct scene *scene; /* NULL: it is not played */
	uint64_t cookies[SCENE_ENDS]; /* of its connections */
	size_t n_cookies;
	unsigned int facts[IW_FACT_MAX];
};

struct doctor {
	struct diagnosis *d;
	uint32_t hz; /* 0: nothing can be loaded */
	struct trial trials[IW_HOOK_MAX];
	struct check *hook_checks[HOOKS_MAX]; /* by index in hooks[] */
	bool has_tap; /* the programs of -i can be had */
	struct scene scene;
	int scene_error; /* why there is none, 0 it was played */
};

__attribute__((format(printf, 4, 5))) static struct check *
add(struct diagnosis *d, const char *name, enum check_status status, const char *fmt, ...)
{
	struct check *c = &d->checks[MIN(d->n_checks, CHECKS_MAX - 1)];
	va_list ap;

	d->n_checks += d->n_checks < CHECKS_MAX;
	*c = (struct check){ .name = name, .status = status };
	va_start(ap, fmt);
	vsnprintf(c->found, sizeof(c->found), fmt, ap);
	va_end(ap);
	return c;
}

__attribute__((format(printf, 3, 4))) static void change(struct check *c, enum check_status status,
							 const char *fmt, ...)
{
	va_list ap;

	c->status = status;
	va_start(ap, fmt);
	vsnprintf(c->found, sizeof(c->found), fmt, ap);
	va_end(ap);
}

/* --- what must be there first --- */

/* False when nothing can be loaded, so that the rest cannot be known. */
static bool check_privileges(struct diagnosis *d)
{
	struct why why = {};

	if (!needs__privileges(&why)) {
		add(d, "privileges", CHECK_OK, "%s",
		    needs__capability(CAP_SYS_ADMIN) ? "CAP_SYS_ADMIN" : "CAP_BPF and CAP_PERFMON");
		return true;
	}
	add(d, "privileges", CHECK_MISSING, "%s", why.text)->lost =
		"everything, and what this kernel gives cannot be found out either";
	return false;
}

static void check_lockdown(struct diagnosis *d)
{
	static const char name[] = "lockdown";

	switch (needs__lockdown()) {
	case LOCKDOWN_CONFIDENTIALITY:
		add(d, name, CHECK_MISSING,
		    "confidentiality: BPF programs may not read kernel memory; boot without "
		    "lockdown=confidentiality");
		break;
	case LOCKDOWN_INTEGRITY:
		add(d, name, CHECK_OK, "integrity, which allows what is needed");
		break;
	case LOCKDOWN_NONE:
		add(d, name, CHECK_OK, "none");
		break;
	default:
		add(d, name, CHECK_OK, "not told by this kernel (/sys/kernel/security/lockdown)");
	}
}

static bool check_types(struct diagnosis *d)
{
	struct why why = {};
	int r = needs__types(&why);

	add(d, "type information", r ? CHECK_MISSING : CHECK_OK, "%s",
	    r ? why.text : "BTF in /sys/kernel/btf/vmlinux");
	return !r;
}

static bool check_ring_buffer(struct diagnosis *d)
{
	struct why why = {};
	int r = needs__ring_buffer(&why);

	add(d, "ring buffer", r ? CHECK_MISSING : CHECK_OK, "%s", r ? why.text : "there");
	return !r;
}

static uint32_t check_jiffies(struct diagnosis *d)
{
	uint32_t hz = 0;
	int r = measure_hz(&hz);

	if (r)
		add(d, "jiffies", CHECK_MISSING, "cannot run a BPF program: %s", strerror(-r));
	else
		add(d, "jiffies", CHECK_OK, "%u per second, measured", hz);
	return hz;
}

/* --- hooks: all together, those that are missing then alone, then on stage --- */

static bool is_known(const struct trial *t, uint64_t cookie)
{
	for (size_t i = 0; i < t->n_cookies; i++) {
		if (t->cookies[i] == cookie)
			return true;
	}
	return false;
}

/* Whether it is about the scene, which may have others' connections beside it. */
static bool is_of_scene(struct trial *t, const struct iw_fact *f)
{
	if (!t->scene || f->netns != t->scene->netns)
		return false;
	if (is_known(t, f->cookie))
		return true;
	/* Some facts know the cookie only. */
	if ((f->lport != t->scene->port && f->pport != t->scene->port) ||
	    t->n_cookies == SCENE_ENDS)
		return false;
	t->cookies[t->n_cookies++] = f->cookie;
	return true;
}

static void on_fact(const struct iw_fact *f, void *ctx)
{
	struct trial *t = ctx;

	if (f->type < IW_FACT_MAX && is_of_scene(t, f))
		t->facts[f->type]++;
}

static struct trial *first_trial(struct doctor *doc)
{
	for (int i = 0; i < IW_HOOK_MAX; i++) {
		if (doc->trials[i].kernel)
			return &doc->trials[i];
	}
	return NULL;
}

/* The programs of -i take privileges of their own: where those fail, without them. */
static void open_trials(struct doctor *doc)
{
	static const struct filter everything;
	struct kernel_config config = { .filter = &everything,
					.idle_ns = NS_PER_S,
					.probe_hook = PROBE_HOOK_ANY,
					.all_events = true };

	for (int i = 0; i < IW_HOOK_MAX; i++) {
		struct trial *t = &doc->trials[i];

		for (int without_tap = 0; !t->kernel && without_tap < 2; without_tap++) {
			config.tap = !without_tap;
			if (kernel__open_as(&config, doc->hz, (enum iw_probe_hook)i, on_fact, t,
					    &t->why, &t->kernel))
				t->kernel = NULL;
			else if (config.tap)
				doc->has_tap = true;
		}
	}
}

static bool is_loaded(const struct doctor *doc, const struct hook *hook, uint32_t ret_insns[2])
{
	for (int i = 0; i < IW_HOOK_MAX; i++) {
		if (doc->trials[i].kernel &&
		    kernel__has_hook(doc->trials[i].kernel, hook, ret_insns))
			return true;
	}
	return false;
}

static void try_hooks(struct doctor *doc)
{
	for (size_t i = 0; i < n_hooks; i++) {
		struct why why = {};
		uint32_t insns[2] = { 0 };
		int r = is_loaded(doc, &hooks[i], insns)
				? 0
				: hooks__try_one(&hooks[i], doc->hz, &why, insns);
		struct check *c = add(doc->d, hooks[i].where, r ? CHECK_LESS : CHECK_OK, "%s",
				      r ? why.text : "can be had");

		c->hook = &hooks[i];
		c->tells = hooks[i].tells;
		c->lost = hooks[i].lost;
		memcpy(c->insns, insns, sizeof(insns));
		doc->hook_checks[i] = c;
	}
}

static void consume(struct doctor *doc)
{
	for (int i = 0; i < IW_HOOK_MAX; i++) {
		if (doc->trials[i].kernel)
			kernel__consume(doc->trials[i].kernel);
	}
}

static void play_scene(struct doctor *doc)
{
	const uint64_t until = now_ns() + SCENE_LIMIT_NS;
	struct pollfd over;

	if (doc->scene_error)
		return;
	for (int i = 0; i < IW_HOOK_MAX; i++)
		doc->trials[i].scene = &doc->scene;
	scene__begin(&doc->scene);
	over = (struct pollfd){ .fd = doc->scene.pipe, .events = POLLIN };
	while (now_ns() < until && poll(&over, 1, 50) == 0)
		consume(doc);
	scene__end(&doc->scene);
	consume(doc);
}

/* What the scene showed of one hook that can be had. */
static void judge_hook(struct doctor *doc, const struct hook *hook, struct check *c)
{
	struct trial *t = hook->flavour >= 0 ? &doc->trials[hook->flavour] : first_trial(doc);

	if (c->status != CHECK_OK || hook->fact < 0)
		return;
	if (!t)
		change(c, CHECK_UNKNOWN, "can be had; not tried further, as others are missing");
	else if (!t->kernel)
		change(c, CHECK_LESS, "%s", t->why.text);
	else if (doc->scene_error)
		change(c, CHECK_UNKNOWN, "attached; whether it fires could not be tried: %s",
		       strerror(-doc->scene_error));
	else if (doc->scene.failed_at[0])
		change(c, CHECK_UNKNOWN, "attached; whether it fires could not be tried: %s failed",
		       doc->scene.failed_at);
	else if (!t->facts[hook->fact])
		change(c, CHECK_LESS,
		       "attached, but it does not fire: a connection made for it "
		       "was not seen");
	else
		change(c, CHECK_OK, "attached, and it fires");
}

static int walk(struct kernel *k, enum hook_iterator iterator, struct look *ret)
{
	*ret = (struct look){};
	return iterator == ITERATOR_FILES ? kernel__look_files(k, ret) : kernel__look_here(k, ret);
}

static void check_iterators(struct doctor *doc)
{
	struct trial *t = first_trial(doc);
	struct look look;

	for (size_t i = 0; t && i < n_hooks; i++) {
		struct check *c = doc->hook_checks[i];

		if (!hooks[i].iterator || c->status != CHECK_OK)
			continue;
		if (walk(t->kernel, hooks[i].iterator, &look))
			change(c, CHECK_LESS, "loaded, but it cannot be run");
		else
			change(c, CHECK_OK, "runs; TCP sockets%s found now: %zu",
			       hooks[i].iterator == ITERATOR_FILES ? " and their owners"
								   : " of this namespace",
			       look.n_rows);
		look__free(&look);
	}
}

/* --- what options need besides --- */

/* Of its own, where things can be tried that would be in others' way. */
static int has_no_namespace(const struct doctor *doc)
{
	return doc->scene_error ? doc->scene_error : doc->scene.own_error;
}

static void check_tc(struct doctor *doc, const char *name, int r)
{
	if (!doc->has_tap)
		add(doc->d, name, CHECK_UNKNOWN, "could not be tried: see tc egress and ingress");
	else if (has_no_namespace(doc))
		add(doc->d, name, CHECK_UNKNOWN, "could not be tried: no network namespace");
	else if (!r)
		add(doc->d, name, CHECK_OK, "attached to an interface and taken away again");
	else
		add(doc->d, name, CHECK_LESS, "%s%s", strerror(-r),
		    r == -EPERM ? ": it needs CAP_NET_ADMIN" : "");
}

static void check_taps(struct doctor *doc)
{
	bool any =
		doc->has_tap && !has_no_namespace(doc) && (!doc->scene.tcx || !doc->scene.clsact);

	check_tc(doc, "-i by tcx (Linux 6.6)", doc->scene.tcx);
	check_tc(doc, "-i by clsact", doc->scene.clsact);
	for (size_t i = doc->d->n_checks - 2; i < doc->d->n_checks; i++)
		doc->d->checks[i].lost =
			any ? "nothing, as the other is there" : "-i: nothing is seen on the wire";
}

/* Raw ICMP sockets and --verify's connect live in the namespace of the connection. */
static void check_namespaces(struct doctor *doc)
{
	int r = has_no_namespace(doc);
	int fd = r ? r : netns__socket(doc->scene.netns, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	struct check *c;

	if (fd >= 0) {
		add(doc->d, "ICMP and --verify in other namespaces", CHECK_OK,
		    "a raw socket opens");
		close(fd);
		return;
	}
	c = add(doc->d, "ICMP and --verify in other namespaces", CHECK_LESS,
		"%s: they need CAP_SYS_ADMIN and CAP_NET_RAW", strerror(-fd));
	c->lost = "a router that answers keepalives with ICMP there looks like a silent one; "
		  "--verify cannot connect there";
}

/* --- the conclusion --- */

/* The scene was not played to its end: then nothing is known of what did not fire. */
static bool is_untried(const struct doctor *doc)
{
	return doc->scene_error || doc->scene.failed_at[0];
}

static bool fires(const struct doctor *doc, int flavour)
{
	const struct trial *t = &doc->trials[flavour];

	return t->kernel && (is_untried(doc) || t->facts[IW_FACT_PROBE_SENT]);
}

/* What is missing of a hook that nothing replaces is fatal. */
static void mark_missing(struct doctor *doc)
{
	bool retransmits = false; /* by either of two hooks */

	for (size_t i = 0; i < n_hooks; i++)
		retransmits |= hooks[i].fact == IW_FACT_RETRANSMIT &&
			       doc->hook_checks[i]->status == CHECK_OK;
	for (size_t i = 0; i < n_hooks; i++) {
		struct check *c = doc->hook_checks[i];
		bool spare = hooks[i].optional || hooks[i].on_demand || hooks[i].flavour >= 0 ||
			     (hooks[i].fact == IW_FACT_RETRANSMIT && retransmits);

		if (c->status == CHECK_LESS && !spare)
			c->status = CHECK_MISSING;
	}
}

static void conclude(struct doctor *doc)
{
	struct trial *first = first_trial(doc);
	struct diagnosis *d = doc->d;
	int flavour = 0;

	while (flavour < IW_HOOK_MAX && !fires(doc, flavour))
		flavour++;
	d->possible = first && flavour < IW_HOOK_MAX;
	if (!first)
		snprintf(d->conclusion, sizeof(d->conclusion), "Watching is not possible: %s.",
			 needs__lockdown() == LOCKDOWN_CONFIDENTIALITY
				 ? "this kernel is locked down (confidentiality)"
				 : doc->trials[IW_HOOK_TIMER].why.text);
	else if (!d->possible)
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "Watching is not possible: no hook shows probes.");
	else if (first != &doc->trials[flavour])
		snprintf(d->conclusion, sizeof(d->conclusion),
			 "Watching is possible with --hook %s only: the better hook does not fire.",
			 flavour == IW_HOOK_KPROBE ? "kprobe" : "timer");
	else
		snprintf(d->conclusion, sizeof(d->conclusion),
			 is_untried(doc) ? "Watching is possible; whether probes are seen by %s "
					   "could not be tried."
					 : "Watching is possible; probes are seen by %s.",
			 hooks__flavour((enum iw_probe_hook)flavour));
}

static void try_all(struct doctor *doc)
{
	const struct tap_programs none = { -1, -1 };
	struct trial *t;

	open_trials(doc);
	try_hooks(doc);
	t = first_trial(doc);
	doc->scene_error = scene__prepare(&doc->scene, t ? kernel__tap_programs(t->kernel) : none);
	check_taps(doc);
	check_namespaces(doc);
	if (t)
		play_scene(doc);
	else if (!doc->scene_error)
		scene__end(&doc->scene);
	for (size_t i = 0; i < n_hooks; i++)
		judge_hook(doc, &hooks[i], doc->hook_checks[i]);
	check_iterators(doc);
	mark_missing(doc);
	conclude(doc);
	for (int i = 0; i < IW_HOOK_MAX; i++)
		kernel__close(doc->trials[i].kernel);
}

void diagnose(struct diagnosis *ret)
{
	struct doctor doc = { .d = ret };
	struct utsname name;
	bool privileged, types, ring;

	_Static_assert(sizeof(ret->kernel) == sizeof(name.release), "a release fits");
	*ret = (struct diagnosis){};
	kernel__be_quiet();
	if (!uname(&name)) {
		memcpy(ret->kernel, name.release, sizeof(ret->kernel));
		memcpy(ret->machine, name.machine, sizeof(ret->machine));
	}
	privileged = check_privileges(ret);
	check_lockdown(ret);
	types = check_types(ret);
	if (!privileged) {
		snprintf(ret->conclusion, sizeof(ret->conclusion),
			 "Watching is not possible with these privileges; whether this kernel "
			 "could, only a run as root can tell.");
		return;
	}
	ring = check_ring_buffer(ret);
	doc.hz = check_jiffies(ret);
	if (types && ring && doc.hz) {
		try_all(&doc);
		return;
	}
	snprintf(ret->conclusion, sizeof(ret->conclusion),
		 "Watching is not possible: see what is "
		 "missing above.");
}
