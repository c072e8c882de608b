// SPDX-License-Identifier: BSD-2-Clause
/*
 * One end of a TCP connection that does what a test tells it.
 *
 *   tcpend listen  ADDRESS PORT [OPTION...]
 *   tcpend connect ADDRESS PORT [OPTION...]
 *
 * Options: keepalive=TIME,INTVL,PROBES  user-timeout=MS  rcvbuf=BYTES  name=COMM
 *          count=N (connections)  v6only=0 (an IPv6 listener that takes IPv4 too)
 *          mptcp  accept=off (connections wait in the listener's queue, kept alive as it says)
 *          from=ADDRESS,PORT (the connecting end's own)
 *
 * On standard input, a line each: send BYTES, some PERCENT BYTES (so many of the connections, by
 * chance, send up to so much), echo on|off, read on|off,
 * keepalive TIME,INTVL,PROBES, rcvbuf BYTES, shutdown, close, abort, repair (and close), quit,
 * hide (each connection in an io_uring, without a descriptor; "hidden" or "not hidden"),
 * ask (each connection for its error, all the time from now on). On standard output, a line
 * each: "listening", "connected LOCAL-PORT", "received BYTES", "eof", "asking", "error ERRNO
 * NS" (when, by CLOCK_BOOTTIME). Ends when told to, on SIGTERM, or when standard input ends, and
 * then resets its connections, so that none is left behind to be retransmitted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNS 4096

struct settings {
	int keep_time, keep_intvl, keep_probes;
	int user_timeout;
	int rcvbuf;
	int v6only;
	int count;
	int protocol;
	bool leave; /* in the listener's queue */
	const char *from;
};

static struct pollfd fds[2 + MAX_CONNS]; /* standard input, listener, connections */
static int n_conns;
static bool echo, reading = true;

static void die(const char *what)
{
	fprintf(stderr, "tcpend: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(const char *what, long number)
{
	printf("%s %ld\n", what, number);
	fflush(stdout);
}

static void say_error(int err)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	printf("error %d %lld%09ld\n", err, (long long)ts.tv_sec, ts.tv_nsec);
	fflush(stdout);
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("setsockopt");
}

/* The timer starts with SO_KEEPALIVE, so the times come first. */
static void keep_alive(int fd, const struct settings *s)
{
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, s->keep_time);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, s->keep_intvl);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, s->keep_probes);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

static void apply(int fd, const struct settings *s)
{
	if (s->keep_time)
		keep_alive(fd, s);
	if (s->user_timeout)
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, s->user_timeout);
	if (s->rcvbuf)
		set(fd, SOL_SOCKET, SO_RCVBUF, s->rcvbuf);
}

static bool parse_keepalive(const char *text, struct settings *s)
{
	return sscanf(text, "keepalive%*[= ]%d,%d,%d", &s->keep_time, &s->keep_intvl,
		      &s->keep_probes) == 3;
}

static void parse(const char *option, struct settings *s)
{
	if (parse_keepalive(option, s) ||
	    sscanf(option, "user-timeout=%d", &s->user_timeout) == 1 ||
	    sscanf(option, "rcvbuf=%d", &s->rcvbuf) == 1 ||
	    sscanf(option, "v6only=%d", &s->v6only) == 1 ||
	    (sscanf(option, "count=%d", &s->count) == 1 && s->count <= MAX_CONNS))
		return;
	if (!strcmp(option, "mptcp")) {
		s->protocol = IPPROTO_MPTCP;
		return;
	}
	if (!strcmp(option, "accept=off")) {
		s->leave = true;
		return;
	}
	if (!strncmp(option, "name=", 5)) {
		prctl(PR_SET_NAME, option + 5);
		return;
	}
	if (!strncmp(option, "from=", 5)) {
		s->from = option + 5;
		return;
	}
	fprintf(stderr, "tcpend: bad option %s\n", option);
	exit(2);
}

/* An address that bind() and connect() take, and its length. */
struct address {
	struct sockaddr_storage ss;
	socklen_t len;
};

static struct address resolve(const char *text, const char *port)
{
	struct address a = {};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a.ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a.ss;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)atoi(port));
		a.len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)atoi(port));
		a.len = sizeof(*v6);
	} else {
		fprintf(stderr, "tcpend: bad address %s\n", text);
		exit(2);
	}
	return a;
}

