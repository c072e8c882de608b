// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "flows.h"
#include "path.h"

#define WORDS_MAX 16
#define AWAITED_MAX 16
#define TAG_MAX 32

static const char *const dir_names[DIR_MAX] = { "c2s", "s2c" };
static const char *const counter_names[COUNTER_MAX] = { "forwarded", "swallowed", "held",
							"answered" };
static const char *const action_names[LATE_MAX] = {
	[LATE_SILENCE] = "silence",	    [LATE_RESET] = "reset",
	[LATE_RESET_BOTH] = "reset-both",   [LATE_LOSE_FIRST] = "lose-first",
	[LATE_UNREACHABLE] = "unreachable", [EXPIRE_RESET] = "expire-reset",
	[EXPIRE_SILENT] = "expire-silent",
};

/* What is left of a command. */
struct words {
	const char *tag;
	char *word[WORDS_MAX + 1]; /* NULL behind the last */
	unsigned at;
	bool bad;
	bool way[DIR_MAX]; /* those that it is about */
};

/* An `await` that was not answered yet. */
struct awaited {
	char tag[TAG_MAX];
	enum { COUNT, QUIET, FORGOTTEN } what;
	bool way[DIR_MAX];
	enum counter counter;
	unsigned long goal;
	uint64_t quiet_ns;
};

static struct awaited awaited[AWAITED_MAX];
static unsigned n_awaited;
static unsigned long base[DIR_MAX][COUNTER_MAX]; /* counters at the last change */

/* --- reading words --- */

static bool take_word(struct words *w, const char *word)
{
	if (!w->word[w->at] || strcmp(w->word[w->at], word) != 0)
		return false;
	w->at++;
	return true;
}

static double take_number(struct words *w)
{
	char *end = NULL;
	double number = w->word[w->at] ? strtod(w->word[w->at], &end) : -1;

	if (number < 0 || !end || *end)
		w->bad = true;
	else
		w->at++;
	return number < 0 ? 0 : number;
}

static bool has_more(const struct words *w)
{
	return w->word[w->at];
}

static uint64_t take_ms(struct words *w)
{
	return (uint64_t)(take_number(w) * (double)MS);
}

/* The index of the next word among these names. */
static unsigned take_name(struct words *w, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (take_word(w, names[i]))
			return i;
	}
	w->bad = true;
	return 0;
}

static bool take_on_off(struct words *w)
{
	static const char *const names[] = { "off", "on" };

	return take_name(w, names, 2);
}

static uint16_t take_port(struct words *w)
{
	return take_word(w, "port") ? (uint16_t)take_number(w) : 0;
}

static uint8_t take_ttl(struct words *w, uint8_t otherwise)
{
	return take_word(w, "ttl") ? (uint8_t)take_number(w) : otherwise;
}

static void take_way(struct words *w)
{
	w->way[C2S] = w->way[S2C] = true;
	if (take_word(w, "c2s"))
		w->way[S2C] = false;
	else if (take_word(w, "s2c"))
		w->way[C2S] = false;
}

#define for_each_way(dir, w)                           \
	for (enum dir dir = C2S; dir < DIR_MAX; dir++) \
		if ((w)->way[dir])

/* --- answering --- */

