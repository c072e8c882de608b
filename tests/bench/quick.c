// SPDX-License-Identifier: BSD-2-Clause
/*
 * bench-quick: what the receive hook costs per received segment when nothing is
 * wrong, beside an empty program and the plain way of doing it (a hash map by
 * cookie, the time written at each segment) on the same tracepoint.
 *
 * All are attached at once, so that noise hits all alike. Whichever runs first
 * fetches code and socket into the cache for the others: an empty program that is
 * not counted goes first, and each round has the others in another order. Traffic
 * is a TCP ping-pong between two namespaces that vanish with their processes,
 * first with both ends on one CPU, then on two, where each looks at a socket whose
 * cache lines the other CPU has just written. The kernel's statistics cannot tell
 * whose segment a program ran for, so this host's other TCP segments are in the
 * figures too.
 *
 *	program     one CPU   minus empty    two CPUs   minus empty
 *	empty          24.9             -        25.4             -
 *	idlewatch      48.3          23.2        52.0          26.6
 *	plain         249.0         224.1       231.9         206.5
 *	ns per segment: medians of 12 rounds, 720312 segments
 *	ok: idlewatch costs 0.10 and 0.13 of the plain program (limit 0.33)
 *
 * Exit status: 0 within the limit, 1 over it, 2 it could not be measured.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "idlewatch.h"
#include "bench/quick.skel.h"
#include "idlewatch.skel.h"
#include "base/util.h"

#define ROUNDS 12 /* for each placement */
#define WARM_UP 1000 /* round trips not counted at the start of a round */
#define ROUND_TRIPS 6000 /* per round, two segments each */
#define LIMIT (1.0 / 3.0) /* idlewatch's cost : the plain program's */
#define ASSUMED_HZ 1000 /* only scales --idle, which this traffic never reaches */
#define IDLE_S 3 /* --idle */
#define CLIENT_ADDR "10.78.0.1"
#define SERVER_ADDR "10.78.0.2"
#define PORT 7800

enum {
	EXIT_WITHIN = 0,
	EXIT_OVER = 1,
	EXIT_UNMEASURED = 2,
};

enum subject_id { EMPTY = 0, IDLEWATCH, PLAIN, SUBJECT_MAX };

/* Where the two ends of the connection run. */
enum placement { ONE_CPU = 0, TWO_CPUS, PLACEMENT_MAX };

struct subject {
	const char *name;
	struct bpf_program *prog;
	struct bpf_link *link;
	uint64_t before_ns, before_runs, runs;
	double ns[PLACEMENT_MAX][ROUNDS];
	double extra_ns[PLACEMENT_MAX][ROUNDS]; /* minus the empty program's in that round */
};

struct bench {
	struct subject subjects[SUBJECT_MAX];
	struct idlewatch_bpf *idlewatch;
	struct quick_bpf *quick;
	pid_t server;
	int sock;
	int stats;
	size_t first_cpu, last_cpu; /* of those we may use */
};

/* errno adds its text, 0 none. */
__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fputs("bench-quick: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, err ? ": %s\n" : "\n", strerror(err));
	exit(EXIT_UNMEASURED);
}

/* --- traffic --- */

__attribute__((format(printf, 1, 2))) static void run(const char *fmt, ...)
{
	char command[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	errno = 0;
	if (system(command))
		die("'%s' failed", command);
}

static void set_nodelay(int sock)
{
	const int one = 1;

	setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static struct sockaddr_in address(const char *ip)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

/* The other end: says over `ready` that its namespace is there, then that it listens. */
__attribute__((noreturn)) static void serve(int ready, int go)
{
	const struct sockaddr_in addr = address("0.0.0.0");
	int listener, sock;
	char c = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET))
		die("cannot make a network namespace");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (const void *)&addr, sizeof(addr)) || listen(listener, 1))
		die("cannot listen");
	if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
		exit(EXIT_UNMEASURED);
	run("ip addr add " SERVER_ADDR "/24 dev bench1 && ip link set bench1 up");
	if (write(ready, &c, 1) != 1)
		exit(EXIT_UNMEASURED);
	sock = accept(listener, NULL, NULL);
	if (sock < 0)
		die("cannot accept");
	set_nodelay(sock);
	while (read(sock, &c, 1) == 1 && write(sock, &c, 1) == 1)
		;
	exit(0);
}

static void expect_byte(int fd)
{
	char c;

	errno = 0;
	if (read(fd, &c, 1) != 1)
		die("the server process has failed");
}

