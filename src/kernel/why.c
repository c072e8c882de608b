// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/why.h"

#include <stdarg.h>
#include <stdio.h>

void why__say(struct why *ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ret->text, sizeof(ret->text), fmt, ap);
	va_end(ap);
}