static void add_conn(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	fds[2 + n_conns++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		die("getsockname");
	say("connected", ntohs(((struct sockaddr_in *)&ss)->sin_port));
}

static void start_listening(const struct address *a, const struct settings *s)
{
	int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, s->protocol);

	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (s->leave)
		apply(fd, s); /* what it has its children inherit */
	if (a->ss.ss_family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, s->v6only);
	if (s->rcvbuf)
		set(fd, SOL_SOCKET, SO_RCVBUF, s->rcvbuf);
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) || listen(fd, 1024))
		die("listen");
	fds[1] = (struct pollfd){ .fd = fd, .events = s->leave ? 0 : POLLIN };
	puts("listening");
	fflush(stdout);
}

static void bind_to(int fd, const char *from)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct address a;
	const char *port = strchr(from, ',');

	if (port && (size_t)(port - from) < sizeof(text))
		memcpy(text, from, (size_t)(port - from));
	a = resolve(text, port ? port + 1 : "0");
	if (bind(fd, (const struct sockaddr *)&a.ss, a.len))
		die("bind");
}

static void start_connecting(const struct address *a, const struct settings *s)
{
	for (int i = 0; i < s->count; i++) {
		int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, s->protocol);

		apply(fd, s);
		if (s->from)
			bind_to(fd, s->from);
		if (connect(fd, (const struct sockaddr *)&a->ss, a->len))
			die("connect");
		add_conn(fd);
	}
}

