/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers, addresses and hostile bytes as text. */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_LEN 24
#define ADDRESS_LEN 64 /* any address, brackets and port included */
#define TIMESTAMP_LEN 36

/* Adds to the text in buf as much as has room; always terminated. */
__attribute__((format(printf, 3, 4))) void append_text(char *buf, size_t size, const char *fmt,
						       ...);

/* Adds "; " and the clause if it fits whole, else once "; ..."; room is kept for that. */
void append_clause(char *buf, size_t size, const char *clause);

/* "350ms", "12.3s", "58m02s", "2h02m30s", "3d04h". Always terminated. */
void format_duration(char *buf, size_t size, uint64_t ns);

/* "10.1.1.1" or "2001:db8::1"; family as in struct iw_fact, "?" for any other. */
void format_address(char *buf, size_t size, unsigned int family, const uint8_t *addr);

/* "10.1.1.1:22" or "[2001:db8::1]:22"; an unknown port, 0, as a question mark. */
void format_endpoint(char *buf, size_t size, unsigned int family, const uint8_t *addr,
		     unsigned int port);

/* RFC 3339 in UTC with nanoseconds; ns since the epoch. */
void format_rfc3339(char *buf, size_t size, uint64_t realtime_ns);

/*
 * Bytes of unknown origin for a terminal: what is not printable UTF-8 becomes
 * \xNN, and so do control codes, bidirectional overrides and the backslash.
 * in_len bytes are read at most, less if a NUL comes first. buf is always
 * terminated; what does not fit is cut between characters.
 */
void escape_for_terminal(char *buf, size_t size, const char *in, size_t in_len);

/* The same for JSON: valid UTF-8, each bad byte replaced by U+FFFD; control codes are kept. */
void make_utf8(char *buf, size_t size, const char *in, size_t in_len);

#endif /* BASE_FORMAT_H */
