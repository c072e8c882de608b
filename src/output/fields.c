// SPDX-License-Identifier: BSD-2-Clause
#include "output/fields.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/format.h"
#include "base/util.h"
#include "output/event_detail.h"
#include "output/fields_internal.h"

#define SCHEMA_VERSION 1

/* Declares a getter's head, so that each getter below is a line or two. */
#define GETTER(name) static FIELD_GETTER(name)

#define GET_NUMBER(name, when, value)           \
	GETTER(name)                            \
	{                                       \
		if (!(when))                    \
			return false;           \
		ret->number = (int64_t)(value); \
		return true;                    \
	}

#define GET_BOOL(name, when, value)   \
	GETTER(name)                  \
	{                             \
		if (!(when))          \
			return false; \
		ret->yes = (value);   \
		return true;          \
	}

#define GET_TEXT(name, when, value)                      \
	GETTER(name)                                     \
	{                                                \
		return (when) && set_text(ret, (value)); \
	}

#define F (ev->fact)
#define HAS_FACT (ev->fact != NULL)
#define X (ev->exposure)

static uint64_t realtime_ns(const struct event *ev, const struct field_context *ctx)
{
	return ev->ts_ns + (uint64_t)ctx->realtime_offset_ns;
}

GET_NUMBER(get_schema, true, SCHEMA_VERSION)

GETTER(get_ts)
{
	format_rfc3339(ret->text, sizeof(ret->text), realtime_ns(ev, ctx));
	return true;
}

GET_NUMBER(get_ts_mono, true, ev->ts_ns)

GETTER(get_host)
{
	return set_text(ret, ctx->host);
}

GET_TEXT(get_event, true, event_name(ev->type, ev->verdict))
GET_TEXT(get_verdict, true, verdict_name(ev->verdict))
GET_TEXT(get_cause, true, cause_name(ev->cause))
GET_TEXT(get_confidence, true, confidence_name(ev->confidence))
GET_TEXT(get_trigger, true, trigger_name(ev->trigger))

GETTER(get_conn)
{
	if (!HAS_FACT)
		return false;
	snprintf(ret->text, sizeof(ret->text), "%" PRIx64, (uint64_t)F->cookie);
	return true;
}

GET_NUMBER(get_netns, HAS_FACT, F->netns)