static void send_one(int fd, size_t bytes)
{
	static char data[1 << 20];

	if (fd >= 0 && send(fd, data, bytes < sizeof(data) ? bytes : sizeof(data),
			    MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		say_error(errno);
}

static void send_all(size_t bytes)
{
	for (int i = 0; i < n_conns; i++)
		send_one(fds[2 + i].fd, bytes);
}

static void send_some(long percent, long bytes)
{
	for (int i = 0; i < n_conns; i++) {
		if (random() % 100 < percent)
			send_one(fds[2 + i].fd, (size_t)(1 + random() % bytes));
	}
}

static void do_close(struct pollfd *p)
{
	close(p->fd);
	p->fd = -1;
}

/* Reading after the peer's FIN says end of file whatever else happened: ask for the error. */
static bool has_failed(struct pollfd *p)
{
	int err = 0;
	socklen_t len = sizeof(err);

	getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err) {
		say_error(err);
		do_close(p);
	}
	return err;
}

static void on_socket(struct pollfd *p)
{
	static char data[65536];
	ssize_t n;

	if (has_failed(p))
		return;
	n = read(p->fd, data, sizeof(data));
	if (n > 0) {
		say("received", n);
		if (echo && send(p->fd, data, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			say_error(errno);
	} else if (p->revents & POLLHUP) {
		do_close(p);
	} else if (!n) {
		say("eof", 0);
		p->events = 0;
	}
}

/*
 * Whoever asks first gets the error, and nobody after that. A short rest after each round
 * lets others run, and has the thread run again at once on a busy machine too.
 */
static void *ask_all(void *cpu)
{
	const struct timespec rest = { .tv_nsec = 50000 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	setpriority(PRIO_PROCESS, 0, -20);
	for (;;) {
		for (int i = 0; i < n_conns; i++) {
			int err = 0;
			socklen_t len = sizeof(err);

			getsockopt(fds[2 + i].fd, SOL_SOCKET, SO_ERROR, &err, &len);
			if (err)
				say_error(err);
		}
		nanosleep(&rest, NULL);
	}
	return NULL;
}

/* One for each CPU, as the kernel may end the connection on any of them. */
static void start_asking(void)
{
	pthread_t thread;

	for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		if (pthread_create(&thread, NULL, ask_all, (void *)cpu))
			die("pthread_create");
	}
	say("asking", 0);
}

static void each_conn(void (*what)(struct pollfd *))
{
	for (int i = 0; i < n_conns; i++) {
		if (fds[2 + i].fd >= 0)
			what(&fds[2 + i]);
	}
}

static void do_shutdown(struct pollfd *p)
{
	shutdown(p->fd, SHUT_WR);
}

static void do_reading(struct pollfd *p)
{
	p->events = reading ? POLLIN : 0;
}

static void do_abort(struct pollfd *p)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void do_abort_now(struct pollfd *p)
{
	do_abort(p);
	do_close(p);
}

/* What checkpointing does: the connection goes on elsewhere, and here without a word. */
static void do_repair(struct pollfd *p)
{
	set(p->fd, IPPROTO_TCP, TCP_REPAIR, 1);
	do_close(p);
}

/* Its file is in the ring's table, and in no other any more. */
static void hide_all(void)
{
	struct io_uring_params params = {};
	int ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	int list[MAX_CONNS];

	for (int i = 0; i < n_conns; i++)
		list[i] = fds[2 + i].fd;
	if (ring < 0 ||
	    syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, list, n_conns)) {
		say("not hidden", errno);
		return;
	}
	each_conn(do_close);
	say("hidden", n_conns);
}

static void quit(int signal)
{
	(void)signal;
	each_conn(do_abort);
	_exit(0);
}

static void command(const char *line)
{
	struct settings s;
	long n, bytes;
	char word[8];

	if (sscanf(line, "send %ld", &n) == 1) {
		send_all((size_t)n);
	} else if (sscanf(line, "some %ld %ld", &n, &bytes) == 2 && bytes > 0) {
		send_some(n, bytes);
	} else if (sscanf(line, "echo %7s", word) == 1) {
		echo = !strcmp(word, "on");
	} else if (sscanf(line, "read %7s", word) == 1) {
		reading = !strcmp(word, "on");
		each_conn(do_reading);
	} else if (sscanf(line, "rcvbuf %ld", &n) == 1) {
		for (int i = 0; i < n_conns; i++)
			set(fds[2 + i].fd, SOL_SOCKET, SO_RCVBUF, (int)n);
	} else if (parse_keepalive(line, &s)) {
		for (int i = 0; i < n_conns; i++) {
			if (fds[2 + i].fd >= 0)
				keep_alive(fds[2 + i].fd, &s);
		}
	} else if (!strncmp(line, "shutdown", 8)) {
		each_conn(do_shutdown);
	} else if (!strncmp(line, "close", 5)) {
		each_conn(do_close);
	} else if (!strncmp(line, "hide", 4)) {
		hide_all();
	} else if (!strncmp(line, "ask", 3)) {
		start_asking();
	} else if (!strncmp(line, "abort", 5)) {
		each_conn(do_abort_now);
	} else if (!strncmp(line, "repair", 6)) {
		each_conn(do_repair);
	} else if (!strncmp(line, "quit", 4)) {
		quit(0);
	} else {
		fprintf(stderr, "tcpend: bad command %s", line);
	}
}

static void on_stdin(void)
{
	static char buf[4096];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, buf + have, sizeof(buf) - 1 - have);
	char *end;

	if (n <= 0)
		quit(0);
	have += (size_t)n;
	buf[have] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		command(buf);
		have -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, have + 1);
	}
}

static void on_listener(const struct settings *s)
{
	int fd = accept4(fds[1].fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accept");
	apply(fd, s);
	add_conn(fd);
}

int main(int argc, char **argv)
{
	struct settings s = { .count = 1 };
	struct address address;

	if (argc < 4)
		return 2;
	for (int i = 4; i < argc; i++)
		parse(argv[i], &s);
	signal(SIGTERM, quit);
	srandom(!strcmp(argv[1], "listen")); /* the two ends choose others */
	fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	fds[1].fd = -1;
	address = resolve(argv[2], argv[3]);
	if (!strcmp(argv[1], "listen"))
		start_listening(&address, &s);
	else
		start_connecting(&address, &s);
	for (;;) {
		if (poll(fds, (nfds_t)(2 + n_conns), -1) < 0)
			die("poll");
		if (fds[0].revents)
			on_stdin();
		if (fds[1].fd >= 0 && fds[1].revents)
			on_listener(&s);
		for (int i = 0; i < n_conns; i++) {
			if (fds[2 + i].fd >= 0 && fds[2 + i].revents)
				on_socket(&fds[2 + i]);
		}
	}
}
