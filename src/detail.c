// SPDX-License-Identifier: BSD-2-Clause
#include "detail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "util.h"

__attribute__((format(printf, 3, 4))) static void add(char *buf, size_t size, const char *fmt, ...)
{
	size_t at = strnlen(buf, size);
	va_list ap;

	if (at >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(buf + at, size - at, fmt, ap);
	va_end(ap);
}

static const char *transmissions(const struct event *ev)
{
	switch (ev->trigger) {
	case TRIGGER_KEEPALIVE:
		return "keepalives";
	case TRIGGER_ZERO_WINDOW_PROBE:
		return "zero-window probes";
	default:
		return "retransmissions";
	}
}

/* "idle: 3 keepalives left this host, none answered" */
static void add_silence(const struct event *ev, char *buf, size_t size)
{
	unsigned int sent =
		ev->trigger == TRIGGER_RETRANSMISSION ? ev->retransmits : ev->probes_sent;

	if (cause_name(ev->cause))
		add(buf, size, "%s: ", cause_name(ev->cause));
	add(buf, size, "%u %s left this host, none answered", sent, transmissions(ev));
}

/* "; no RST/FIN/ICMP heard" or what was heard */
static void add_heard(const struct event *ev, char *buf, size_t size)
{
	if (!ev->rst_heard && !ev->fin_heard && !ev->icmp_heard)
		add(buf, size, "; no RST/FIN/ICMP heard");
	if (ev->rst_heard)
		add(buf, size, "; RST heard");
	if (ev->fin_heard)
		add(buf, size, "; FIN heard before");
	if (ev->icmp_heard)
		add(buf, size, "; ICMP error heard");
}

static void add_local(const struct event *ev, char *buf, size_t size)
{
	if (!ev->drop_here && !ev->probes_failed) {
		add(buf, size, "; no drop seen on this host");
		return;
	}
	if (ev->probes_failed)
		add(buf, size, "; %u refused on this host (%s)", ev->probes_failed,
		    strerror(ev->send_errno));
	if (ev->drop_here)
		add(buf, size, "; this host drops its packets (%s)",
		    ev->drop_name ? ev->drop_name : "reason unknown");
}

static void add_evidence(const struct event *ev, char *buf, size_t size)
{
	char when[DURATION_LEN];

	add_silence(ev, buf, size);
	add_heard(ev, buf, size);
	add_local(ev, buf, size);
	if (ev->gives_up_in_ns) {
		format_duration(when, sizeof(when), ev->gives_up_in_ns);
		add(buf, size, "; application learns in %s", when);
	}
}

static void add_end(const struct event *ev, char *buf, size_t size)
{
	char silence[DURATION_LEN];

	format_duration(silence, sizeof(silence), ev->silence_ns);
	add(buf, size, "%s ", verdict_name(ev->verdict) ?: "suspicion");
	if (ev->type == EVENT_RECOVERED)
		add(buf, size, "ended: peer heard again after %s", silence);
	else if (ev->error)
		add(buf, size, "ended after %s of silence: %s", silence, strerror(ev->error));
	else
		add(buf, size, "ended after %s of silence: closed on this host", silence);
}

void event_detail(const struct event *ev, char *buf, size_t size)
{
	buf[0] = '\0';
	if (ev->detail)
		add(buf, size, "%s", ev->detail);
	else if (ev->type == EVENT_RECOVERED || ev->type == EVENT_CLOSED)
		add_end(ev, buf, size);
	else if (ev->in_silence)
		add_evidence(ev, buf, size);
}
