/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc/PID/cgroup tells of where a process runs. Pure. */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include <stdbool.h>

#define CGROUP_PATH_LEN 512
#define CONTAINER_ID_LEN 65
#define CONTAINER_RUNTIME_LEN 16
#define UNIT_LEN 128

/* Each string is NUL-terminated, empty where there is none; hostile bytes. */
struct cgroup {
	char path[CGROUP_PATH_LEN];
	char container[CONTAINER_ID_LEN]; /* the 64 hexadecimal digits that runtimes use */
	char runtime[CONTAINER_RUNTIME_LEN]; /* docker, containerd, cri-o, podman; empty: unknown */
	char unit[UNIT_LEN]; /* systemd's innermost service or scope outside the container */
};

/*
 * Reads the text of /proc/PID/cgroup (cgroups(7): lines `number:controllers:path`). Of
 * several hierarchies (v1 and hybrid) the one that names a container is taken, else the
 * unified one, else systemd's own, else the first with a path below the root.
 */
void cgroup_parse(const char *text, struct cgroup *ret);

/* Whether the process is in the cgroup with this path, or below it, in any hierarchy. */
bool cgroup_is_in(const char *text, const char *path);

#endif /* HOST_CGROUP_H */
