/* SPDX-License-Identifier: BSD-2-Clause */
/* Getters of the registry for connections that are listed; see struct field. */
#ifndef OUTPUT_FIELDS_LISTED_H
#define OUTPUT_FIELDS_LISTED_H

#include "output/field_getter.h"

FIELD_GETTER(get_risk);
FIELD_GETTER(get_noticed_ms);
FIELD_GETTER(get_next_probe_ms);
FIELD_GETTER(get_assumed_ms);
FIELD_GETTER(get_data_heard_ms);
FIELD_GETTER(get_data_sent_ms);
FIELD_GETTER(get_noticed);
FIELD_GETTER(get_traffic);
FIELD_GETTER(get_traffic_every);
FIELD_GETTER(get_traffic_times);
FIELD_GETTER(get_traffic_ours);
FIELD_GETTER(get_observed);
FIELD_GETTER(get_keepalive_times);
FIELD_GETTER(get_next_probe);
FIELD_GETTER(get_data_heard);
FIELD_GETTER(get_data_sent);
FIELD_GETTER(get_user_timeout_text);
FIELD_GETTER(get_netns_text);

#endif /* OUTPUT_FIELDS_LISTED_H */