__attribute__((format(printf, 2, 3))) static void answer(const char *tag, const char *format, ...)
{
	va_list args;

	printf("%s ", tag);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/* --- commands: each takes its words; what they do when those are bad does not matter, as the
 * scenario has failed then --- */

static void do_delay(struct words *w)
{
	uint64_t delay = take_ms(w), jitter = has_more(w) ? take_ms(w) : 0;

	for_each_way(dir, w)
		path__set_delay(dir, delay, jitter);
}

static void do_double(struct words *w)
{
	double percent = take_number(w);

	for_each_way(dir, w)
		path__set_double(dir, percent);
}

static void do_reorder(struct words *w)
{
	double percent = take_number(w);
	uint64_t by = has_more(w) ? take_ms(w) : 20 * MS;

	for_each_way(dir, w)
		path__set_reorder(dir, percent, by);
}

static void do_swallow(struct words *w)
{
	struct rule rule = { .percent = 100 };

	while (has_more(w) && !w->bad) {
		if (take_word(w, "port"))
			rule.port = (uint16_t)take_number(w);
		else if (take_word(w, "longer"))
			rule.longer = (size_t)take_number(w);
		else if (take_word(w, "percent"))
			rule.percent = take_number(w);
		else if (take_word(w, "times"))
			rule.times = (unsigned)take_number(w);
		else if (take_word(w, "payload"))
			rule.payload = true;
		else
			w->bad = true;
	}
	for_each_way(dir, w) {
		rule.dir = dir;
		if (!w->bad && !path__add_rule(&rule))
			w->bad = true;
	}
}

static void do_pass(struct words *w)
{
	for_each_way(dir, w)
		path__drop_rules(dir);
}

static void do_hold(struct words *w)
{
	for_each_way(dir, w)
		path__set_hold(dir, true);
}

static void do_release(struct words *w)
{
	for_each_way(dir, w)
		path__set_hold(dir, false);
}

static void do_forget(struct words *w)
{
	enum late_action action = LATE_SILENCE;
	uint64_t idle;

	if (take_word(w, "off")) {
		flows__forget(0, action, 64);
		return;
	}
	if (take_word(w, "now")) {
		flows__forget_now(take_port(w));
		return;
	}
	idle = take_ms(w) * 1000;
	if (has_more(w))
		action = (enum late_action)take_name(w, action_names, LATE_MAX);
	flows__forget(idle, action, take_ttl(w, 64));
}

static void do_masquerade(struct words *w)
{
	uint8_t address[16] = {};
	const char *text = has_more(w) ? w->word[w->at++] : "";

	if (inet_pton(AF_INET, text, address) == 1)
		flows__masquerade(false, address);
	else if (inet_pton(AF_INET6, text, address) == 1)
		flows__masquerade(true, address);
	else
		w->bad = true;
}

static void do_remap(struct words *w)
{
	flows__remap(take_port(w));
}

static void do_answer(struct words *w)
{
	uint8_t ttl = take_on_off(w) ? take_ttl(w, 63) : 0;

	for_each_way(dir, w)
		flows__answer_keepalives(dir, ttl);
}

static void do_garbage(struct words *w)
{
	bool on = take_on_off(w);

	for_each_way(dir, w)
		flows__add_garbage(dir, on);
}

static void do_seed(struct words *w)
{
	path__set_seed((uint64_t)take_number(w));
}

static void do_hops(struct words *w)
{
	path__set_hops((unsigned)take_number(w));
}

static void do_nothing(struct words *w)
{
	(void)w;
}

/* --- counters and waiting --- */

static void mark(void)
{
	for (enum dir dir = C2S; dir < DIR_MAX; dir++) {
		for (enum counter c = FORWARDED; c < COUNTER_MAX; c++)
			base[dir][c] = box_count(dir, c);
	}
}

/* TAG ok c2s forwarded 12 swallowed 0 held 0 answered 0 s2c forwarded ... */
static void do_count(const struct words *w)
{
	char text[256];
	size_t len = 0;

	for (enum dir dir = C2S; dir < DIR_MAX; dir++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %s", dir_names[dir]);
		for (enum counter c = FORWARDED; c < COUNTER_MAX; c++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %s %lu",
						counter_names[c], box_count(dir, c) - base[dir][c]);
	}
	answer(w->tag, "ok%s", text);
}

static bool has_come(const struct awaited *a, uint64_t now)
{
	unsigned long have = 0;

	if (a->what == QUIET)
		return box_last_ns() + a->quiet_ns <= now;
	if (a->what == FORGOTTEN)
		return flows__all_forgotten();
	for_each_way(dir, a)
		have += box_count(dir, a->counter) - base[dir][a->counter];
	return have >= a->goal;
}

static void do_await(struct words *w)
{
	struct awaited *a = &awaited[n_awaited];

	if (n_awaited == AWAITED_MAX) {
		w->bad = true;
		return;
	}
	memset(a, 0, sizeof(*a));
	snprintf(a->tag, sizeof(a->tag), "%s", w->tag);
	if (take_word(w, "quiet")) {
		a->what = QUIET;
		a->quiet_ns = take_ms(w);
	} else if (take_word(w, "forgotten")) {
		a->what = FORGOTTEN;
	} else {
		take_way(w);
		memcpy(a->way, w->way, sizeof(a->way));
		a->counter = (enum counter)take_name(w, counter_names, COUNTER_MAX);
		a->goal = (unsigned long)take_number(w);
	}
	if (!w->bad && !has_more(w))
		n_awaited++;
}

uint64_t control__run(uint64_t now)
{
	uint64_t due = NEVER;

	for (unsigned i = 0; i < n_awaited;) {
		if (has_come(&awaited[i], now)) {
			answer(awaited[i].tag, "ok");
			awaited[i] = awaited[--n_awaited];
			continue;
		}
		if (awaited[i].what == QUIET)
			due = earlier(due, box_last_ns() + awaited[i].quiet_ns);
		i++;
	}
	return due;
}

/* --- lines --- */

static const struct {
	const char *name;
	void (*run)(struct words *w);
	bool has_way;
} commands[] = {
	{ "delay", do_delay, true },
	{ "double", do_double, true },
	{ "reorder", do_reorder, true },
	{ "swallow", do_swallow, true },
	{ "pass", do_pass, true },
	{ "hold", do_hold, true },
	{ "release", do_release, true },
	{ "forget", do_forget, false },
	{ "masquerade", do_masquerade, false },
	{ "remap", do_remap, false },
	{ "answer", do_answer, true },
	{ "garbage", do_garbage, true },
	{ "seed", do_seed, false },
	{ "hops", do_hops, false },
	{ "mark", do_nothing, false },
};

static void change(struct words *w)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!take_word(w, commands[i].name))
			continue;
		if (commands[i].has_way)
			take_way(w);
		commands[i].run(w);
		w->bad |= has_more(w);
		answer(w->tag, w->bad ? "error bad words" : "ok");
		mark();
		return;
	}
	answer(w->tag, "error no such command");
}

static void run_line(char *line)
{
	struct words w = {};
	unsigned n = 0;
	char *rest = line, *word;

	while (n < WORDS_MAX && (word = strsep(&rest, " "))) {
		if (*word)
			w.word[n++] = word;
	}
	w.tag = n ? w.word[w.at++] : "-";
	if (take_word(&w, "count")) {
		do_count(&w);
	} else if (take_word(&w, "await")) {
		do_await(&w);
		if (w.bad || has_more(&w))
			answer(w.tag, "error bad words");
	} else {
		change(&w);
	}
}

bool control__read(void)
{
	static char buf[4096];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, buf + have, sizeof(buf) - 1 - have);
	char *end;

	if (n <= 0)
		return false;
	have += (size_t)n;
	buf[have] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		run_line(buf);
		have -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, have + 1);
	}
	return true;
}
