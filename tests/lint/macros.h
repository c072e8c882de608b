/* SPDX-License-Identifier: BSD-2-Clause */
/* For cppcheck, which does not read system headers: the loops and declarations they hide. */
#define IDLEWATCH_VERSION "0"
#define HASH_ITER(hh, head, item, next) for (item = head, next = item; item; item = next)
#define LIBBPF_OPTS(type, name, ...) struct type name = { __VA_ARGS__ }
