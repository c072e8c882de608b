// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other programs at tc, for the tests: two that count what they see and let it go on,
 * one that makes TCP packets from SERVER_PORT vanish without a trace, and one that drops
 * those to it with a reason. And one at XDP that drops what comes from it.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TC_ACT_UNSPEC (-1)
#define TC_ACT_SHOT 2
#define TC_ACT_STOLEN 4
#define HDR_START_NET 1
#define SERVER_PORT 7000

struct counter {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
};

struct counter iwt_before SEC(".maps");
struct counter iwt_after SEC(".maps");

static int count(void *map)
{
	u32 zero = 0;
	u64 *n = bpf_map_lookup_elem(map, &zero);

	if (n)
		__sync_fetch_and_add(n, 1);
	return TC_ACT_UNSPEC;
}

SEC("tc_before")
int before(struct __sk_buff *skb)
{
	return count(&iwt_before);
}

SEC("tc_after")
int after(struct __sk_buff *skb)
{
	return count(&iwt_after);
}

/* Whether the source port (0) or destination port (2) is SERVER_PORT. */
static bool has_port(struct __sk_buff *skb, u32 which)
{
	u32 at = (skb->protocol == bpf_htons(0x86dd) ? 40 : 20) + which;
	__be16 port;

	return !bpf_skb_load_bytes_relative(skb, at, &port, sizeof(port), HDR_START_NET) &&
	       port == bpf_htons(SERVER_PORT);
}

SEC("tc_steal")
int steal(struct __sk_buff *skb)
{
	return has_port(skb, 0) ? TC_ACT_STOLEN : TC_ACT_UNSPEC;
}

SEC("tc_shoot")
int shoot(struct __sk_buff *skb)
{
	return has_port(skb, 2) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

#define XDP_DROP 1
#define XDP_PASS 2
#define ETH_LEN 14

/* The IP version is asked, as there is no more than bytes yet. */
SEC("xdp")
int swallow(struct xdp_md *xdp)
{
	u8 version;
	__be16 port;

	if (bpf_xdp_load_bytes(xdp, ETH_LEN, &version, sizeof(version)) ||
	    bpf_xdp_load_bytes(xdp, ETH_LEN + (version >> 4 == 6 ? 40 : 20), &port, sizeof(port)))
		return XDP_PASS;
	return port == bpf_htons(SERVER_PORT) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
