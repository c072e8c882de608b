/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What would have kept a connection alive, or that no keepalive would have. Pure: says
 * what follows from the event alone.
 */
#ifndef OUTPUT_ADVICE_H
#define OUTPUT_ADVICE_H

#include "engine/event.h"

#define ADVICE_LEN 640

/*
 * The largest keepalive time, in whole seconds, that keeps a path open with a margin; 0
 * when no gap was fatal, or when the shortest was so short that none fits.
 *
 * It lies below the longest gap survived, which is known to be safe; where none is
 * known, or one as long was fatal, below half of the shortest fatal one. The margin is
 * an eighth, as the kernel's timers may be late by so much (its timer wheel since 4.8,
 * 500462a9de65), and a second at least, as programs count in seconds.
 */
uint32_t advised_keepalive_s(const struct bracket *b);

/* Whether a verdict is given that a time-out of the path would explain. */
bool is_verdict_on_idleness(const struct event *ev);

/* For a path-dead or reset-after-idle; false, with *buf empty, where there is none. */
bool advice_text(const struct event *ev, char *buf, size_t size);

/* The same for a path, without a connection at hand. */
bool advice_for_path(const struct bracket *b, char *buf, size_t size);

#endif /* OUTPUT_ADVICE_H */
