// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>

#include "packet.h"

#define STAMP_LEN 12 /* with two bytes of padding before it */
#define QUOTE_MAX 512 /* bytes of a packet that an ICMP error quotes */
#define ROUTER_TTL 64 /* of what the box says in its own name */

static struct iphdr *ip4(struct packet *p)
{
	return (struct iphdr *)(p->frame + ETHER_LEN);
}

static struct ip6_hdr *ip6(struct packet *p)
{
	return (struct ip6_hdr *)(p->frame + ETHER_LEN);
}

static struct tcphdr *tcp(struct packet *p)
{
	return (struct tcphdr *)(p->frame + p->transport);
}

size_t packet__ip_len(const struct packet *p)
{
	return p->len - ETHER_LEN;
}

/* --- checksums --- */

static uint32_t add_up(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)byte[i] << 8 | byte[i + 1];
	if (len & 1)
		sum += (uint32_t)byte[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Of what stands behind the IP header, with the addresses where the protocol wants them. */
static uint16_t transport_sum(struct packet *p, uint8_t protocol)
{
	size_t len = p->len - p->transport;
	uint32_t sum = 0;

	if (p->v6)
		sum = add_up(protocol + (uint32_t)len, &ip6(p)->ip6_src, 32);
	else if (protocol == IPPROTO_TCP)
		sum = add_up(protocol + (uint32_t)len, &ip4(p)->saddr, 8);
	return fold(add_up(sum, p->frame + p->transport, len));
}

static void seal_ip4(struct packet *p)
{
	struct iphdr *ip = ip4(p);

	ip->check = 0;
	ip->check = fold(add_up(0, ip, (size_t)ip->ihl * 4));
}

/* Lengths and checksums of a TCP segment, after anything in it was changed. */
static void seal_tcp(struct packet *p)
{
	if (p->v6) {
		ip6(p)->ip6_plen = htons((uint16_t)(p->len - p->transport));
	} else {
		ip4(p)->tot_len = htons((uint16_t)packet__ip_len(p));
		seal_ip4(p);
	}
	tcp(p)->check = 0;
	tcp(p)->check = transport_sum(p, IPPROTO_TCP);
}

/* --- reading --- */

static void find_stamp(struct packet *p)
{
	const uint8_t *option = p->frame + p->transport + sizeof(struct tcphdr);
	const uint8_t *end = p->frame + p->transport + (size_t)tcp(p)->doff * 4;

	while (option + 1 < end && *option != TCPOPT_EOL) {
		if (*option == TCPOPT_NOP) {
			option++;
			continue;
		}
		if (option[0] == TCPOPT_TIMESTAMP && option + TCPOLEN_TIMESTAMP <= end) {
			memcpy(&p->stamp.value, option + 2, 4);
			memcpy(&p->stamp.echo, option + 6, 4);
			p->stamp =
				(struct stamp){ true, ntohl(p->stamp.value), ntohl(p->stamp.echo) };
			return;
		}
		if (option[1] < 2)
			return;
		option += option[1];
	}
}

static bool parse_tcp(struct packet *p)
{
	struct tcphdr *t = tcp(p);

	if (p->transport + sizeof(*t) > p->len || t->doff < 5 ||
	    p->transport + (size_t)t->doff * 4 > p->len)
		return false;
	p->tcp = true;
	p->src.port = ntohs(t->source);
	p->dst.port = ntohs(t->dest);
	p->seq = ntohl(t->seq);
	p->ack = ntohl(t->ack_seq);
	p->window = ntohs(t->window);
	p->flags = t->th_flags;
	p->payload = p->len - p->transport - (size_t)t->doff * 4;
	find_stamp(p);
	return true;
}

/* The device pads short frames: what counts is the length that IP tells. */
static bool cut(struct packet *p, size_t ip_len)
{
	if (ETHER_LEN + ip_len > p->len)
		return false;
	p->len = ETHER_LEN + ip_len;
	return true;
}

static bool parse_ip4(struct packet *p)
{
	const struct iphdr *ip = ip4(p);

	if (packet__ip_len(p) < sizeof(*ip) || ip->ihl < 5 || !cut(p, ntohs(ip->tot_len)))
		return false;
	p->transport = ETHER_LEN + (size_t)ip->ihl * 4;
	memcpy(p->src.addr, &ip->saddr, 4);
	memcpy(p->dst.addr, &ip->daddr, 4);
	if (ip->protocol != IPPROTO_TCP || ntohs(ip->frag_off) & (IP_MF | IP_OFFMASK))
		return true;
	return parse_tcp(p);
}

static bool parse_ip6(struct packet *p)
{
	const struct ip6_hdr *ip = ip6(p);

	if (packet__ip_len(p) < sizeof(*ip) || !cut(p, sizeof(*ip) + ntohs(ip->ip6_plen)))
		return false;
	p->transport = ETHER_LEN + sizeof(*ip);
	memcpy(p->src.addr, &ip->ip6_src, 16);
	memcpy(p->dst.addr, &ip->ip6_dst, 16);
	return ip->ip6_nxt != IPPROTO_TCP || parse_tcp(p);
}

bool packet__parse(struct packet *p)
{
	const struct ether_header *ether = (struct ether_header *)p->frame;

	p->tcp = false;
	p->stamp.there = false;
	memset(&p->src, 0, sizeof(p->src));
	memset(&p->dst, 0, sizeof(p->dst));
	if (p->len < ETHER_LEN)
		return false;
	p->v6 = ether->ether_type == htons(ETHERTYPE_IPV6);
	if (p->v6)
		return parse_ip6(p);
	return ether->ether_type == htons(ETHERTYPE_IP) && parse_ip4(p);
}

/* --- making --- */

/* The IP header of a packet that is ETHER_LEN + header + `len` bytes long. */
static void make_ip(struct packet *p, const uint8_t *src, const uint8_t *dst, uint8_t protocol,
		    uint8_t ttl, size_t len)
{
	struct ether_header *ether = (struct ether_header *)p->frame;

	memset(p->frame, 0, ETHER_LEN + sizeof(struct ip6_hdr));
	ether->ether_type = htons(p->v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	p->transport = ETHER_LEN + (p->v6 ? sizeof(struct ip6_hdr) : sizeof(struct iphdr));
	p->len = p->transport + len;
	if (p->v6) {
		ip6(p)->ip6_flow = htonl(6u << 28);
		ip6(p)->ip6_plen = htons((uint16_t)len);
		ip6(p)->ip6_nxt = protocol;
		ip6(p)->ip6_hlim = ttl;
		memcpy(&ip6(p)->ip6_src, src, 16);
		memcpy(&ip6(p)->ip6_dst, dst, 16);
		return;
	}
	ip4(p)->version = 4;
	ip4(p)->ihl = 5;
	ip4(p)->tot_len = htons((uint16_t)packet__ip_len(p));
	ip4(p)->frag_off = htons(IP_DF);
	ip4(p)->ttl = ttl;
	ip4(p)->protocol = protocol;
	memcpy(&ip4(p)->saddr, src, 4);
	memcpy(&ip4(p)->daddr, dst, 4);
	seal_ip4(p);
}

void packet__make_tcp(struct packet *p, const struct segment *s)
{
	size_t len = sizeof(struct tcphdr) + (s->stamp.there ? STAMP_LEN : 0);
	struct tcphdr *t;

	p->v6 = s->v6;
	make_ip(p, s->src.addr, s->dst.addr, IPPROTO_TCP, s->ttl, len);
	t = tcp(p);
	memset(t, 0, len);
	t->source = htons(s->src.port);
	t->dest = htons(s->dst.port);
	t->seq = htonl(s->seq);
	t->ack_seq = htonl(s->ack);
	t->doff = s->stamp.there ? 8 : 5;
	t->th_flags = s->flags;
	t->window = htons(s->window);
	if (s->stamp.there) {
		uint32_t option[] = { htonl(TCPOPT_TSTAMP_HDR), htonl(s->stamp.value),
				      htonl(s->stamp.echo) };

		memcpy(t + 1, option, sizeof(option));
	}
	seal_tcp(p);
	packet__parse(p);
}

/* RFC 9293, 3.10.7.1. */
bool packet__make_reset(struct packet *p, const struct packet *to, uint8_t ttl)
{
	struct segment s = { .v6 = to->v6, .src = to->dst, .dst = to->src, .ttl = ttl };

	if (to->flags & TH_RST)
		return false;
	s.flags = TH_RST;
	if (to->flags & TH_ACK) {
		s.seq = to->ack;
	} else {
		s.flags |= TH_ACK;
		s.ack = to->seq + (uint32_t)to->payload + !!(to->flags & TH_SYN) +
			!!(to->flags & TH_FIN);
	}
	packet__make_tcp(p, &s);
	return true;
}

void packet__make_unreachable(struct packet *p, const struct packet *to, const uint8_t *from)
{
	size_t quote = packet__ip_len(to) < QUOTE_MAX ? packet__ip_len(to) : QUOTE_MAX;
	struct icmphdr *icmp; /* ICMPv6's has the same fields */

	p->v6 = to->v6;
	make_ip(p, from, to->src.addr, p->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, ROUTER_TTL,
		sizeof(*icmp) + quote);
	icmp = (struct icmphdr *)(p->frame + p->transport);
	memset(icmp, 0, sizeof(*icmp));
	icmp->type = p->v6 ? ICMP6_DST_UNREACH : ICMP_DEST_UNREACH;
	icmp->code = p->v6 ? ICMP6_DST_UNREACH_ADDR : ICMP_HOST_UNREACH;
	memcpy(icmp + 1, to->frame + ETHER_LEN, quote);
	icmp->checksum = transport_sum(p, p->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	packet__parse(p);
}

/* --- changing --- */

static void set_end(struct packet *p, struct end_point *field, void *addr, uint16_t *port,
		    const struct end_point *to)
{
	*field = *to;
	memcpy(addr, to->addr, p->v6 ? 16 : 4);
	*port = htons(to->port);
	seal_tcp(p);
}

void packet__set_src(struct packet *p, const struct end_point *src)
{
	set_end(p, &p->src, p->v6 ? (void *)&ip6(p)->ip6_src : (void *)&ip4(p)->saddr,
		&tcp(p)->source, src);
}

void packet__set_dst(struct packet *p, const struct end_point *dst)
{
	set_end(p, &p->dst, p->v6 ? (void *)&ip6(p)->ip6_dst : (void *)&ip4(p)->daddr,
		&tcp(p)->dest, dst);
}

void packet__append_byte(struct packet *p)
{
	if (p->len == FRAME_MAX)
		return;
	p->frame[p->len++] = 0;
	p->payload++;
	seal_tcp(p);
}

bool packet__take_hops(struct packet *p, unsigned hops)
{
	uint8_t *left = p->v6 ? &ip6(p)->ip6_hlim : &ip4(p)->ttl;

	if (*left <= hops)
		return false;
	*left = (uint8_t)(*left - hops);
	if (!p->v6)
		seal_ip4(p);
	return true;
}

/* --- neighbours --- */

static bool answer_arp(struct packet *p, const uint8_t *address, const uint8_t *mac)
{
	struct ether_arp *arp = (struct ether_arp *)(p->frame + ETHER_LEN);

	if (p->len < ETHER_LEN + sizeof(*arp) || arp->ea_hdr.ar_op != htons(ARPOP_REQUEST) ||
	    memcmp(arp->arp_tpa, address, 4) != 0)
		return false;
	arp->ea_hdr.ar_op = htons(ARPOP_REPLY);
	memcpy(arp->arp_tpa, arp->arp_spa, 4);
	memcpy(arp->arp_tha, arp->arp_sha, ETH_ALEN);
	memcpy(arp->arp_spa, address, 4);
	memcpy(arp->arp_sha, mac, ETH_ALEN);
	return true;
}

/* The sender's address is not :: here, as hosts in the tests look for no duplicates. */
static bool answer_solicitation(struct packet *p, const uint8_t *address, const uint8_t *mac)
{
	struct nd_neighbor_solicit *asked;
	struct nd_neighbor_advert advert = { .nd_na_type = ND_NEIGHBOR_ADVERT };
	uint8_t option[8] = { ND_OPT_TARGET_LINKADDR, 1 };
	uint8_t *at;

	if (!packet__parse(p) || ip6(p)->ip6_nxt != IPPROTO_ICMPV6 ||
	    p->len < p->transport + sizeof(*asked))
		return false;
	asked = (struct nd_neighbor_solicit *)(p->frame + p->transport);
	if (asked->nd_ns_type != ND_NEIGHBOR_SOLICIT ||
	    memcmp(&asked->nd_ns_target, address, 16) != 0)
		return false;
	advert.nd_na_flags_reserved =
		ND_NA_FLAG_ROUTER | ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE;
	memcpy(&advert.nd_na_target, address, 16);
	memcpy(option + 2, mac, ETH_ALEN);
	make_ip(p, address, p->src.addr, IPPROTO_ICMPV6, 255, sizeof(advert) + sizeof(option));
	at = p->frame + p->transport;
	memcpy(at, &advert, sizeof(advert));
	memcpy(at + sizeof(advert), option, sizeof(option));
	((struct nd_neighbor_advert *)at)->nd_na_cksum = transport_sum(p, IPPROTO_ICMPV6);
	return true;
}

bool packet__answer_neighbour(struct packet *p, const uint8_t *address4, const uint8_t *address6,
			      const uint8_t *mac)
{
	const struct ether_header *ether = (struct ether_header *)p->frame;

	if (ether->ether_type == htons(ETHERTYPE_ARP))
		return answer_arp(p, address4, mac);
	return ether->ether_type == htons(ETHERTYPE_IPV6) && answer_solicitation(p, address6, mac);
}
