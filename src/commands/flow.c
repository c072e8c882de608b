// SPDX-License-Identifier: BSD-2-Clause
#include "commands/flow.h"

#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/log.h"
#include "base/util.h"
#include "commands/command.h"
#include "commands/exit_code.h"
#include "commands/option_values.h"
#include "ends/flow_graph.h"
#include "ends/from_captures.h"
#include "ends/from_lines.h"
#include "engine/engine_config.h"

#define FILES_MAX 16

enum {
	OPT_CONN = 0x100,
	OPT_SVG,
	OPT_PCAP,
	OPT_LOCAL,
	OPT_IDLE,
};

struct flow_options {
	const char *files[FILES_MAX]; /* of lines, or with --pcap captures */
	size_t n_files;
	bool lines, captures; /* which kind was given */
	uint64_t conn; /* --conn, 0 none */
	const char *svg; /* --svg, NULL none */
	struct vantage locals; /* --local */
	uint64_t idle_ns;
};

static const struct argp_option table[] = {
	{ "conn", OPT_CONN, "ID", 0, "Which connection; without it they are listed, if several",
	  0 },
	{ "svg", OPT_SVG, "FILE", 0, "Draw it in FILE as well, for a ticket", 0 },
	{ "pcap", OPT_PCAP, "FILE", 0, "Read a capture taken at one end; twice for both ends", 0 },
	{ "local", OPT_LOCAL, "ADDRESS", 0,
	  "This address is the end that a capture was taken at; may be repeated", 0 },
	{ "idle", OPT_IDLE, "DUR", 0, "Captures: do not call a gap shorter than this idle (3s)",
	  0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", -1 },
	{ 0 },
};

static error_t add_file(struct flow_options *o, const char *name, bool capture)
{
	if (capture && !strcmp(name, "-"))
		return value_bad("--pcap", name, "a file: captures are read twice");
	if (o->n_files == FILES_MAX) {
		log_warn("more than %d files", FILES_MAX);
		return EINVAL;
	}
	o->captures |= capture;
	o->lines |= !capture;
	if (o->captures && o->lines) {
		log_warn("either files of JSON lines or --pcap, not both");
		return EINVAL;
	}
	o->files[o->n_files++] = name;
	return 0;
}

static error_t set_conn(struct flow_options *o, const char *value)
{
	char *end;

	errno = 0;
	o->conn = strtoull(value, &end, 16);
	if (errno || !*value || *end || !o->conn)
		return value_bad("--conn", value,
				 "a connection's id, as its lines have it under conn");
	return 0;
}

static error_t add_local(struct flow_options *o, const char *value)
{
	struct vantage_address a = {};

	a.family = inet_pton(AF_INET, value, a.addr) == 1 ? AF_INET : 0;
	if (!a.family)
		a.family = inet_pton(AF_INET6, value, a.addr) == 1 ? AF_INET6 : 0;
	if (!a.family)
		return value_bad("--local", value, "an IPv4 or IPv6 address");
	if (o->locals.n_locals == VANTAGE_LOCALS_MAX) {
		log_warn("--local: more than %d addresses", VANTAGE_LOCALS_MAX);
		return EINVAL;
	}
	o->locals.locals[o->locals.n_locals++] = a;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct flow_options *o = state->input;

	switch (key) {
	case OPT_CONN:
		return set_conn(o, arg);
	case OPT_SVG:
		o->svg = arg;
		break;
	case OPT_PCAP:
	case ARGP_KEY_ARG:
		return add_file(o, arg, key == OPT_PCAP);
	case OPT_LOCAL:
		return add_local(o, arg);
	case OPT_IDLE:
		return value_duration("--idle", arg, &o->idle_ns);
	case ARGP_KEY_END:
		if (!o->n_files) {
			log_warn("which files? idlewatch flow A.jsonl B.jsonl, or --pcap a.pcap");
			return EINVAL;
		}
		break;
	default:
		return value_is_help(key, state) ? 0 : ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp flow_argp = {
	.options = table,
	.parser = parse_option,
	.args_doc = "A.jsonl [B.jsonl ...]\n--pcap a.pcap [--pcap b.pcap]",
	.doc = "Draw one connection as a flow graph: time, what each end sent, and whether it "
	       "arrived.\v"
	       "Captures need no root: the same rules judge them. docs/correlate.md has more.\n"
	       "Exit: 0 fine, 1 a file could not be used, 2 usage.",
};

/* --- which connection --- */

static bool has_id(const struct end *end, uint64_t id)
{
	return end && end->key.conn == id;
}

/* The only one, or the one that was asked for; NULL when there is none or a choice. */
static const struct connection *choose(const struct correlation *c, uint64_t id, size_t *ret_n)
{
	const struct connection *found = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < c->n_connections; i++) {
		const struct connection *conn = &c->connections[i];

		if (id && !has_id(conn->pair.a, id) && !has_id(conn->pair.b, id))
			continue;
		found = conn;
		++*ret_n;
	}
	return *ret_n == 1 ? found : NULL;
}

/*
 * CONN         A                      B                      VERDICT
 * 25d5,25d6    10.77.1.1:38362        10.77.2.2:7000         path-dead, certain: ...
 */
static void list(const struct correlation *c, uint64_t id)
{
	printf("%-22s %-24s %-24s %s\n", "CONN", "A", "B", "VERDICT");
	for (size_t i = 0; i < c->n_connections; i++) {
		const struct connection *conn = &c->connections[i];
		const struct line_end *e = &conn->pair.a->key.end;
		char ids[48], local[ADDRESS_LEN], peer[ADDRESS_LEN], verdict[256];

		if (id && !has_id(conn->pair.a, id) && !has_id(conn->pair.b, id))
			continue;
		snprintf(ids, sizeof(ids), "%" PRIx64, conn->pair.a->key.conn);
		if (conn->pair.b)
			snprintf(ids, sizeof(ids), "%" PRIx64 ",%" PRIx64, conn->pair.a->key.conn,
				 conn->pair.b->key.conn);
		format_endpoint(local, sizeof(local), e->family, e->laddr, e->lport);
		format_endpoint(peer, sizeof(peer), e->family, e->paddr, e->pport);
		correlation_words(verdict, sizeof(verdict), conn);
		printf("%-22s %-24s %-24s %s\n", ids, local, peer, verdict);
	}
}

/* --- drawing --- */

static int draw_svg(const struct flow_graph *flow_graph, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	int bad;

	if (!out) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return log_err(EXIT_FAILED, "--svg: cannot write %s: %s", path, strerror(err));
	}
	flow_graph__draw(flow_graph, out);
	bad = ferror(out);
	if (fclose(out) || bad)
		return log_err(EXIT_FAILED, "--svg: cannot write %s: %s", path, strerror(errno));
	return EXIT_OK;
}

static int draw(const struct flow_options *o, const struct correlation *c,
		const struct connection *conn)
{
	const struct correlation_view t = { c, o->files, o->n_files, o->captures };
	struct flow_graph *flow_graph;
	int r = flow_graph__new(&t, conn, &flow_graph);

	if (r)
		return log_err(EXIT_FAILED, "out of memory");
	flow_graph__print(flow_graph, stdout);
	if (o->svg)
		r = draw_svg(flow_graph, o->svg);
	flow_graph__free(flow_graph);
	return r;
}

static int show(const struct flow_options *o, const struct correlation *c)
{
	size_t n;
	const struct connection *conn = choose(c, o->conn, &n);

	if (conn)
		return draw(o, c, conn);
	if (o->conn && !n)
		return log_err(EXIT_FAILED,
			       "no connection %" PRIx64 " in these files; without "
			       "--conn they are listed",
			       o->conn);
	if (!n)
		return log_err(EXIT_FAILED, "no connection in these files had anything to tell");
	list(c, o->conn);
	if (o->conn)
		log_warn("several hosts have a connection %" PRIx64 ": give the other end's id",
			 o->conn);
	else
		log_warn("there are %zu connections: choose one with --conn", n);
	return o->svg || o->conn ? EXIT_USAGE : EXIT_OK;
}

static int load(const struct flow_options *o, struct correlation **ret, bool *ret_failed)
{
	const struct capture_options captures = { o->files, o->n_files, &o->locals, o->idle_ns };

	return o->captures ? correlation__from_captures(&captures, ret, ret_failed)
			   : correlation__from_lines(o->files, o->n_files, ret, ret_failed);
}

int flow_main(int argc, char **argv)
{
	struct flow_options o = { .idle_ns = ENGINE_CONFIG_DEFAULT.idle_ns };
	struct correlation *c;
	bool failed = false;
	int r;

	if (command_parse(&flow_argp, argc, argv, &o))
		return EXIT_USAGE;
	if (load(&o, &c, &failed))
		return EXIT_FAILED;
	r = show(&o, c);
	correlation__free(c);
	if (fflush(stdout))
		return log_err(EXIT_FAILED, "cannot write: %s", strerror(errno));
	return r ?: failed ? EXIT_FAILED : EXIT_OK;
}
