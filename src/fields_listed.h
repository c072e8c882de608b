/* SPDX-License-Identifier: BSD-2-Clause */
/* Getters of the registry for connections that are listed; see struct field. */
#ifndef FIELDS_LISTED_H
#define FIELDS_LISTED_H

#include "fields.h"

#define LISTED_GETTER(name) \
	bool name(const struct event *ev, const struct field_context *ctx, struct field_value *ret)

LISTED_GETTER(get_risk);
LISTED_GETTER(get_noticed_ms);
LISTED_GETTER(get_next_probe_ms);
LISTED_GETTER(get_assumed_ms);
LISTED_GETTER(get_data_heard_ms);
LISTED_GETTER(get_data_sent_ms);
LISTED_GETTER(get_noticed);
LISTED_GETTER(get_keepalive_times);
LISTED_GETTER(get_next_probe);
LISTED_GETTER(get_data_heard);
LISTED_GETTER(get_data_sent);
LISTED_GETTER(get_user_timeout_text);
LISTED_GETTER(get_netns_text);

#endif /* FIELDS_LISTED_H */
