// SPDX-License-Identifier: BSD-2-Clause
/*
 * libpcap.a names every way of capturing it was built with, D-Bus among them, whose static
 * library does not link. We only read files: with these two in their place, that part of
 * libpcap stays out of a static binary. A shared libpcap does not look at them.
 */
#ifdef IDLEWATCH_STATIC
int dbus_findalldevs(void *devices, char *error);
void *dbus_create(const char *device, char *error, int *is_ours);

int dbus_findalldevs(void *devices, char *error)
{
	(void)devices;
	(void)error;
	return 0;
}

void *dbus_create(const char *device, char *error, int *is_ours)
{
	(void)device;
	(void)error;
	*is_ours = 0;
	return 0;
}
#else
typedef int not_needed;
#endif
