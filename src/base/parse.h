/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words from the command line to numbers. All return 0, or -EINVAL when the text
 * is not of the form and -ERANGE when the number is out of bounds, and leave the
 * result untouched then.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>

#define PORT_WORDS (65536 / 64)

/* "90", "90s", "15m", "2h", "1d", "250ms", above zero and up to ten years; in ns. */
int parse_duration(const char *text, uint64_t *ret_ns);

/* A whole decimal number in min..max. */
int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* "22", "22,443", "8000-8010", mixed; sets a bit per port, keeps those set. */
int parse_ports(const char *text, uint64_t ret_bits[PORT_WORDS]);

#endif /* BASE_PARSE_H */
