// SPDX-License-Identifier: BSD-2-Clause
/* Evidence beside the silence itself: drops, resets, interfaces, the peer's address, lengths. */
#include <stdio.h>

#include "base/util.h"
#include "output/fields_internal.h"

#define GET_NUMBER(name, when, value)           \
	FIELD_GETTER(name)                      \
	{                                       \
		if (!(when))                    \
			return false;           \
		ret->number = (int64_t)(value); \
		return true;                    \
	}

#define GET_TEXT(name, when, value)                      \
	FIELD_GETTER(name)                               \
	{                                                \
		return (when) && set_text(ret, (value)); \
	}

#define GET_BOOL(name, when, value)   \
	FIELD_GETTER(name)            \
	{                             \
		if (!(when))          \
			return false; \
		ret->yes = (value);   \
		return true;          \
	}

/* --- what was dropped, and who reset it --- */

static bool is_local(const struct event *ev)
{
	return ev->dropped_out || ev->dropped_in || ev->probes_failed || ev->crowded ||
	       ev->verdict == VERDICT_LOCAL_DROP;
}

GET_BOOL(get_local_drop, ev->in_silence, is_local(ev))
GET_TEXT(get_drop_reason, true, ev->drop_name)

FIELD_GETTER(get_drop_seen)
{
	if (!ev->drop_seen_name)
		return false;
	snprintf(ret->text, sizeof(ret->text), "netns %u: %s", ev->drop_seen_netns,
		 ev->drop_seen_name);
	return true;
}

GET_TEXT(get_xdp, true, ev->xdp_name)
GET_NUMBER(get_rst_ttl, ev->rst_ttl, ev->rst_ttl)
GET_NUMBER(get_usual_ttl, ev->rst_ttl && ev->usual_ttl, ev->usual_ttl)
GET_BOOL(get_forged, ev->origin != ORIGIN_UNKNOWN, ev->origin == ORIGIN_BOX)
GET_BOOL(get_unasked, ev->is_unasked, true)

/* --- what tapped interfaces showed --- */

#define SEEN_OUT (ev->wire && ev->wire->out)
#define SEEN_IN (ev->wire && ev->wire->in)

GET_NUMBER(get_wire_out, SEEN_OUT, ev->wire->out)
GET_TEXT(get_wire_out_iface, SEEN_OUT, ev->wire->out_name)
GET_NUMBER(get_wire_out_missed, SEEN_OUT, ev->wire->missed)
GET_NUMBER(get_wire_in, SEEN_IN, ev->wire->in)
GET_TEXT(get_wire_in_iface, SEEN_IN, ev->wire->in_name)
GET_NUMBER(get_wire_in_ttl, SEEN_IN, ev->wire->in_ttl)

GET_BOOL(get_wire_in_rst, SEEN_IN, ev->wire->in_rst)

/* --- what the peer's address, and other connections, showed --- */

GET_NUMBER(get_elsewhere_ms, ev->elsewhere_ago_ns, ev->elsewhere_ago_ns / NS_PER_MS)
GET_TEXT(get_elsewhere, true, elsewhere_name(ev->elsewhere))
GET_TEXT(get_verify, true, verify_name(ev->verify))
GET_NUMBER(get_together, ev->together, ev->together)

/* --- which lengths arrive --- */

#define FL (ev->flight)
#define HAS_SIZES (FL && FL->mss)

/* One that says nothing is left out: the longest that can be sent is no less. */
static uint32_t most_acked(const struct flight *fl)
{
	uint32_t most = largest_acked_max(fl);

	return most <= fl->mss ? most : 0;
}

GET_NUMBER(get_segment, FL, FL->len)
GET_NUMBER(get_acked_min, HAS_SIZES &&largest_acked_min(FL), largest_acked_min(FL))
GET_NUMBER(get_acked_max, HAS_SIZES &&most_acked(FL), most_acked(FL))
GET_NUMBER(get_sacked, FL && FL->sacked, FL->sacked)
GET_NUMBER(get_sacked_bytes, FL && FL->sacked_bytes, FL->sacked_bytes)
GET_NUMBER(get_passed, ev->passed, ev->passed)
GET_NUMBER(get_mss, HAS_SIZES, FL->mss)
GET_NUMBER(get_path_mtu, FL && FL->pmtu, FL->pmtu)
GET_TEXT(get_also_fits, true, verdict_name(ev->also))
