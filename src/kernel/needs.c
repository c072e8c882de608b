// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/needs.h"

#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/why.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"

bool needs__capability(unsigned int capability)
{
	return !capng_get_caps_process() && capng_have_capability(CAPNG_EFFECTIVE, capability);
}

int needs__privileges(struct why *ret_why)
{
	bool bpf, perfmon;

	if (needs__capability(CAP_SYS_ADMIN))
		return 0;
	bpf = needs__capability(CAP_BPF);
	perfmon = needs__capability(CAP_PERFMON);
	if (bpf && perfmon)
		return 0;
	why__say(ret_why, "missing %s%s%s; run it as root", bpf ? "" : "CAP_BPF",
		 bpf || perfmon ? "" : " and ", perfmon ? "" : "CAP_PERFMON");
	return -EPERM;
}

int needs__types(struct why *ret_why)
{
	if (!access(BTF_PATH, R_OK))
		return 0;
	why__say(ret_why,
		 "this kernel has no type information (%s): it needs CONFIG_DEBUG_INFO_BTF",
		 BTF_PATH);
	return -ENOTSUP;
}

int needs__ring_buffer(struct why *ret_why)
{
	if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) != 0)
		return 0;
	why__say(ret_why, "this kernel has no BPF ring buffer: it needs 5.8 or later");
	return -ENOTSUP;
}

/* The mode in force stands in brackets: "none [integrity] confidentiality". */
enum lockdown needs__lockdown(void)
{
	char text[128] = "";
	int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return LOCKDOWN_UNKNOWN;
	if (strstr(text, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	return strstr(text, "[integrity]") ? LOCKDOWN_INTEGRITY : LOCKDOWN_NONE;
}
