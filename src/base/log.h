/* SPDX-License-Identifier: BSD-2-Clause */
/* Sentences on stderr, each beginning with the program's name. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* Prints always and returns err, so that a caller can log and return in one statement. */
__attribute__((format(printf, 2, 3))) int log_err(int err, const char *fmt, ...);

/* Prints always. */
__attribute__((format(printf, 1, 2))) void log_warn(const char *fmt, ...);

/* Prints with -v only. */
__attribute__((format(printf, 1, 2))) void log_verbose(const char *fmt, ...);

void log_set_verbose(int on);
int log_is_verbose(void);

#endif /* BASE_LOG_H */
