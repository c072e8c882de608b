/* SPDX-License-Identifier: BSD-2-Clause */
/* Which tags and numbers recordings have for what; see store/recording_fields.h. */
#ifndef STORE_RECORDING_TAGS_H
#define STORE_RECORDING_TAGS_H

#include "store/recording.h"
#include "store/recording_fields.h"

extern const uint16_t record_numbers[RECORD_KIND_MAX];

/* What the engine was told to do, in types that are the same everywhere. */
struct settings {
	uint64_t idle_ns;
	uint64_t verify_ns;
	uint32_t probes;
	uint32_t retransmits;
	uint32_t max_connections;
	uint8_t all_events;
	uint8_t light;
	uint8_t prefix4; /* 0: all bits */
	uint8_t prefix6;
	char host[256];
};

#define FACT_OWNER 1000 /* after a fact's members, each time: one owner */
#define SAID_VERDICT 1000 /* after a line's, each time: how often one verdict fell */

struct verdict_count {
	uint64_t times;
	uint64_t verdict; /* verdict_number() */
};

extern const struct members settings_members;
extern const struct members fact_members; /* of struct iw_fact */
extern const struct members owner_members; /* of struct iw_owner */
extern const struct members said_members; /* of struct recorded */
extern const struct members verdict_members; /* of struct verdict_count */
extern const struct members process_members; /* of struct process_info */
extern const struct members name_members; /* of struct record_name */
extern const struct members path_members; /* of struct path */

#endif /* STORE_RECORDING_TAGS_H */
