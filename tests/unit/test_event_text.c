// SPDX-License-Identifier: BSD-2-Clause
#include "output/event_text.h"

#include <time.h>

#include "output/event_detail.h"
#include "events.h"

#define COLUMNS_MAX 16

/* Where each column begins, by the headings. */
static size_t column_starts(size_t starts[COLUMNS_MAX], const struct field *columns[COLUMNS_MAX])
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].column)
			continue;
		assert_true(n < COLUMNS_MAX);
		starts[n] = at;
		columns[n++] = &fields[i];
		at += (size_t)fields[i].width + 1;
	}
	return n;
}

static const char *line_of(const struct sample *s)
{
	static char line[EVENT_TEXT_LEN];
	struct field_context ctx = sample_context();

	event_text(&s->ev, &ctx, line, sizeof(line));
	return line;
}

/* The cell below a heading; s is overwritten by the next call. */
static const char *cell_of(const char *line, const char *column)
{
	static char cell[EVENT_TEXT_LEN];
	const struct field *columns[COLUMNS_MAX];
	size_t starts[COLUMNS_MAX], n = column_starts(starts, columns);

	for (size_t i = 0; i < n; i++) {
		size_t len;

		if (strcmp(columns[i]->column, column))
			continue;
		assert_true(strlen(line) > starts[i]);
		snprintf(cell, sizeof(cell), "%s", line + starts[i]);
		len = columns[i]->width ? (size_t)columns[i]->width : strlen(cell);
		if (len < strlen(cell))
			cell[len] = '\0';
		for (len = strlen(cell); len && cell[len - 1] == ' '; len--)
			cell[len - 1] = '\0';
		return cell;
	}
	fail_msg("no column %s", column);
	return NULL;
}

/* --- the table --- */

TEST(headings_stand_above_their_columns)
{
	const struct field *columns[COLUMNS_MAX];
	size_t starts[COLUMNS_MAX], n = column_starts(starts, columns);
	char header[EVENT_TEXT_LEN];

	event_text_header(header, sizeof(header));
	for (size_t i = 0; i < n; i++) {
		assert_memory_equal(header + starts[i], columns[i]->column,
				    strlen(columns[i]->column));
		assert_true(!i || header[starts[i] - 1] == ' ');
	}
	assert_int_not_equal(header[strlen(header) - 1], ' ');
	assert_null(strchr(header, '\n'));
}

TEST(cells_stand_below_their_headings)
{
	struct sample s;
	const char *line;

	sample_event(&s, EVENT_VERDICT);
	line = line_of(&s);
	assert_string_equal(cell_of(line, "TIME"), "18:31:04");
	assert_string_equal(cell_of(line, "EVENT"), "path-dead");
	assert_string_equal(cell_of(line, "PID"), "2231");
	assert_string_equal(cell_of(line, "COMM"), "sshd");
	assert_string_equal(cell_of(line, "LOCAL"), "10.2.2.2:22");
	assert_string_equal(cell_of(line, "PEER"), "10.1.1.1:46560");
	assert_string_equal(cell_of(line, "IDLE"), "2h02m30s");
	assert_string_equal(cell_of(line, "PROBES"), "3/3");
}

TEST(widest_usual_values_keep_the_columns)
{
	struct sample s;
	const char *line;

	sample_event(&s, EVENT_VERDICT);
	memset(s.fact.laddr, 255, 4);
	memset(s.fact.paddr, 255, 4);
	s.fact.lport = s.fact.pport = 65535;
	s.owners[0].pid = 4194304; /* PID_MAX_LIMIT */
	set_comm(&s, "fifteen-letters");
	line = line_of(&s);
	assert_string_equal(cell_of(line, "PID"), "4194304");
	assert_string_equal(cell_of(line, "COMM"), "fifteen-letters");
	assert_string_equal(cell_of(line, "LOCAL"), "255.255.255.255:65535");
	assert_string_equal(cell_of(line, "PEER"), "255.255.255.255:65535");
	assert_string_equal(cell_of(line, "PROBES"), "3/3");
}

