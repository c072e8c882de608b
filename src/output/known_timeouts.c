// SPDX-License-Identifier: BSD-2-Clause
#include "output/known_timeouts.h"

#include "base/format.h"
#include "base/util.h"

#define HINTS_MAX 3

const struct timeout timeouts[] = {
	{ 60, "AWS Classic Load Balancer", BOX_CLOSES, 'S', "AWS ELB documentation, by others" },
	{ 240, "Azure Load Balancer (4 to 100 min)", BOX_DROPS | BOX_RESETS, 'V',
	  "Azure load-balancer-tcp-reset" },
	{ 240, "Azure NAT gateway (4 to 120 min)", 0, 'V', "Azure tcp-idle-timeout" },
	{ 300, "Linux nf_conntrack with unacknowledged data", BOX_DROPS, 'V',
	  "Linux nf_conntrack_proto_tcp.c" },
	{ 350, "AWS Network Load Balancer (60 to 6000 s)", BOX_RESETS, 'V',
	  "AWS update-idle-timeout" },
	{ 350, "AWS NAT gateway", BOX_RESETS, 'S', "AWS VPC documentation, by others" },
	{ 350, "AWS Network Firewall", BOX_DROPS, 'V', "AWS API_FlowTimeouts" },
	{ 350, "EC2 security groups on Nitro v6", BOX_DROPS, 'V',
	  "AWS API_ConnectionTrackingConfiguration" },
	{ 600, "GCP VPC connection tracking", BOX_DROPS, 'V', "GCP compute troubleshooting" },
	{ 900, "Linux IPVS (Docker Swarm, kube-proxy in ipvs mode)", BOX_DROPS, 'V',
	  "Linux ip_vs_proto_tcp.c" },
	{ 1200, "GCP Cloud NAT", 0, 'V', "GCP RouterNat.tcpEstablishedIdleTimeoutSec" },
	{ 1800, "Juniper SRX", 0, 'V', "Juniper topic-41891" },
	{ 1800, "Forcepoint", 0, 'V', "Forcepoint documentation" },
	{ 3600, "Cisco ASA and FTD, FortiGate, Check Point", BOX_DROPS | BOX_RESETS, 'V',
	  "Cisco document 222075; Fortinet ta-p/194357; Check Point community thread 36459" },
	{ 3600, "Calico eBPF", BOX_DROPS, 'V', "felix/bpf/conntrack/timeouts.go" },
	{ 7440, "OpenWrt, and NATs that keep to RFC 5382's minimum", 0, 'V',
	  "OpenWrt sysctl-nf-conntrack.conf; RFC 5382 REQ-5" },
	{ 8000, "Cilium", 0, 'S', "Cilium documentation, by others" },
	{ 86400, "pf (OpenBSD, FreeBSD, pfSense)", BOX_DROPS, 'V', "OpenBSD PF FAQ" },
	{ 86400, "kube-proxy", BOX_DROPS, 'S', "kube-proxy documentation, by others" },
	{ 432000, "Linux nf_conntrack", BOX_DROPS | BOX_RESETS, 'V',
	  "Linux nf_conntrack_proto_tcp.c" },
	{ 432000, "EC2 security groups before Nitro v6", BOX_DROPS, 'V',
	  "AWS API_ConnectionTrackingConfiguration" },
};

const size_t n_timeouts = ARRAY_SIZE(timeouts);

const char *timeout_does(const struct timeout *t)
{
	switch (t->does) {
	case BOX_DROPS:
		return "drops";
	case BOX_RESETS:
		return "resets";
	case BOX_DROPS | BOX_RESETS:
		return "drops or resets";
	case BOX_CLOSES:
		return "closes in time";
	default:
		return "not known";
	}
}

static bool fits(const struct timeout *t, const struct bracket *b, enum gap_kind fatal)
{
	uint64_t ns = t->seconds * NS_PER_S;

	return ns > b->of[GAP_SURVIVED].gap_ns && ns <= b->of[fatal].gap_ns &&
	       (!t->does || (t->does & (fatal == GAP_RESET ? BOX_RESETS : BOX_DROPS)));
}

bool timeouts_hint(const struct bracket *b, enum gap_kind fatal, char *buf, size_t size)
{
	unsigned int lengths = 0, more = 0;
	uint32_t length = 0;

	buf[0] = '\0';
	if (!b->of[fatal].times || bracket_contradicts(b))
		return false;
	for (size_t i = n_timeouts; i-- > 0;) {
		const struct timeout *t = &timeouts[i];

		if (!fits(t, b, fatal))
			continue;
		if (t->seconds != length && lengths == HINTS_MAX) {
			more++;
		} else if (t->seconds != length) {
			append_text(buf, size, "%s%u s (%s", lengths ? "), " : "", t->seconds,
				    t->who);
			length = t->seconds;
			lengths++;
		} else {
			append_text(buf, size, "; %s", t->who);
		}
	}
	if (!lengths)
		return false;
	append_text(buf, size, ")");
	if (more)
		append_text(buf, size, " and %u shorter", more);
	return true;
}
