/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other connections with the address of a silent one's peer: was anything heard on them?
 * That the address answers does not prove that the peer lives: behind a NAT, a load
 * balancer or a proxy one address is many hosts. Pure.
 */
#ifndef ENGINE_ELSEWHERE_H
#define ENGINE_ELSEWHERE_H

#include <stddef.h>
#include <stdint.h>

#include "idlewatch.h"

struct elsewhere {
	uint64_t ago_ns; /* how long ago something was heard, at least 1; 0: never */
	enum iw_elsewhere kind; /* on what connection */
};

/*
 * What the rows of a look show at now_ns of a connection that is silent since since_ns
 * (CLOCK_BOOTTIME). Of those heard since then the one that tells most, else the one heard
 * last.
 */
struct elsewhere elsewhere_of(const struct iw_look_row *rows, size_t n, const struct iw_fact *sock,
			      uint64_t since_ns, uint64_t now_ns);

#endif /* ENGINE_ELSEWHERE_H */