static void connect_namespaces(struct bench *b, int ready, int go)
{
	expect_byte(ready);
	run("ip link add bench0 type veth peer name bench1 netns %d", b->server);
	run("ip addr add " CLIENT_ADDR "/24 dev bench0 && ip link set bench0 up");
	if (write(go, "", 1) != 1)
		die("cannot talk to the server process");
	expect_byte(ready);
}

static void open_connection(struct bench *b)
{
	const struct sockaddr_in addr = address(SERVER_ADDR);
	int ready[2], go[2];

	if (unshare(CLONE_NEWNET) || pipe(ready) || pipe(go))
		die("cannot make a network namespace");
	b->server = fork();
	if (b->server < 0)
		die("cannot fork");
	if (!b->server) {
		close(ready[0]);
		close(go[1]); /* or the end of the parent would not be seen */
		serve(ready[1], go[0]);
	}
	close(ready[1]);
	connect_namespaces(b, ready[0], go[1]);
	close(ready[0]);
	close(go[1]);
	b->sock = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(b->sock, (const void *)&addr, sizeof(addr)))
		die("cannot connect");
	set_nodelay(b->sock);
}

static void ping_pong(const struct bench *b, int round_trips)
{
	char c = 0;

	for (int i = 0; i < round_trips; i++) {
		if (write(b->sock, &c, 1) != 1 || read(b->sock, &c, 1) != 1)
			die("the test connection broke");
	}
}

/* --- placement --- */

static void find_cpus(struct bench *b)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		die("cannot find out which CPUs there are");
	b->first_cpu = CPU_SETSIZE;
	for (size_t i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &cpus))
			continue;
		if (b->first_cpu == CPU_SETSIZE)
			b->first_cpu = i;
		b->last_cpu = i;
	}
}

static void pin(pid_t pid, size_t cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(pid, sizeof(cpus), &cpus))
		die("cannot move to CPU %zu", cpu);
}

static void place(const struct bench *b, enum placement where)
{
	pin(0, b->first_cpu);
	pin(b->server, where == ONE_CPU ? b->first_cpu : b->last_cpu);
}

static int placements(const struct bench *b)
{
	return b->first_cpu == b->last_cpu ? 1 : PLACEMENT_MAX;
}

/* --- the programs --- */

/* The receive hook as the tool loads it: same object, default options, nothing else of it. */
static void load_idlewatch(struct bench *b)
{
	struct idlewatch_bpf *skel = idlewatch_bpf__open();
	struct iw_config *cfg;
	struct bpf_program *p;

	if (!skel)
		die("cannot open idlewatch's programs");
	bpf_object__for_each_program(p, skel->obj)
		bpf_program__set_autoload(p, p == skel->progs.segment_received);
	cfg = (struct iw_config *)&skel->rodata->cfg;
	cfg->hz = ASSUMED_HZ;
	cfg->idle_jiffies = IDLE_S * ASSUMED_HZ;
	cfg->probe_hook = IW_HOOK_TIMER;
	if (idlewatch_bpf__load(skel))
		die("cannot load idlewatch's receive hook");
	b->idlewatch = skel;
	b->subjects[IDLEWATCH] =
		(struct subject){ .name = "idlewatch", .prog = skel->progs.segment_received };
}

/* Loads the programs to compare with, and attaches the one that goes first and stays. */
static void load_others(struct bench *b)
{
	b->quick = quick_bpf__open_and_load();
	if (!b->quick)
		die("cannot load the programs to compare with");
	b->quick->links.first = bpf_program__attach(b->quick->progs.first);
	if (!b->quick->links.first)
		die("cannot attach to the tracepoint tcp_probe");
	b->subjects[EMPTY] = (struct subject){ .name = "empty", .prog = b->quick->progs.empty };
	b->subjects[PLAIN] = (struct subject){ .name = "plain", .prog = b->quick->progs.plain };
}

static void read_stats(const struct subject *s, uint64_t *ret_ns, uint64_t *ret_runs)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(s->prog), &info, &len))
		die("cannot read the statistics of program %s", s->name);
	*ret_ns = info.run_time_ns;
	*ret_runs = info.run_cnt;
}

static void attach(struct subject *s)
{
	s->link = bpf_program__attach(s->prog);
	if (!s->link)
		die("cannot attach program %s", s->name);
}

static void detach(struct subject *s)
{
	bpf_link__destroy(s->link);
	s->link = NULL;
}

/* --- measure --- */

static double finish_round(struct subject *s)
{
	uint64_t ns, runs;

	read_stats(s, &ns, &runs);
	ns -= s->before_ns;
	runs -= s->before_runs;
	errno = 0;
	if (runs < 2 * ROUND_TRIPS)
		die("program %s ran for %llu of %d segments", s->name, (unsigned long long)runs,
		    2 * ROUND_TRIPS);
	s->runs += runs;
	return (double)ns / (double)runs;
}

