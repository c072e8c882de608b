// SPDX-License-Identifier: BSD-2-Clause
#include "commands/filter_options.h"

#include <argp.h>
#include <errno.h>

#include "base/log.h"
#include "commands/option_values.h"
#include "host/filter.h"
#include "host/proc.h"

enum {
	OPT_COMM = 0x200,
	OPT_CGROUP,
};

static const struct argp_option table[] = {
	{ "pid", 'p', "PID", 0, "Only sockets that PID holds, now or later; repeatable", 1 },
	{ "follow", 'f', NULL, 0, "With -p: those of its children too, and theirs", 1 },
	{ "comm", OPT_COMM, "NAME", 0, "Only those of programs with this very name; repeatable",
	  1 },
	{ "cgroup", OPT_CGROUP, "PATH", 0,
	  "Only those of processes in this cgroup or below it; repeatable", 1 },
	{ NULL, '4', NULL, 0, "Only IPv4 (also over IPv6 sockets)", 1 },
	{ NULL, '6', NULL, 0, "Only IPv6", 1 },
	{ "local-port", 'L', "PORTS", 0, "Only these local ports: 22,8000-8010", 1 },
	{ "peer-port", 'D', "PORTS", 0, "Only these ports of the peer", 1 },
	{ 0 },
};

static error_t too_many(const char *option)
{
	log_warn("%s: more than %d of them", option, FILTER_MAX);
	return EINVAL;
}

/* Says what this number is instead of a process; 0 if it is one. */
static error_t check_process(uint32_t pid)
{
	uint32_t related;

	switch (proc_pid(pid, &related)) {
	case PID_PROCESS:
		return 0;
	case PID_THREAD:
		log_warn("-p: %u is a thread of process %u; give that", pid, related);
		break;
	case PID_KERNEL_THREAD:
		log_warn("-p: %u is a kernel thread, which holds no sockets by descriptor", pid);
		break;
	case PID_ENDED:
		log_warn("-p: process %u has ended; only its exit status is left", pid);
		break;
	default:
		if (related)
			log_warn("-p: no process %u is running here; inside a container, process "
				 "%u is called so",
				 pid, related);
		else
			log_warn("-p: no process %u is running", pid);
	}
	return EINVAL;
}

static error_t add_pid(struct filter *f, const char *value)
{
	uint64_t pid;

	if (parse_number(value, 1, INT32_MAX, &pid))
		return value_bad("-p", value, "a process id");
	if (check_process((uint32_t)pid))
		return EINVAL;
	if (f->n_pids == FILTER_MAX)
		return too_many("-p");
	f->pids[f->n_pids++] = (pid_t)pid;
	return 0;
}

static error_t add_comm(struct filter *f, const char *value)
{
	if (!value[0])
		return value_bad("--comm", value, "the name of a program, such as sshd");
	if (f->n_comms == FILTER_MAX)
		return too_many("--comm");
	f->comms[f->n_comms++] = value;
	return 0;
}

static error_t add_cgroup(struct filter *f, const char *value)
{
	bool there;

	if (value[0] != '/')
		return value_bad("--cgroup", value,
				 "the path of a cgroup, such as /system.slice/ssh.service");
	if (f->n_cgroups == FILTER_MAX)
		return too_many("--cgroup");
	value = proc_cgroup_path(value, &there);
	if (!there)
		log_warn("--cgroup: there is no cgroup %s at present", value);
	f->cgroups[f->n_cgroups++] = value;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct filter *f = state->input;

	switch (key) {
	case 'p':
		return add_pid(f, arg);
	case 'f':
		f->children = true;
		break;
	case OPT_COMM:
		return add_comm(f, arg);
	case OPT_CGROUP:
		return add_cgroup(f, arg);
	case ARGP_KEY_END:
		if (f->children && !f->n_pids) {
			log_warn("-f: children of which process? Give it with -p");
			return EINVAL;
		}
		break;
	case '4':
	case '6':
		/* Both together mean what neither means. */
		f->only_family = f->only_family && f->only_family != key - '0' ? 0 : key - '0';
		break;
	case 'L':
		f->some_local_ports = true;
		return value_ports("-L", arg, f->local_ports);
	case 'D':
		f->some_peer_ports = true;
		return value_ports("-D", arg, f->peer_ports);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp filter_argp = { .options = table, .parser = parse_option };
