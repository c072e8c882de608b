/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence of an event in words, for people. */
#ifndef OUTPUT_EVENT_DETAIL_H
#define OUTPUT_EVENT_DETAIL_H

#include "engine/event.h"

/* Writes one line without its end, always terminated; empty when there is nothing to add. */
void event_detail(const struct event *ev, char *buf, size_t size);

#endif /* OUTPUT_EVENT_DETAIL_H */
