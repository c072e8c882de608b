// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "host/netns.h"
#include "kernel/tap.h"

#define KEEPALIVE_S 1 /* the least that Linux takes */
#define LIMIT_S 15 /* the child ends itself then */

/* What the child tells first. */
struct report {
	int error;
	int own_error; /* as in struct scene */
	uint32_t netns;
	uint16_t port;
	int tcx, clsact;
};

/* Two connections; in each, one end of ours and one of the "peer's". */
struct stage {
	int listener;
	int ours[2], peers[2];
};

static void pause_ms(unsigned int ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000 * NS_PER_MS) };

	nanosleep(&t, NULL);
}

/* --- the child --- */

static int loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static void set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

static bool listens(struct stage *s, struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return s->listener >= 0 && !bind(s->listener, (struct sockaddr *)address, size) &&
	       !listen(s->listener, 2) &&
	       !getsockname(s->listener, (struct sockaddr *)address, &size);
}

static bool connects(struct stage *s, const struct sockaddr_in *address, int i)
{
	s->ours[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->ours[i] < 0 ||
	    connect(s->ours[i], (const struct sockaddr *)address, sizeof(*address)))
		return false;
	s->peers[i] = accept(s->listener, NULL, NULL);
	set(s->ours[i], IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_S);
	set(s->ours[i], IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_S);
	set(s->ours[i], SOL_SOCKET, SO_KEEPALIVE, 1);
	return s->peers[i] >= 0;
}

/* A byte there and back. */
static bool exchanges(const struct stage *s, int i)
{
	char byte = 'x';

	return send(s->ours[i], &byte, 1, MSG_NOSIGNAL) == 1 && read(s->peers[i], &byte, 1) == 1 &&
	       send(s->peers[i], &byte, 1, MSG_NOSIGNAL) == 1 && read(s->ours[i], &byte, 1) == 1;
}

/*
 * From now on the peer's end gets nothing any more: all is dropped before it. Where filters
 * take privileges, it insists on a neighbour's hop limit, which nobody has unasked.
 */
static bool goes_deaf(const struct stage *s, int i)
{
	struct sock_filter nothing = { .code = BPF_RET | BPF_K, .k = 0 };
	const struct sock_fprog program = { .len = 1, .filter = &nothing };

	const int most = 255;

	return !setsockopt(s->peers[i], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	       !setsockopt(s->peers[i], IPPROTO_IP, IP_MINTTL, &most, sizeof(most));
}

/* Ends with a reset instead of a FIN. */
static void reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* Returns the step that failed, NULL when all was played. */
static const char *play(struct stage *s, const struct sockaddr_in *address)
{
	char byte = 'x';

	for (int i = 0; i < 2; i++) {
		if (!connects(s, address, i) || !exchanges(s, i))
			return "connecting over loopback";
	}
	pause_ms(KEEPALIVE_S * 1000 + 400); /* a keepalive, and its answer */
	for (int i = 0; i < 2; i++) {
		if (!goes_deaf(s, i) || send(s->ours[i], &byte, 1, MSG_NOSIGNAL) != 1)
			return "losing a packet";
	}
	pause_ms(1000); /* retransmissions after 0.2 s and, the second lost in sight, 0.6 s */
	reset(s->peers[0]); /* a reset comes in */
	reset(s->ours[1]); /* and one goes out */
	pause_ms(100);
	reset(s->ours[0]);
	return NULL;
}

static void try_tap(struct report *report, struct tap_programs programs)
{
	unsigned int loopback = if_nametoindex("lo");

	report->tcx = tap_try(programs, loopback, TAP_TCX, false);
	report->clsact = tap_try(programs, loopback, TAP_CLSACT, false);
	tap_try(programs, loopback, TAP_ANY, true);
}

/* Where the scene is played, and what can be told before it begins. */
static void set_up(struct report *ret, struct stage *stage, struct sockaddr_in *address,
		   struct tap_programs programs)
{
	ret->own_error = unshare(CLONE_NEWNET) ? -errno : loopback_up();
	if (!ret->own_error && programs.ingress >= 0)
		try_tap(ret, programs);
	ret->netns = netns__own();
	if (!listens(stage, address))
		ret->error = -errno;
	ret->port = ntohs(address->sin_port);
}

static void child_main(int out, int go, struct tap_programs programs)
{
	struct report report = { .tcx = -ENOTSUP, .clsact = -ENOTSUP };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char *failed_at;
	struct stage stage;
	char byte;

	signal(SIGALRM, SIG_DFL);
	alarm(LIMIT_S);
	set_up(&report, &stage, &address, programs);
	if (write(out, &report, sizeof(report)) != sizeof(report) || report.error)
		_exit(1);
	if (read(go, &byte, 1) != 1)
		_exit(1);
	failed_at = play(&stage, &address);
	if (failed_at && write(out, failed_at, strlen(failed_at)) < 0)
		_exit(1);
	_exit(0);
}

/* --- the parent --- */

static int fork_actor(struct scene *s, struct tap_programs programs)
{
	int out[2], go[2];

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(go, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		return -ENFILE;
	}
	s->child = fork();
	if (!s->child) {
		close(out[0]);
		close(go[1]);
		child_main(out[1], go[0], programs);
	}
	close(out[1]);
	close(go[0]);
	s->pipe = out[0];
	s->go = go[1];
	return s->child < 0 ? -errno : 0;
}

int scene__prepare(struct scene *ret, struct tap_programs programs)
{
	struct scene s = {};
	struct report report;
	int r = fork_actor(&s, programs);

	if (!r && read(s.pipe, &report, sizeof(report)) != sizeof(report))
		r = -EIO;
	if (!r)
		r = report.error;
	if (r) {
		scene__end(&s);
		return r;
	}
	s.netns = report.netns;
	s.port = report.port;
	s.own_error = report.own_error;
	s.tcx = report.tcx;
	s.clsact = report.clsact;
	*ret = s;
	return 0;
}

void scene__begin(struct scene *s)
{
	if (write(s->go, "g", 1) != 1)
		snprintf(s->failed_at, sizeof(s->failed_at), "beginning");
}

void scene__end(struct scene *s)
{
	ssize_t n;

	if (s->child <= 0)
		return;
	kill(s->child, SIGKILL);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	n = read(s->pipe, s->failed_at, sizeof(s->failed_at) - 1);
	if (n > 0)
		s->failed_at[n] = '\0';
	close(s->pipe);
	close(s->go);
	s->child = 0;
}
