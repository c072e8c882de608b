// SPDX-License-Identifier: BSD-2-Clause
#include "watch/verify.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uthash.h>

#include "host/netns.h"

#define AGAIN_AFTER_MS 60000
#define PEERS_MAX 4096
#define WAITING_MAX 64

/* Whom to ask: results count for the whole peer, not for one port of it. */
struct peer {
	uint32_t netns;
	uint32_t family;
	uint8_t addr[IW_ADDR_LEN];
};

struct attempt_to_connect {
	struct peer peer;
	struct verifier *verifier;
	uv_poll_t poll;
	uv_timer_t timeout;
	int fd; /* -1: ended */
	int open_handles;
	int result; /* when ended */
	uint64_t started_ms; /* of the loop's clock */
	uint64_t waiting[WAITING_MAX]; /* connections that want the result */
	size_t n_waiting;
	UT_hash_handle hh;
};

struct verifier {
	uv_loop_t *loop;
	verify_fn fn;
	void *ctx;
	struct attempt_to_connect *attempts; /* by peer, oldest first */
};

int verifier__new(uv_loop_t *loop, verify_fn fn, void *ctx, struct verifier **ret)
{
	struct verifier *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	*v = (struct verifier){ .loop = loop, .fn = fn, .ctx = ctx };
	*ret = v;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct attempt_to_connect *a = handle->data;

	if (--a->open_handles == 0 && !a->verifier)
		free(a);
}

/* Closes what the attempt holds open; the attempt itself stays as the peer's last result. */
static void close_attempt(struct attempt_to_connect *a)
{
	if (a->fd < 0)
		return;
	uv_close((uv_handle_t *)&a->poll, on_closed);
	uv_close((uv_handle_t *)&a->timeout, on_closed);
	close(a->fd);
	a->fd = -1;
}

static void end_attempt(struct attempt_to_connect *a, int result)
{
	close_attempt(a);
	a->result = result;
	for (size_t i = 0; i < a->n_waiting; i++)
		a->verifier->fn(a->waiting[i], result, a->verifier->ctx);
	a->n_waiting = 0;
}

static void forget_attempt(struct verifier *v, struct attempt_to_connect *a)
{
	HASH_DEL(v->attempts, a);
	close_attempt(a);
	a->verifier = NULL;
	if (!a->open_handles)
		free(a);
}

static void on_connected(uv_poll_t *poll, int status, int events)
{
	struct attempt_to_connect *a = poll->data;
	int error = 0;
	socklen_t len = sizeof(error);

	(void)events;
	(void)status; /* the socket itself knows better */
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	end_attempt(a, -error);
}

static void on_timeout(uv_timer_t *timer)
{
	end_attempt(timer->data, -ETIMEDOUT);
}

static socklen_t fill_address(struct sockaddr_storage *ss, const struct iw_fact *f,
			      const uint8_t *addr, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = f->family;
	if (f->family == AF_INET) {
		memcpy(&v4->sin_addr, addr, sizeof(v4->sin_addr));
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	memcpy(&v6->sin6_addr, addr, sizeof(v6->sin6_addr));
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

/* Opens a socket of the connection's own namespace and address and starts connecting. */
static int start_connect(const struct iw_fact *f)
{
	struct sockaddr_storage local, peer;
	socklen_t len = fill_address(&local, f, f->laddr, 0);
	int fd = netns__socket(f->netns, f->family, SOCK_STREAM, 0);

	if (fd < 0)
		return fd;
	fill_address(&peer, f, f->paddr, f->pport);
	if (bind(fd, (struct sockaddr *)&local, len) ||
	    (connect(fd, (struct sockaddr *)&peer, len) && errno != EINPROGRESS)) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static void start_attempt(struct attempt_to_connect *a, const struct iw_fact *f)
{
	uv_loop_t *loop = a->verifier->loop;
	int fd = start_connect(f);

	if (fd < 0) {
		end_attempt(a, fd);
		return;
	}
	if (uv_poll_init(loop, &a->poll, fd)) {
		close(fd);
		end_attempt(a, -ENOMEM);
		return;
	}
	a->fd = fd;
	uv_timer_init(loop, &a->timeout);
	a->poll.data = a->timeout.data = a;
	a->open_handles = 2;
	uv_poll_start(&a->poll, UV_WRITABLE, on_connected);
	uv_timer_start(&a->timeout, on_timeout, VERIFY_TIMEOUT_NS / NS_PER_MS, 0);
}

void verifier__start(struct verifier *v, const struct iw_fact *f)
{
	struct peer peer = { .netns = f->netns, .family = f->family };
	struct attempt_to_connect *a;

	memcpy(peer.addr, f->paddr, sizeof(peer.addr));
	HASH_FIND(hh, v->attempts, &peer, sizeof(peer), a);
	if (a && uv_now(v->loop) - a->started_ms >= AGAIN_AFTER_MS) {
		forget_attempt(v, a);
		a = NULL;
	}
	if (a) {
		if (a->fd < 0)
			v->fn(f->cookie, a->result, v->ctx);
		else if (a->n_waiting < WAITING_MAX)
			a->waiting[a->n_waiting++] = f->cookie;
		return;
	}
	if (HASH_COUNT(v->attempts) >= PEERS_MAX)
		forget_attempt(v, v->attempts);
	a = calloc(1, sizeof(*a));
	if (!a)
		return;
	*a = (struct attempt_to_connect){ .peer = peer,
					  .verifier = v,
					  .fd = -1,
					  .started_ms = uv_now(v->loop),
					  .waiting = { f->cookie },
					  .n_waiting = 1 };
	HASH_ADD(hh, v->attempts, peer, sizeof(a->peer), a);
	start_attempt(a, f);
}

void verifier__stop(struct verifier *v)
{
	struct attempt_to_connect *a, *next;

	HASH_ITER(hh, v->attempts, a, next)
		forget_attempt(v, a);
}

void verifier__free(struct verifier *v)
{
	free(v);
}
