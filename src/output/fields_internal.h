/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the field registry share; see struct field. Only for fields*.c. */
#ifndef OUTPUT_FIELDS_INTERNAL_H
#define OUTPUT_FIELDS_INTERNAL_H

#include <stdio.h>

#include "base/format.h"
#include "output/fields.h"

/* Declares or heads a getter. */
#define FIELD_GETTER(name)                                                 \
	bool name(__attribute__((unused)) const struct event *ev,          \
		  __attribute__((unused)) const struct field_context *ctx, \
		  struct field_value *ret)

/* False for NULL: there is no such value. */
static inline bool set_text(struct field_value *ret, const char *text)
{
	if (!text)
		return false;
	snprintf(ret->text, sizeof(ret->text), "%s", text);
	return true;
}

static inline bool set_duration(struct field_value *ret, uint64_t ns)
{
	format_duration(ret->text, sizeof(ret->text), ns);
	return true;
}

/* fields_owner.c: who holds a connection */
const char *owner_kind_choice(unsigned int i);
FIELD_GETTER(get_pid);
FIELD_GETTER(get_comm);
FIELD_GETTER(get_owner);
FIELD_GETTER(get_owner_kind);
FIELD_GETTER(get_pids);
FIELD_GETTER(get_exited_pids);
FIELD_GETTER(get_user);
FIELD_GETTER(get_netns_name);
FIELD_GETTER(get_container);
FIELD_GETTER(get_runtime);
FIELD_GETTER(get_unit);
FIELD_GETTER(get_cgroup);
FIELD_GETTER(get_cmdline);

/* fields_listed.c: of connections that are listed */
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

/* fields_evidence.c: drops, resets, interfaces, the peer's address, lengths */
FIELD_GETTER(get_local_drop);
FIELD_GETTER(get_drop_reason);
FIELD_GETTER(get_drop_seen);
FIELD_GETTER(get_xdp);
FIELD_GETTER(get_rst_ttl);
FIELD_GETTER(get_usual_ttl);
FIELD_GETTER(get_forged);
FIELD_GETTER(get_unasked);
FIELD_GETTER(get_wire_out);
FIELD_GETTER(get_wire_out_iface);
FIELD_GETTER(get_wire_out_missed);
FIELD_GETTER(get_wire_in);
FIELD_GETTER(get_wire_in_iface);
FIELD_GETTER(get_wire_in_ttl);
FIELD_GETTER(get_wire_in_rst);
FIELD_GETTER(get_elsewhere_ms);
FIELD_GETTER(get_elsewhere);
FIELD_GETTER(get_verify);
FIELD_GETTER(get_together);
FIELD_GETTER(get_segment);
FIELD_GETTER(get_acked_min);
FIELD_GETTER(get_acked_max);
FIELD_GETTER(get_sacked);
FIELD_GETTER(get_sacked_bytes);
FIELD_GETTER(get_passed);
FIELD_GETTER(get_mss);
FIELD_GETTER(get_path_mtu);
FIELD_GETTER(get_also_fits);

/* fields_path.c: what is known of a path */
FIELD_GETTER(get_path_survived);
FIELD_GETTER(get_path_survived_times);
FIELD_GETTER(get_path_survived_last);
FIELD_GETTER(get_path_died);
FIELD_GETTER(get_path_died_times);
FIELD_GETTER(get_path_died_last);
FIELD_GETTER(get_path_reset);
FIELD_GETTER(get_path_reset_times);
FIELD_GETTER(get_path_reset_last);
FIELD_GETTER(get_path_contradicts);
FIELD_GETTER(get_consistent_with);
FIELD_GETTER(get_advice);
FIELD_GETTER(get_advice_keepalive);
FIELD_GETTER(get_paths);
FIELD_GETTER(get_paths_forgotten);

#endif /* OUTPUT_FIELDS_INTERNAL_H */
