// SPDX-License-Identifier: BSD-2-Clause
#include "output/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/util.h"
#include "output/advice.h"
#include "output/event_detail.h"
#include "output/owners_text.h"
#include "output/path_summary.h"
#include "output/path_tolerance.h"

#define RULE "----------------------------------------------------------------"

/*
 * ---- idlewatch evidence ----------------------------------------
 * Connection   10.1.1.1:46560 to 10.2.2.2:22 (TCP), seen on host db1
 * Program      process 2231 sshd, user root, unit ssh.service
 * Verdict      path-dead, likely: idle: 3 keepalives left this host, none answered; ...
 * Last heard   2026-11-22 18:30:52.061 UTC, 12.3s before this verdict
 * Sent since   2026-11-22 18:31:00.105 UTC left this host, no answer
 * ...
 */
static void utc(char *buf, size_t size, uint64_t ts_ns, const struct field_context *ctx)
{
	char stamp[TIMESTAMP_LEN];

	format_rfc3339(stamp, sizeof(stamp), ts_ns + (uint64_t)ctx->realtime_offset_ns);
	/* Milliseconds are plenty for people: 2026-11-22T18:31:00.105... */
	snprintf(buf, size, "%.10s %.12s UTC", stamp, stamp + 11);
}

static void write_connection(FILE *out, const struct event *ev, const struct field_context *ctx)
{
	const struct iw_fact *f = ev->fact;
	char local[ADDRESS_LEN], peer[ADDRESS_LEN], host[4 * sizeof(ctx->host)];

	format_endpoint(local, sizeof(local), f->family, f->laddr, f->lport);
	format_endpoint(peer, sizeof(peer), f->family, f->paddr, f->pport);
	escape_for_terminal(host, sizeof(host), ctx->host, sizeof(ctx->host));
	fprintf(out, "Connection   %s (this end, host %s) and %s (peer), TCP, %s\n", local, host,
		peer, tcp_state_name(f->state));
}

static void write_program(FILE *out, const struct event *ev, const struct field_context *ctx)
{
	char *owners = owners_text(ev, ctx, "Program      ");

	if (owners)
		fprintf(out, "%s\n", owners);
	free(owners);
}

static void write_verdict(FILE *out, const struct event *ev, const struct field_context *ctx)
{
	char detail[FIELD_TEXT_LEN], safe[4 * FIELD_TEXT_LEN], when[TIMESTAMP_LEN];

	utc(when, sizeof(when), ev->ts_ns, ctx);
	event_detail(ev, detail, sizeof(detail));
	escape_for_terminal(safe, sizeof(safe), detail, sizeof(detail));
	fprintf(out, "Verdict      %s, %s, at %s\n", verdict_name(ev->verdict),
		confidence_name(ev->confidence), when);
	fprintf(out, "Evidence     %s\n", safe);
}

static void write_times(FILE *out, const struct event *ev, const struct field_context *ctx)
{
	char when[TIMESTAMP_LEN], idle[DURATION_LEN];

	utc(when, sizeof(when), ev->ts_ns - MIN(ev->last_heard_ns, ev->ts_ns), ctx);
	format_duration(idle, sizeof(idle), ev->idle_ns);
	fprintf(out, "Last heard   %s\n", when);
	if (ev->cause == CAUSE_IDLE)
		fprintf(out, "Idle for     %s, then the first packet that got no answer\n", idle);
	for (size_t i = 0; i < ev->n_tries; i++) {
		utc(when, sizeof(when), ev->tries[i].ts_ns, ctx);
		fprintf(out, "Sent         %s, %s\n", when,
			ev->tries[i].result ? "REFUSED on this host" : "left this host, no answer");
	}
}

/*
 * Segments     1448 bytes sent again 7 times, not acknowledged
 * Behind it    1 acknowledged, 300 bytes
 * Lengths      MSS 1448, path MTU 1500 as this host knows it
 */
static void write_lengths(FILE *out, const struct event *ev)
{
	const struct flight *fl = ev->flight;

	if (!fl || ev->verdict != VERDICT_MTU_BLACK_HOLE)
		return;
	fprintf(out, "Segments     %u bytes sent again %u times, not acknowledged\n", fl->len,
		ev->retransmits);
	if (fl->sacked)
		fprintf(out, "Behind it    %u acknowledged, %u bytes\n", fl->sacked,
			fl->sacked_bytes);
	if (fl->mss)
		fprintf(out, "Lengths      MSS %u, path MTU %u as this host knows it\n", fl->mss,
			fl->pmtu);
}

/* Answers may have been lost here, and nobody can tell. */
static void write_xdp(FILE *out, const struct event *ev)
{
	char name[4 * IW_REASON_LEN];

	escape_for_terminal(name, sizeof(name), ev->xdp_name, IW_REASON_LEN);
	fprintf(out,
		"This host    the kernel accepted each packet for sending; what the XDP program on "
		"%s\n             drops as it arrives cannot be seen\n",
		name);
}

static void write_not_heard(FILE *out, const struct event *ev)
{
	if (ev->verdict != VERDICT_PATH_DEAD)
		return;
	fprintf(out, "Not heard    %s%s%s since then\n", ev->rst_heard ? "" : "no RST, ",
		ev->fin_heard ? "" : "no FIN, ", "no ICMP error");
	if (!ev->n_tries || ev->probes_failed || ev->dropped_out || ev->drop_seen_name ||
	    ev->crowded)
		return;
	if (ev->xdp_name) {
		write_xdp(out, ev);
		return;
	}
	fprintf(out, "Not this host: the kernel accepted each packet for sending, and no drop by "
		     "this host's\n             firewall, routes or queues was seen for this "
		     "connection\n");
}

static void write_settings(FILE *out, const struct event *ev)
{
	const struct iw_fact *f = ev->fact;

	if (f->flags & IW_F_KEEPALIVE_ON)
		fprintf(out, "Keepalive    on: after %u s, every %u s, %u times\n",
			f->keepalive_time_ms / 1000, f->keepalive_intvl_ms / 1000,
			f->keepalive_probes);
	else
		fprintf(out, "Keepalive    off\n");
}

/*
 * Path         path forgets after 58m02s..2h00m00s
 * Gaps         survived 58m02s (3x, last 4h10m02s ago), died at 2h00m00s (1x, last 0ms ago)
 * Time-out     consistent with 3600 s (...)
 * Advice       keepalive was on, after 2h00m00s, too late for this path; set ...
 */
static void write_path(FILE *out, const struct event *ev)
{
	char words[FIELD_TEXT_LEN];

	if (ev->path) {
		tolerance_text(ev->path, (int64_t)ev->ts_ns, words, sizeof(words));
		fprintf(out, "Path         %s\n", words);
		tolerance_gaps(ev->path, (int64_t)ev->ts_ns, words, sizeof(words));
		fprintf(out, "Gaps         %s\n", words);
		path_hint(ev->path, words, sizeof(words));
		if (words[0] && ev->cause == CAUSE_IDLE)
			fprintf(out, "Time-out     %s\n", words);
	}
	if (advice_text(ev, words, sizeof(words)))
		fprintf(out, "Advice       %s\n", words);
}

char *report_block(const struct event *ev, const struct field_context *ctx)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "---- idlewatch evidence %.40s\n", RULE);
	write_connection(out, ev, ctx);
	write_program(out, ev, ctx);
	write_verdict(out, ev, ctx);
	write_times(out, ev, ctx);
	write_lengths(out, ev);
	write_not_heard(out, ev);
	write_settings(out, ev);
	write_path(out, ev);
	fprintf(out, "%s", RULE);
	fclose(out);
	return text;
}