/* Each character here takes one place on the terminal and two bytes. */
TEST(letters_of_several_bytes_keep_the_columns)
{
	struct sample s;
	const char *plain, *peer;
	size_t at;

	sample_event(&s, EVENT_VERDICT);
	set_comm(&s, "cafe");
	plain = line_of(&s);
	at = (size_t)(strstr(plain, "10.2.2.2") - plain);
	set_comm(&s, "caf\xc3\xa9");
	peer = line_of(&s);
	assert_int_equal(strstr(peer, "10.2.2.2") - peer, at + 1);
}

TEST(what_the_kernel_holds_says_so)
{
	struct sample s;
	const char *line;

	sample_event(&s, EVENT_VERDICT);
	s.ev.n_owners = 0;
	s.fact.holder = IW_HOLDER_KERNEL;
	line = line_of(&s);
	assert_string_equal(cell_of(line, "PID"), "-");
	assert_string_equal(cell_of(line, "COMM"), "[kernel]");
}

TEST(what_is_unknown_is_a_dash)
{
	struct sample s;
	const char *line;

	sample_event(&s, EVENT_PROBE_SENT);
	line = line_of(&s);
	assert_string_equal(cell_of(line, "PID"), "-");
	assert_string_equal(cell_of(line, "COMM"), "-");
	assert_string_equal(cell_of(line, "IDLE"), "-");
	assert_string_equal(cell_of(line, "PROBES"), "-");
}

TEST(retransmissions_stand_in_the_probes_column)
{
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	s.ev.trigger = TRIGGER_RETRANSMISSION;
	assert_string_equal(cell_of(line_of(&s), "PROBES"), "2/2");
}

TEST(answered_probes_are_not_counted_as_unanswered)
{
	struct sample s;

	sample_event(&s, EVENT_RECOVERED);
	s.ev.probes_answered = 1;
	assert_string_equal(cell_of(line_of(&s), "PROBES"), "2/3");
}

TEST(no_line_ends_in_blanks_or_holds_a_newline)
{
	struct sample s;

	for (enum event_type t = 0; t < EVENT_MAX; t++) {
		const char *line;

		sample_event(&s, t);
		line = line_of(&s);
		assert_true(strlen(line) > 8);
		assert_int_not_equal(line[strlen(line) - 1], ' ');
		assert_null(strpbrk(line, "\n\r\t"));
		assert_string_equal(cell_of(line, "TIME"), "18:31:04");
	}
}

TEST(hostile_names_are_harmless)
{
	struct sample s;

	for (size_t i = 0; i < ARRAY_SIZE(hostile_comms); i++) {
		const char *line;

		sample_event(&s, EVENT_VERDICT);
		set_comm(&s, hostile_comms[i]);
		line = line_of(&s);
		assert_true(is_utf8(line));
		for (const char *p = line; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		assert_lacks(line, "\xe2\x80\xae");
		assert_contains(line, "10.2.2.2:22");
	}
}

TEST(hostile_reasons_are_harmless)
{
	struct sample s;
	const char *line;

	sample_event(&s, EVENT_VERDICT);
	s.ev.drop_name = "\x1b[31m\n\xff";
	line = line_of(&s);
	assert_contains(line, "\\x1b[31m\\x0a\\xff");
	assert_null(strpbrk(line, "\x1b\n\xff"));
}

TEST(lines_are_cut_to_their_room)
{
	struct field_context ctx = sample_context();
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	for (size_t room = 1; room < 200; room++) {
		char *line = malloc(room);

		assert_non_null(line);
		event_text(&s.ev, &ctx, line, room);
		assert_true(strlen(line) < room);
		event_text_header(line, room);
		assert_true(strlen(line) < room);
		free(line);
	}
}

/* --- the evidence in words --- */

static const char *detail_of(const struct sample *s)
{
	static char text[512];

	event_detail(&s->ev, text, sizeof(text));
	return text;
}

/* Of an idle connection, with nothing heard and nothing dropped. */
static void sample_clean(struct sample *s, enum event_type type)
{
	sample_event(s, type);
	s->ev.probes_failed = s->ev.crowded = 0;
	s->ev.send_errno = 0;
	s->ev.dropped_out = s->ev.dropped_in = 0;
	s->ev.drop_name = s->ev.drop_seen_name = s->ev.xdp_name = NULL;
}

TEST(verdict_is_told_with_its_evidence)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	assert_contains(detail_of(&s), "3 keepalives");
	assert_contains(detail_of(&s), "no RST/FIN/ICMP heard");
	assert_contains(detail_of(&s), "no drop seen on this host");
	assert_contains(detail_of(&s), "8m45s");
}

