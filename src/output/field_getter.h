/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of getters share; see struct field. Internal to fields*.c. */
#ifndef OUTPUT_FIELD_GETTER_H
#define OUTPUT_FIELD_GETTER_H

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

#endif /* OUTPUT_FIELD_GETTER_H */