static const char *family_choice(unsigned int i)
{
	static const char *const names[] = { "ipv4", "ipv6" };

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

GET_TEXT(get_family, HAS_FACT, family_choice(F->family != AF_INET))
GET_TEXT(get_state, HAS_FACT, tcp_state_name(F->state))

GETTER(get_local_addr)
{
	if (!HAS_FACT)
		return false;
	format_address(ret->text, sizeof(ret->text), F->family, F->laddr);
	return true;
}

GETTER(get_peer_addr)
{
	if (!HAS_FACT)
		return false;
	format_address(ret->text, sizeof(ret->text), F->family, F->paddr);
	return true;
}

GET_NUMBER(get_local_port, HAS_FACT && F->lport, F->lport)
GET_NUMBER(get_peer_port, HAS_FACT, F->pport)

enum direction {
	DIRECTION_INCOMING = 0,
	DIRECTION_OUTGOING,
	DIRECTION_UNKNOWN,
	DIRECTION_MAX,
};

static const char *direction_choice(unsigned int i)
{
	static const char *const names[] = {
		[DIRECTION_INCOMING] = "incoming",
		[DIRECTION_OUTGOING] = "outgoing",
		[DIRECTION_UNKNOWN] = "unknown",
	};
	static_assert(ARRAY_SIZE(names) == DIRECTION_MAX, "every direction has a name");

	return i < DIRECTION_MAX ? names[i] : NULL;
}

/* A socket that was not accepted has connected, unless its ports look the other way round. */
GET_TEXT(get_direction, HAS_FACT,
	 direction_choice(F->flags &IW_F_ACCEPTED ? DIRECTION_INCOMING
			  : F->lport > F->pport	  ? DIRECTION_OUTGOING
						  : DIRECTION_UNKNOWN))

static bool has_idle(const struct event *ev)
{
	return X ? X->has_ages : HAS_FACT && (ev->in_silence || ev->idle_ns);
}

GET_NUMBER(get_uid, HAS_FACT, F->uid)
GET_NUMBER(get_idle_ms, has_idle(ev), ev->idle_ns / NS_PER_MS)
GET_NUMBER(get_last_heard_ms, HAS_FACT && (!X || X->has_ages), ev->last_heard_ns / NS_PER_MS)
GET_NUMBER(get_silence_ms, ev->in_silence, ev->silence_ns / NS_PER_MS)
GET_NUMBER(get_gives_up_in_ms, ev->in_silence && ev->gives_up_in_ns, ev->gives_up_in_ns / NS_PER_MS)
GET_NUMBER(get_probes_sent, ev->in_silence, ev->probes_sent)
GET_NUMBER(get_probes_answered, ev->in_silence, ev->probes_answered)
GET_NUMBER(get_probes_unanswered, X || ev->in_silence,
	   X ? F->probes_out : ev->probes_sent - MIN(ev->probes_sent, ev->probes_answered))
GET_NUMBER(get_probes_failed, ev->in_silence, ev->probes_failed)
GET_NUMBER(get_crowded, ev->crowded, ev->crowded)
GET_NUMBER(get_send_errno, ev->send_errno, ev->send_errno)
GET_NUMBER(get_retransmits, ev->in_silence, ev->retransmits)
GET_NUMBER(get_unacked, HAS_FACT, (uint32_t)(F->snd_nxt - F->snd_una))
GET_NUMBER(get_snd_una, HAS_FACT && !ctx->no_seq, F->snd_una)
GET_NUMBER(get_snd_nxt, HAS_FACT && !ctx->no_seq, F->snd_nxt)
GET_NUMBER(get_rcv_nxt, HAS_FACT && !ctx->no_seq, F->rcv_nxt)
GET_BOOL(get_keepalive, HAS_FACT, F->flags &IW_F_KEEPALIVE_ON)
GET_NUMBER(get_ka_time, HAS_FACT, F->keepalive_time_ms / 1000)
GET_NUMBER(get_ka_intvl, HAS_FACT, F->keepalive_intvl_ms / 1000)
GET_NUMBER(get_ka_probes, HAS_FACT, F->keepalive_probes)
GET_NUMBER(get_user_timeout, HAS_FACT && F->user_timeout_ms, F->user_timeout_ms)
GET_BOOL(get_rst, ev->in_silence, ev->rst_heard)
GET_BOOL(get_fin, HAS_FACT, ev->fin_heard)
GET_BOOL(get_icmp, ev->in_silence, ev->icmp_heard)
GET_NUMBER(get_waited, ev->n_tries, ev->waited_ns / NS_PER_MS)
GET_NUMBER(get_unreached, ev->in_silence, ev->unreached)
GET_NUMBER(get_errno, ev->error, ev->error)
GET_NUMBER(get_errno_inferred, ev->taken_error, ev->taken_error)
GET_TEXT(get_note, true, ev->detail)

static uint64_t verdicts(const struct totals *t)
{
	uint64_t n = 0;

	for (int v = VERDICT_NONE + 1; v < VERDICT_MAX; v++)
		n += t->verdicts[v];
	return n;
}

GET_NUMBER(get_connections, ev->totals, ev->totals->connections)
GET_NUMBER(get_suspects, ev->totals, ev->totals->suspects)
GET_NUMBER(get_verdicts, ev->totals, verdicts(ev->totals))
GET_NUMBER(get_path_dead, ev->totals, ev->totals->verdicts[VERDICT_PATH_DEAD])
GET_NUMBER(get_recovered, ev->totals, ev->totals->recovered)
GET_NUMBER(get_closed, ev->totals, ev->totals->closed)
GET_NUMBER(get_lost_events, ev->totals, ev->totals->lost_kernel)
GET_NUMBER(get_lost_refused, ev->totals, ev->totals->lost_refused)
GET_NUMBER(get_lost_lines, ev->totals, ev->totals->lost_lines)
GET_NUMBER(get_undecided, ev->totals && ev->totals->undecided, ev->totals->undecided)

/* --- columns that JSON has in parts --- */

GETTER(get_clock)
{
	time_t s = (time_t)(realtime_ns(ev, ctx) / NS_PER_S);
	struct tm tm;

	if (!localtime_r(&s, &tm))
		return false;
	return strftime(ret->text, sizeof(ret->text), "%H:%M:%S", &tm) > 0;
}

GETTER(get_local)
{
	if (!HAS_FACT)
		return false;
	format_endpoint(ret->text, sizeof(ret->text), F->family, F->laddr, F->lport);
	return true;
}

GETTER(get_peer)
{
	if (!HAS_FACT)
		return false;
	format_endpoint(ret->text, sizeof(ret->text), F->family, F->paddr, F->pport);
	return true;
}

GETTER(get_idle)
{
	return has_idle(ev) && set_duration(ret, ev->idle_ns);
}

/* Unanswered of sent, of the kind of transmission that began it. */
GETTER(get_tries)
{
	bool data = ev->trigger == TRIGGER_RETRANSMISSION;
	unsigned int sent = data ? ev->retransmits : ev->probes_sent;

	if (!ev->in_silence)
		return false;
	snprintf(ret->text, sizeof(ret->text), "%u/%u", sent - MIN(sent, ev->probes_answered),
		 sent);
	return true;
}

GETTER(get_detail)
{
	event_detail(ev, ret->text, sizeof(ret->text));
	return true;
}

#define JSON(k, type, u, d, g)                                                  \
	{                                                                       \
		.key = (k), .kind = (type), .unit = (u), .doc = (d), .get = (g) \
	}
#define CHOICE(k, c, d, g)                                                              \
	{                                                                               \
		.key = (k), .kind = FIELD_STRING, .choice = (c), .doc = (d), .get = (g) \
	}
#define LISTED(c, d, g)                                                     \
	{                                                                   \
		.listed = (c), .kind = FIELD_STRING, .doc = (d), .get = (g) \
	}
#define COLUMN(c, w, d, g)                                                                \
	{                                                                                 \
		.column = (c), .width = (w), .kind = FIELD_STRING, .doc = (d), .get = (g) \
	}

const struct field fields[] = {
	COLUMN("TIME", 8, "Local time of day.", get_clock),
	JSON("schema", FIELD_INT, NULL, "Version of this format.", get_schema),
	JSON("ts", FIELD_STRING, NULL, "Time in RFC 3339, UTC.", get_ts),
	JSON("ts_mono_ns", FIELD_INT, "ns", "CLOCK_BOOTTIME: never steps, counts suspend.",
	     get_ts_mono),
	JSON("host", FIELD_STRING, NULL, "Name of the host that idlewatch runs on.", get_host),
	{ .key = "event",
	  .column = "EVENT",
	  .width = 10,
	  .kind = FIELD_STRING,
	  .choice = event_choice,
	  .doc = "What happened.",
	  .get = get_event },
	CHOICE("verdict", verdict_choice, "The verdict given, also on the line that ends it.",
	       get_verdict),
	CHOICE("cause", cause_choice,
	       "idle: the silence began with the first packet after a gap; outage: traffic was "
	       "flowing or such gaps had been survived.",
	       get_cause),
	CHOICE("confidence", confidence_choice, "Rules in docs/verdicts.md.", get_confidence),
	CHOICE("trigger", trigger_choice, "Kind of the unanswered transmissions.", get_trigger),
	JSON("conn", FIELD_STRING, NULL, "Connection, the same on all its lines until reboot.",
	     get_conn),
	{ .key = "pid",
	  .column = "PID",
	  .listed = "PID",
	  .width = 7,
	  .kind = FIELD_INT,
	  .doc = "Lowest PID that holds the socket.",
	  .get = get_pid },
	JSON("comm", FIELD_STRING, NULL, "Its name.", get_comm),
	{ .column = "COMM",
	  .listed = "COMM",
	  .width = 15,
	  .kind = FIELD_STRING,
	  .doc = "Name of the process with the lowest PID, or what holds the socket instead.",
	  .get = get_owner },
	CHOICE("owner_kind", owner_kind_choice,
	       "Where no process holds it: the kernel itself, nobody yet or nobody any more.",
	       get_owner_kind),
	JSON("pids", FIELD_INTS, NULL, "PIDs that hold the socket, the first 64.", get_pids),
	JSON("exited_pids", FIELD_INTS, NULL, "Of these, the processes that have ended since.",
	     get_exited_pids),
	JSON("uid", FIELD_INT, NULL, "User that opened the socket.", get_uid),
	JSON("user", FIELD_STRING, NULL, "That user's name in /etc/passwd.", get_user),
	JSON("container", FIELD_STRING, NULL, "Id of the container that the process runs in.",
	     get_container),
	JSON("container_runtime", FIELD_STRING, NULL,
	     "docker, containerd, cri-o or podman, where its path tells.", get_runtime),
	JSON("unit", FIELD_STRING, NULL, "The process's systemd service or scope.", get_unit),
	JSON("cgroup", FIELD_STRING, NULL, "The process's cgroup path.", get_cgroup),
	JSON("cmdline", FIELD_STRING, NULL, "The process's command line, with -v.", get_cmdline),
	JSON("netns", FIELD_INT, NULL, "Inode of the socket's network namespace.", get_netns),
	JSON("netns_name", FIELD_STRING, NULL, "Its name, where `ip netns` has one.",
	     get_netns_name),
	CHOICE("family", family_choice, "ipv4 also for IPv4 over an IPv6 socket.", get_family),
	{ .key = "state",
	  .listed = "STATE",
	  .kind = FIELD_STRING,
	  .doc = "TCP state, as ss names it.",
	  .get = get_state },
	{ .column = "LOCAL",
	  .listed = "LOCAL",
	  .width = 21,
	  .kind = FIELD_STRING,
	  .doc = "Local address and port.",
	  .get = get_local },
	JSON("local_addr", FIELD_STRING, NULL, "Local address.", get_local_addr),
	JSON("local_port", FIELD_INT, NULL, "Local port.", get_local_port),
	{ .column = "PEER",
	  .listed = "PEER",
	  .width = 21,
	  .kind = FIELD_STRING,
	  .doc = "Peer's address and port.",
	  .get = get_peer },
	JSON("peer_addr", FIELD_STRING, NULL, "Peer's address.", get_peer_addr),
	JSON("peer_port", FIELD_INT, NULL, "Peer's port.", get_peer_port),
	CHOICE("direction", direction_choice, "Who opened the connection.", get_direction),
	{ .column = "IDLE",
	  .listed = "IDLE",
	  .width = 8,
	  .kind = FIELD_STRING,
	  .doc = "Gap before the first unanswered packet.",
	  .get = get_idle },
	JSON("idle_ms", FIELD_INT, "ms",
	     "Gap before the first unanswered packet; listed: since a packet passed either way.",
	     get_idle_ms),
	{ .key = "risk",
	  .listed = "RISK",
	  .kind = FIELD_STRING,
	  .choice = risk_choice,
	  .doc = "What a path that forgets idle connections would do to this one.",
	  .get = get_risk },
	LISTED("NOTICED", "From the last packet until a silent drop would be noticed.",
	       get_noticed),
	JSON("noticed_after_ms", FIELD_INT, "ms",
	     "From the last packet until a silent drop would be noticed; absent where there is a "
	     "risk: never.",
	     get_noticed_ms),
	JSON("assumed_timeout_ms", FIELD_INT, "ms", "The path's time-out that the risk assumes.",
	     get_assumed_ms),
	LISTED("KEEPALIVE", "off, or time, probes and interval in seconds.", get_keepalive_times),
	LISTED("NEXT", "Until the next keepalive.", get_next_probe),
	JSON("next_probe_ms", FIELD_INT, "ms", "Until the next keepalive is due.",
	     get_next_probe_ms),
	LISTED("TRAFFIC", "The gap that data ended so many times; none was longer.", get_traffic),
	JSON("traffic_every_ms", FIELD_INT, "ms",
	     "The longest gap without data while watched, where it ended so again and again.",
	     get_traffic_every),
	JSON("traffic_times", FIELD_INT, NULL, "How often it did.", get_traffic_times),
	JSON("traffic_ours", FIELD_BOOL, NULL, "This host's data ended it each time.",
	     get_traffic_ours),
	JSON("observed_ms", FIELD_INT, "ms", "From the first look to this one.", get_observed),
	LISTED("DATA-IN", "Since data was last received.", get_data_heard),
	JSON("data_heard_ms", FIELD_INT, "ms", "Since data was last received.", get_data_heard_ms),
	LISTED("DATA-OUT", "Since data was last sent.", get_data_sent),
	JSON("data_sent_ms", FIELD_INT, "ms", "Since data was last sent.", get_data_sent_ms),
	JSON("last_heard_ms", FIELD_INT, "ms", "Since the peer was last heard.", get_last_heard_ms),
	JSON("silence_ms", FIELD_INT, "ms",
	     "Since the first unanswered packet; on recovered, the outage's length.",
	     get_silence_ms),
	JSON("gives_up_in_ms", FIELD_INT, "ms",
	     "Until this kernel ends the connection and tells the application.",
	     get_gives_up_in_ms),
	COLUMN("PROBES", 6, "Unanswered of sent: probes, or retransmissions.", get_tries),
	JSON("probes_sent", FIELD_INT, NULL, "Probes that left this host in this silence.",
	     get_probes_sent),
	JSON("probes_answered", FIELD_INT, NULL, "Of these, answered.", get_probes_answered),
	{ .key = "probes_unanswered",
	  .listed = "UNANSW",
	  .kind = FIELD_INT,
	  .doc = "Probes not answered.",
	  .get = get_probes_unanswered },
	JSON("probes_failed", FIELD_INT, NULL,
	     "Probes and retransmissions that this host itself refused to send.",
	     get_probes_failed),
	JSON("queue_full", FIELD_INT, NULL,
	     "Transmissions that a full queue on this host kept, where there were any.",
	     get_crowded),
	JSON("send_errno", FIELD_INT, NULL, "Errno of the last refusal.", get_send_errno),
	JSON("retransmits", FIELD_INT, NULL, "Retransmissions in this silence.", get_retransmits),
	{ .key = "unacked_bytes",
	  .listed = "UNACKED",
	  .kind = FIELD_INT,
	  .unit = "bytes",
	  .doc = "Sent and not acknowledged.",
	  .get = get_unacked },
	JSON("snd_una", FIELD_INT, NULL, "Oldest unacknowledged sequence number.", get_snd_una),
	JSON("snd_nxt", FIELD_INT, NULL,
	     "Next sequence number to send; on an idle connection the peer's rcv_nxt.",
	     get_snd_nxt),
	JSON("rcv_nxt", FIELD_INT, NULL, "Next sequence number expected from the peer.",
	     get_rcv_nxt),
	JSON("keepalive", FIELD_BOOL, NULL, "SO_KEEPALIVE is on.", get_keepalive),
	JSON("keepalive_time_s", FIELD_INT, "s", "Idle time before the first keepalive.",
	     get_ka_time),
	JSON("keepalive_intvl_s", FIELD_INT, "s", "Between keepalives.", get_ka_intvl),
	JSON("keepalive_probes", FIELD_INT, NULL, "Keepalives before the kernel gives up.",
	     get_ka_probes),
	JSON("user_timeout_ms", FIELD_INT, "ms", "TCP_USER_TIMEOUT, where set.", get_user_timeout),
	LISTED("USER-TIMEOUT", "TCP_USER_TIMEOUT, where set.", get_user_timeout_text),
	LISTED("NETNS", "Network namespace: its name, or its inode.", get_netns_text),
	JSON("rst_seen", FIELD_BOOL, NULL, "An RST came from the peer's address.", get_rst),
	JSON("fin_seen", FIELD_BOOL, NULL, "The peer had closed its side.", get_fin),
	JSON("icmp_seen", FIELD_BOOL, NULL, "An ICMP error was heard.", get_icmp),
	JSON("local_drop", FIELD_BOOL, NULL, "This host dropped packets of the connection.",
	     get_local_drop),
	JSON("drop_reason", FIELD_STRING, NULL, "The kernel's reason for that.", get_drop_reason),
	JSON("drop_seen", FIELD_STRING, NULL,
	     "A drop that this kernel did in another namespace: part of the path.", get_drop_seen),
	JSON("xdp_interface", FIELD_STRING, NULL,
	     "One of the namespace's whose XDP program may drop packets unseen.", get_xdp),
	JSON("wire_out", FIELD_INT, NULL, "Transmissions of this silence seen leaving (-i).",
	     get_wire_out),
	JSON("wire_out_interface", FIELD_STRING, NULL, "Where they were seen last.",
	     get_wire_out_iface),
	JSON("wire_out_missed", FIELD_INT, NULL,
	     "The last ones in a row that were sent, but not seen there.", get_wire_out_missed),
	JSON("wire_in", FIELD_INT, NULL,
	     "The peer's packets seen arriving since the socket last heard anything (-i).",
	     get_wire_in),
	JSON("wire_in_interface", FIELD_STRING, NULL, "Where they were seen first.",
	     get_wire_in_iface),
	JSON("wire_in_ttl", FIELD_INT, NULL, "TTL or hop limit of the last of them.",
	     get_wire_in_ttl),
	JSON("wire_in_rst", FIELD_BOOL, NULL, "One of them is a reset.", get_wire_in_rst),
	JSON("rst_ttl", FIELD_INT, NULL, "TTL or hop limit of the reset.", get_rst_ttl),
	JSON("usual_ttl", FIELD_INT, NULL, "The same of the peer's other packets.", get_usual_ttl),
	JSON("forged", FIELD_BOOL, NULL,
	     "By its TTL, not the peer sent the reset; absent where that cannot be told.",
	     get_forged),
	JSON("unasked", FIELD_BOOL, NULL, "The reset answered nothing that this host sent.",
	     get_unasked),
	JSON("waited_ms", FIELD_INT, "ms", "Since the last unanswered transmission.", get_waited),
	JSON("heard_unreached", FIELD_INT, NULL,
	     "Segments heard in this silence that show that ours did not arrive.", get_unreached),
	JSON("segment_bytes", FIELD_INT, "bytes",
	     "Payload of what is sent again and not acknowledged.", get_segment),
	JSON("segment_acked_min_bytes", FIELD_INT, "bytes",
	     "The largest segment ever acknowledged had so much, at the least.", get_acked_min),
	JSON("segment_acked_max_bytes", FIELD_INT, "bytes", "The same at the most, where known.",
	     get_acked_max),
	JSON("sacked_segments", FIELD_INT, NULL, "Acknowledged behind what is sent again.",
	     get_sacked),
	JSON("sacked_bytes", FIELD_INT, "bytes", "Their payload, where known.", get_sacked_bytes),
	JSON("passed", FIELD_INT, NULL,
	     "Signs, since it was sent again, that shorter packets of ours arrive.", get_passed),
	JSON("mss_bytes", FIELD_INT, "bytes", "Payload of the longest segment that is sent.",
	     get_mss),
	JSON("path_mtu_bytes", FIELD_INT, "bytes", "What the kernel takes for the path's MTU.",
	     get_path_mtu),
	CHOICE("also_fits", verdict_choice, "Another verdict that fits what was seen as well.",
	       get_also_fits),
	JSON("peer_heard_elsewhere_ms", FIELD_INT, "ms",
	     "Since the peer's address, which several hosts may share, was heard on another "
	     "connection.",
	     get_elsewhere_ms),
	CHOICE("peer_heard_elsewhere", elsewhere_choice,
	       "What connection that was: one from that address, or one that this host opened to "
	       "it, or to the same port of it.",
	       get_elsewhere),
	JSON("silent_together", FIELD_INT, NULL,
	     "Other silences, after other gaps, that began with this one.", get_together),
	JSON("verify", FIELD_STRING, NULL,
	     "What became of a fresh connect to the same address and port.", get_verify),
	JSON("idle_survived_max_ms", FIELD_INT, "ms",
	     "Longest idle gap that the path was seen to let pass, rounded down.",
	     get_path_survived),
	JSON("idle_survived_times", FIELD_INT, NULL, "How often such a gap, within a tenth.",
	     get_path_survived_times),
	JSON("idle_survived_last_ms", FIELD_INT, "ms", "Since the last of these.",
	     get_path_survived_last),
	JSON("idle_died_min_ms", FIELD_INT, "ms",
	     "Shortest idle gap on the path after which packets vanished, rounded up.",
	     get_path_died),
	JSON("idle_died_times", FIELD_INT, NULL, "How often such a gap, within a tenth.",
	     get_path_died_times),
	JSON("idle_died_last_ms", FIELD_INT, "ms", "Since the last of these.", get_path_died_last),
	JSON("idle_reset_min_ms", FIELD_INT, "ms",
	     "Shortest idle gap on the path that ended with an RST not known to be the peer's.",
	     get_path_reset),
	JSON("idle_reset_times", FIELD_INT, NULL, "How often such a gap, within a tenth.",
	     get_path_reset_times),
	JSON("idle_reset_last_ms", FIELD_INT, "ms", "Since the last of these.",
	     get_path_reset_last),
	JSON("idle_contradicts", FIELD_BOOL, NULL,
	     "A gap was survived that is no shorter than a fatal one.", get_path_contradicts),
	JSON("consistent_with", FIELD_STRING, NULL,
	     "Known time-outs between the two: hints (docs/timeouts.md).", get_consistent_with),
	JSON("advice", FIELD_STRING, NULL,
	     "What would have kept the connection alive, or that nothing would.", get_advice),
	JSON("advice_keepalive_s", FIELD_INT, "s",
	     "Largest keepalive time that keeps the path open with a margin.",
	     get_advice_keepalive),
	JSON("errno", FIELD_INT, NULL, "Error the application got at the end.", get_errno),
	JSON("errno_inferred", FIELD_INT, NULL,
	     "The same by the kernel's rule: the application had taken it before it was seen.",
	     get_errno_inferred),
	JSON("connections", FIELD_INT, NULL, "Connections watched so far.", get_connections),
	JSON("suspects", FIELD_INT, NULL, "Suspicions so far.", get_suspects),
	JSON("verdicts", FIELD_INT, NULL, "Verdicts so far, of any kind.", get_verdicts),
	JSON("path_dead", FIELD_INT, NULL, "Of these, path-dead.", get_path_dead),
	JSON("recovered", FIELD_INT, NULL, "Suspicions and verdicts that ended well.",
	     get_recovered),
	JSON("closed", FIELD_INT, NULL, "Those that ended with the connection.", get_closed),
	JSON("lost_events", FIELD_INT, NULL, "Kernel facts lost so far.", get_lost_events),
	JSON("lost_connections", FIELD_INT, NULL,
	     "Connections not followed for want of room so far.", get_lost_refused),
	JSON("lost_lines", FIELD_INT, NULL, "Output lines that could not be written so far.",
	     get_lost_lines),
	JSON("undecided_connections", FIELD_INT, NULL,
	     "With -p, --comm or --cgroup: those in trouble that no process is known to hold.",
	     get_undecided),
	JSON("paths", FIELD_INT, NULL, "Paths of which something is known.", get_paths),
	JSON("paths_forgotten", FIELD_INT, NULL, "Paths forgotten for want of room.",
	     get_paths_forgotten),
	JSON("note", FIELD_STRING, NULL,
	     "A sentence, on start and lost; on summary where there is one to say.", get_note),
	COLUMN("DETAIL", 0, "The evidence in words.", get_detail),
};

const size_t n_fields = ARRAY_SIZE(fields);