TEST(what_was_sent_is_told_by_its_kind)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.trigger = TRIGGER_ZERO_WINDOW_PROBE;
	assert_contains(detail_of(&s), "3 zero-window probes");
	s.ev.trigger = TRIGGER_RETRANSMISSION;
	assert_contains(detail_of(&s), "2 retransmissions");
}

TEST(what_was_heard_is_told)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.rst_heard = s.ev.fin_heard = s.ev.icmp_heard = true;
	assert_contains(detail_of(&s), "RST heard");
	assert_contains(detail_of(&s), "FIN heard before");
	assert_contains(detail_of(&s), "ICMP error heard");
	assert_lacks(detail_of(&s), "no RST");
}

TEST(drops_that_cannot_be_seen_are_not_denied)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.xdp_name = "eth0";
	assert_contains(detail_of(&s), "; what XDP on eth0 drops cannot be seen");
	assert_lacks(detail_of(&s), "no drop seen");
	s.ev.dropped_in = 1; /* enough was seen */
	assert_lacks(detail_of(&s), "XDP");
}

TEST(full_queues_are_told_apart_from_refusals)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.crowded = 2;
	assert_contains(detail_of(&s), "2 not sent, as a queue on this host was full");
	assert_lacks(detail_of(&s), "refused");
	assert_lacks(detail_of(&s), "no drop seen");
}

TEST(refusals_and_drops_here_are_told)
{
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	s.ev.verdict = VERDICT_LOCAL_DROP;
	assert_contains(detail_of(&s), "this host is why");
	assert_contains(detail_of(&s), "1 refused on this host (Operation not permitted)");
	assert_contains(detail_of(&s), "NETFILTER_DROP");
	assert_lacks(detail_of(&s), "no drop seen");
	s.ev.drop_name = NULL;
	assert_contains(detail_of(&s), "reason unknown");
}

TEST(drop_in_another_namespace_is_told)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.drop_seen_name = "NO_ROUTE";
	assert_contains(detail_of(&s), "seen dropped in another namespace");
	assert_contains(detail_of(&s), "4026532001");
	assert_contains(detail_of(&s), "NO_ROUTE");
	assert_contains(detail_of(&s), "no drop seen on this host");
}

/* As what it is: the address answers, not this connection's other end. */
TEST(what_the_peers_address_showed_is_told)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	assert_contains(detail_of(&s), "the peer's address heard 4.0s ago on another connection to "
				       "the same port");
	assert_contains(detail_of(&s), "fresh connect to the peer's address and port: answered");
	s.ev.elsewhere = IW_ELSEWHERE_FROM;
	assert_contains(detail_of(&s), "connection from it, maybe another host's");
	s.ev.elsewhere_ago_ns = 0;
	s.ev.verify = VERIFY_NONE;
	assert_lacks(detail_of(&s), "another connection");
	assert_lacks(detail_of(&s), "fresh connect");
}

