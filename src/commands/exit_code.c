// SPDX-License-Identifier: BSD-2-Clause
#include "commands/exit_code.h"

#include <errno.h>

int exit_code_of(int error)
{
	switch (error) {
	case 0:
		return EXIT_OK;
	case -EPERM:
		return EXIT_NOT_PERMITTED;
	case -ENOTSUP:
		return EXIT_KERNEL_LACKS;
	case -ESRCH: /* -p: no such process */
		return EXIT_USAGE;
	default:
		return EXIT_FAILED;
	}
}
