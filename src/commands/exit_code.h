/* SPDX-License-Identifier: BSD-2-Clause */
/* Exit codes, the same in every command. */
#ifndef COMMANDS_EXIT_CODE_H
#define COMMANDS_EXIT_CODE_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_PERMITTED = 3,
	EXIT_KERNEL_LACKS = 4,
	EXIT_EVENTS_LOST = 5,
};

/*
 * What a command ends with whose work returned 0 or this negative errno: -EPERM stands for
 * privileges that are missing, -ENOTSUP for a kernel that lacks something, -ESRCH for a
 * process that is not there. -EACCES is about a file: failed.
 */
int exit_code_of(int error);

#endif /* COMMANDS_EXIT_CODE_H */