TEST(lengths_that_vanish_are_told_with_those_that_pass)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	assert_lacks(detail_of(&s), "MSS");
	s.ev.verdict = VERDICT_MTU_BLACK_HOLE;
	s.ev.cause = CAUSE_NONE;
	s.ev.trigger = TRIGGER_RETRANSMISSION;
	assert_contains(detail_of(&s),
			"long segments do not arrive: 2 retransmissions of 1400 bytes "
			"left this host, none acknowledged");
	assert_contains(detail_of(&s), "peer heard 5 times meanwhile");
	assert_contains(detail_of(&s), "1 segment behind it acknowledged (300 bytes)");
	assert_contains(detail_of(&s), "2 signs since that short packets of ours arrive");
	assert_contains(detail_of(&s), "MSS 1448, path MTU 1500");
	assert_contains(detail_of(&s), "longest acknowledged before had 175 to 351 bytes");
	assert_contains(detail_of(&s), "one-way fits as well: while data is missing");
}

TEST(what_else_fits_is_told)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.also = VERDICT_MTU_BLACK_HOLE;
	assert_contains(detail_of(&s), "what is sent again has 1400 bytes");
	assert_contains(detail_of(&s), "mtu-black-hole fits as well");
	s.ev.also = VERDICT_NONE;
	assert_lacks(detail_of(&s), "fits as well");
}

TEST(other_verdicts_are_told_in_their_own_words)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.verdict = VERDICT_ONE_WAY;
	assert_contains(detail_of(&s), "peer heard 5 times");
	s.ev.verdict = VERDICT_PEER_STALLED;
	s.ev.probes_answered = 6;
	assert_contains(detail_of(&s), "answers 6 probes");
	s.ev.verdict = VERDICT_UNREACHABLE;
	assert_contains(detail_of(&s), "not in silence");
	s.ev.neighbour_lost = true;
	assert_contains(detail_of(&s), "next hop");
}

TEST(resets_are_told_with_what_else_they_may_be)
{
	struct sample s;

	sample_clean(&s, EVENT_VERDICT);
	s.ev.verdict = VERDICT_RESET_AFTER_IDLE;
	s.ev.path = NULL;
	s.ev.n_tries = 0;
	s.ev.is_unasked = false;
	assert_string_equal(detail_of(&s), "RST answered the first packet after the gap; its TTL "
					   "63, peer's packets 60: not the peer's");
	s.ev.rst_ttl = 60;
	s.ev.origin = ORIGIN_PEER;
	assert_string_equal(detail_of(&s),
			    "RST answered the first packet after the gap; its TTL 60, peer's "
			    "packets 60: the peer's own; the peer was restarted or had given up, "
			    "or a NAT or firewall on the path forgot the flow");
	s.ev.rst_ttl = 61;
	s.ev.origin = ORIGIN_UNKNOWN;
	assert_contains(detail_of(&s), "61, peer's packets 60: too alike, or too unlike, to tell");
	s.ev.n_tries = 2;
	assert_contains(detail_of(&s), "RST answered what was sent again after the gap, as the");
	s.ev.is_unasked = true;
	s.ev.usual_ttl = 0;
	assert_string_equal(detail_of(&s), "RST came unasked after the gap; a box at its time-out, "
					   "or the peer's program aborted it");
}

TEST(end_is_told_with_its_length_and_errno)
{
	struct sample s;

	sample_clean(&s, EVENT_CLOSED);
	assert_contains(detail_of(&s), "path-dead");
	assert_contains(detail_of(&s), "2m30s");
	assert_contains(detail_of(&s), "Connection timed out");
	s.ev.error = 0;
	assert_contains(detail_of(&s), "Connection timed out, it seems");
	s.ev.taken_error = 0;
	assert_lacks(detail_of(&s), "timed out");
}

TEST(recovery_is_told_with_its_length)
{
	struct sample s;

	sample_clean(&s, EVENT_RECOVERED);
	assert_contains(detail_of(&s), "heard again after 2m30s");
	s.ev.verdict = VERDICT_NONE;
	assert_contains(detail_of(&s), "suspicion");
}