/* One round, with the programs attached in the order that belongs to it. */
static void measure_round(struct bench *b, enum placement where, int round)
{
	static const enum subject_id orders[][SUBJECT_MAX] = {
		{ EMPTY, IDLEWATCH, PLAIN }, { PLAIN, IDLEWATCH, EMPTY },
		{ IDLEWATCH, PLAIN, EMPTY }, { EMPTY, PLAIN, IDLEWATCH },
		{ PLAIN, EMPTY, IDLEWATCH }, { IDLEWATCH, EMPTY, PLAIN },
	};
	_Static_assert(ROUNDS % ARRAY_SIZE(orders) == 0, "each order as often as the others");
	const enum subject_id *order = orders[(size_t)round % ARRAY_SIZE(orders)];
	struct subject *s = b->subjects;

	for (int i = 0; i < SUBJECT_MAX; i++)
		attach(&s[order[i]]);
	ping_pong(b, WARM_UP);
	for (int i = 0; i < SUBJECT_MAX; i++)
		read_stats(&s[i], &s[i].before_ns, &s[i].before_runs);
	ping_pong(b, ROUND_TRIPS);
	for (int i = 0; i < SUBJECT_MAX; i++) {
		s[i].ns[where][round] = finish_round(&s[i]);
		s[i].extra_ns[where][round] = s[i].ns[where][round] - s[EMPTY].ns[where][round];
	}
	for (int i = 0; i < SUBJECT_MAX; i++)
		detach(&s[i]);
}

static void measure(struct bench *b)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int where = 0; where < placements(b); where++) {
			place(b, where);
			measure_round(b, where, round);
		}
	}
}

/* --- report --- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(*values), by_value);
	return (values[(ROUNDS - 1) / 2] + values[ROUNDS / 2]) / 2;
}

static void print_table(struct bench *b)
{
	printf("%-12s%8s%14s", "program", "one CPU", "minus empty");
	printf(placements(b) == PLACEMENT_MAX ? "%12s%14s\n" : "\n", "two CPUs", "minus empty");
	for (int i = 0; i < SUBJECT_MAX; i++) {
		struct subject *s = &b->subjects[i];

		printf("%-12s", s->name);
		for (int where = 0; where < placements(b); where++) {
			printf(where == ONE_CPU ? "%8.1f" : "%12.1f", median(s->ns[where]));
			if (i == EMPTY)
				printf("%14s", "-");
			else
				printf("%14.1f", median(s->extra_ns[where]));
		}
		putchar('\n');
	}
	printf("ns per segment: medians of %d rounds, %llu segments\n", ROUNDS,
	       (unsigned long long)b->subjects[EMPTY].runs);
}

static double ratio(struct bench *b, enum placement where)
{
	double ours = median(b->subjects[IDLEWATCH].extra_ns[where]);
	double plain = median(b->subjects[PLAIN].extra_ns[where]);

	errno = 0;
	if (plain <= 0)
		die("too much noise: the plain program seems to cost nothing");
	return ours / plain;
}

static int verdict(struct bench *b)
{
	bool two = placements(b) == PLACEMENT_MAX;
	double one_cpu = ratio(b, ONE_CPU);
	double two_cpus = two ? ratio(b, TWO_CPUS) : one_cpu;
	bool over = one_cpu > LIMIT || two_cpus > LIMIT;

	printf("%s: idlewatch costs %.2f", over ? "FAIL" : "ok", one_cpu);
	if (two)
		printf(" and %.2f", two_cpus);
	printf(" of the plain program (limit %.2f)\n", LIMIT);
	return over ? EXIT_OVER : EXIT_WITHIN;
}

static int print_nothing(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN && getenv("BENCH_VERBOSE") ? vfprintf(stderr, fmt, ap) : 0;
}

int main(void)
{
	struct bench b = {};
	int r;

	libbpf_set_print(print_nothing);
	load_idlewatch(&b);
	load_others(&b);
	b.stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (b.stats < 0)
		die("cannot enable the kernel's statistics of BPF programs");
	find_cpus(&b);
	open_connection(&b);
	measure(&b);
	print_table(&b);
	r = verdict(&b);
	close(b.sock);
	waitpid(b.server, NULL, 0);
	close(b.stats);
	quick_bpf__destroy(b.quick);
	idlewatch_bpf__destroy(b.idlewatch);
	return r;
}
