// SPDX-License-Identifier: BSD-2-Clause
#include "base/format.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/util.h"

#define S_PER_MINUTE 60
#define S_PER_HOUR 3600
#define S_PER_DAY 86400

void append_text(char *buf, size_t size, const char *fmt, ...)
{
	size_t at = strnlen(buf, size);
	va_list ap;

	if (at >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(buf + at, size - at, fmt, ap);
	va_end(ap);
}

void append_clause(char *buf, size_t size, const char *clause)
{
	static const char more[] = "; ...";
	size_t at = strnlen(buf, size);

	if (at + strlen("; ") + strlen(clause) + sizeof(more) <= size)
		append_text(buf, size, "; %s", clause);
	else if (at < strlen(more) || strcmp(buf + at - strlen(more), more) != 0)
		append_text(buf, size, "%s", more);
}

void format_duration(char *buf, size_t size, uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (s == 0)
		snprintf(buf, size, "%" PRIu64 "ms", ns / NS_PER_MS);
	else if (s < S_PER_MINUTE)
		snprintf(buf, size, "%" PRIu64 ".%" PRIu64 "s", s, ns % NS_PER_S / (NS_PER_S / 10));
	else if (s < S_PER_HOUR)
		snprintf(buf, size, "%" PRIu64 "m%02" PRIu64 "s", s / S_PER_MINUTE,
			 s % S_PER_MINUTE);
	else if (s < S_PER_DAY)
		snprintf(buf, size, "%" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s", s / S_PER_HOUR,
			 s % S_PER_HOUR / S_PER_MINUTE, s % S_PER_MINUTE);
	else
		snprintf(buf, size, "%" PRIu64 "d%02" PRIu64 "h", s / S_PER_DAY,
			 s % S_PER_DAY / S_PER_HOUR);
}

void format_address(char *buf, size_t size, unsigned int family, const uint8_t *addr)
{
	if ((family != AF_INET && family != AF_INET6) ||
	    !inet_ntop((int)family, addr, buf, (socklen_t)size))
		snprintf(buf, size, "?");
}

void format_endpoint(char *buf, size_t size, unsigned int family, const uint8_t *addr,
		     unsigned int port)
{
	char ip[INET6_ADDRSTRLEN];

	format_address(ip, sizeof(ip), family, addr);
	if (port)
		snprintf(buf, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, port);
	else
		snprintf(buf, size, family == AF_INET6 ? "[%s]:?" : "%s:?", ip);
}

void format_rfc3339(char *buf, size_t size, uint64_t realtime_ns)
{
	time_t s = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;
	char date[24];

	/* A recording may hold any time at all; a year of five digits is no date to us. */
	if (!gmtime_r(&s, &tm) || tm.tm_year > 9999 - 1900 ||
	    !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm))
		snprintf(date, sizeof(date), "0000-00-00T00:00:00");
	snprintf(buf, size, "%s.%09" PRIu64 "Z", date, realtime_ns % NS_PER_S);
}

/*
 * Length of the valid UTF-8 character at in (1 to 4), 0 if there is none: overlong
 * forms, surrogates and what lies beyond U+10FFFF are not valid (RFC 3629).
 */
static size_t utf8_char(const unsigned char *in, size_t len, uint32_t *ret_code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = in[0];
	size_t n;

	if (code < 0x80) {
		*ret_code = code;
		return 1;
	}
	n = code >= 0xf0 && code < 0xf8 ? 4 : code >= 0xe0 ? 3 : code >= 0xc0 ? 2 : 0;
	if (!n || n > len || code >= 0xf8)
		return 0;
	code &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (in[i] & 0x3f);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

/* Characters that move the cursor, start an escape sequence or reorder the line. */
static bool is_dangerous(uint32_t code)
{
	return code < 0x20 || code == '\\' || code == 0x61c || (code >= 0x7f && code <= 0x9f) ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

static bool append(char **at, size_t *left, const char *what, size_t n)
{
	if (n >= *left)
		return false;
	memcpy(*at, what, n);
	*at += n;
	*left -= n;
	return true;
}

static bool append_hex(char **at, size_t *left, const unsigned char *bytes, size_t n)
{
	char hex[4 * 4 + 1];

	for (size_t i = 0; i < n; i++)
		snprintf(hex + 4 * i, 5, "\\x%02x", bytes[i]);
	return append(at, left, hex, 4 * n);
}

void escape_for_terminal(char *buf, size_t size, const char *in, size_t in_len)
{
	const unsigned char *p = (const unsigned char *)in;
	const unsigned char *end = p + strnlen(in, in_len);
	bool room = true;
	uint32_t code;

	while (p < end && room) {
		size_t n = utf8_char(p, (size_t)(end - p), &code);

		if (n && !is_dangerous(code))
			room = append(&buf, &size, (const char *)p, n);
		else
			room = append_hex(&buf, &size, p, n ? n : 1);
		p += n ? n : 1;
	}
	*buf = '\0';
}

void make_utf8(char *buf, size_t size, const char *in, size_t in_len)
{
	const unsigned char *p = (const unsigned char *)in;
	const unsigned char *end = p + strnlen(in, in_len);
	bool room = true;
	uint32_t code;

	while (p < end && room) {
		size_t n = utf8_char(p, (size_t)(end - p), &code);

		room = n ? append(&buf, &size, (const char *)p, n)
			 : append(&buf, &size, "\xef\xbf\xbd", 3);
		p += n ? n : 1;
	}
	*buf = '\0';
}