TEST(plain_lines_need_no_words)
{
	struct sample s;

	sample_event(&s, EVENT_PROBE_SENT);
	assert_string_equal(detail_of(&s), "");
}

TEST(words_are_cut_to_their_room)
{
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	for (size_t room = 1; room < 200; room++) {
		char *text = malloc(room);

		assert_non_null(text);
		event_detail(&s.ev, text, room);
		assert_true(strlen(text) < room);
		free(text);
	}
}

/* --- the summary --- */

static char *summary_of(const struct totals *t, uint64_t watched_ns)
{
	char *text = NULL;
	size_t size = 0;
	const struct event ev = {
		.type = EVENT_SUMMARY, .ts_ns = SAMPLE_TS_NS, .totals = t, .paths = sample_paths()
	};
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	event_text_summary(&ev, watched_ns, out);
	fclose(out);
	return text;
}

/* Whether there is a line of this name with this number. */
static bool has_count(const char *summary, const char *name, unsigned int n)
{
	const char *line = strstr(summary, name);
	unsigned int found;

	return line && sscanf(line + strlen(name), " %u", &found) == 1 && found == n;
}

TEST(summary_prints_zero_as_zero)
{
	struct totals t = { 0 };
	char *text = summary_of(&t, 0);

	assert_contains(text, "Watched 0 connections");
	assert_true(has_count(text, "path-dead", 0));
	assert_true(has_count(text, "suspicions", 0));
	assert_true(has_count(text, "recovered", 0));
	assert_true(has_count(text, "closed", 0));
	assert_true(has_count(text, "events lost", 0));
	free(text);
}

TEST(summary_counts_each_verdict_given)
{
	struct totals t = { .connections = 12, .suspects = 5, .recovered = 2, .closed = 3 };
	char *text;

	t.verdicts[VERDICT_PATH_DEAD] = 4;
	t.verdicts[VERDICT_LOCAL_DROP] = 1;
	text = summary_of(&t, 7350 * NS_PER_S);
	assert_contains(text, "12 connections for 2h02m30s");
	assert_true(has_count(text, "path-dead", 4));
	assert_true(has_count(text, "local-drop", 1));
	assert_lacks(text, "peer-stalled");
	assert_true(has_count(text, "suspicions", 5));
	assert_true(has_count(text, "recovered", 2));
	assert_true(has_count(text, "closed", 3));
	free(text);
}

TEST(summary_sums_what_was_lost_and_says_where)
{
	struct totals t = { .lost_kernel = 1, .lost_refused = 20, .lost_lines = 300 };
	char *text = summary_of(&t, 0);

	assert_true(has_count(text, "events lost", 321));
	assert_true(has_count(text, "kernel facts", 1));
	assert_true(has_count(text, "refused", 20));
	assert_true(has_count(text, "not written", 300));
	free(text);
}

TEST(summary_says_what_the_filter_could_not_decide)
{
	struct totals t = { .undecided = 2 };
	char *text = summary_of(&t, 0);

	assert_true(has_count(text, "undecided", 2));
	free(text);
	t.undecided = 0;
	text = summary_of(&t, 0);
	assert_lacks(text, "undecided");
	free(text);
}

TEST(summary_shows_the_paths_that_forget)
{
	struct totals t = {};
	char *text = summary_of(&t, 0);

	assert_contains(text, "(1 of 1 known)");
	assert_contains(text, "10.2.2.2 to 10.1.1.1: path forgets after 58m20s..2h02m31s");
	assert_contains(text, "survived 58m20s (3x, last 1h00m00s ago), died at 2h02m31s (2x,");
	assert_contains(text, "consistent with 3600 s (");
	assert_contains(text, "TCP_KEEPIDLE 3111,");
	free(text);
}
