/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of the kernel's reasons for dropping a packet. Pure. */
#ifndef HOST_DROP_REASON_H
#define HOST_DROP_REASON_H

#include <stddef.h>
#include <stdint.h>

/*
 * The name that an enum of the running kernel has for a value, NULL: none. module may have
 * the enum instead of the kernel itself; NULL: no module does.
 */
typedef const char *(*enum_name_fn)(const char *enumeration, const char *module, uint32_t value,
				    void *ctx);

/*
 * "NETFILTER_DROP". Since 6.4 the upper half of a reason is the subsystem whose it is:
 * "OVS_DROP_LAST_ACTION"; "OPENVSWITCH 0x30001", "subsystem 3 reason 0x30001" where the
 * kernel does not tell more. Empty: the kernel gave no reason.
 */
void drop_reason_name(uint32_t reason, enum_name_fn name_of, void *ctx, char *buf, size_t size);

#endif /* HOST_DROP_REASON_H */
