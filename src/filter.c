// SPDX-License-Identifier: BSD-2-Clause
#include "filter.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "log.h"
#include "values.h"

static const struct argp_option table[] = {
	{ "pid", 'p', "PID", 0, "Only sockets that PID holds, now or later; repeatable", 1 },
	{ NULL, '4', NULL, 0, "Only IPv4 (also over IPv6 sockets)", 1 },
	{ NULL, '6', NULL, 0, "Only IPv6", 1 },
	{ "local-port", 'L', "PORTS", 0, "Only these local ports: 22,8000-8010", 1 },
	{ "peer-port", 'D', "PORTS", 0, "Only these ports of the peer", 1 },
	{ 0 },
};

static void add_pid(struct filter *f, const char *value)
{
	uint64_t pid;

	if (parse_number(value, 1, INT32_MAX, &pid))
		value_bad("-p", value, "a process id");
	if (kill((pid_t)pid, 0) && errno == ESRCH) {
		log_warn("-p: no process %s is running", value);
		exit(EXIT_USAGE);
	}
	if (f->n_pids == FILTER_PIDS_MAX) {
		log_warn("-p: more than %d processes", FILTER_PIDS_MAX);
		exit(EXIT_USAGE);
	}
	f->pids[f->n_pids++] = (pid_t)pid;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct filter *f = state->input;

	switch (key) {
	case 'p':
		add_pid(f, arg);
		break;
	case '4':
	case '6':
		/* Both together mean what neither means. */
		f->only_family = f->only_family && f->only_family != key - '0' ? 0 : key - '0';
		break;
	case 'L':
		f->some_local_ports = true;
		value_ports("-L", arg, f->local_ports);
		break;
	case 'D':
		f->some_peer_ports = true;
		value_ports("-D", arg, f->peer_ports);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp filter_argp = { .options = table, .parser = parse_option };
