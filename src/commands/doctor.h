/* SPDX-License-Identifier: BSD-2-Clause */
/* idlewatch doctor: what this kernel and these privileges give, in words. */
#ifndef COMMANDS_DOCTOR_H
#define COMMANDS_DOCTOR_H

/* For struct command. */
int doctor_main(int argc, char **argv);

#endif /* COMMANDS_DOCTOR_H */
