// SPDX-License-Identifier: BSD-2-Clause
/* Fuzzes the reader of captures, compressed or not, and the engine on what comes out of them. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ends/from_captures.h"
#include "ends/flow_graph.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char path[32];
	static const char *const names[] = { path };
	static int fd = -1;
	const struct vantage locals = { .n_locals = 1, .locals = { { 2, { 10, 77, 1, 1 } } } };
	const struct capture_options o = { names, 1, &locals, 1000000000 };
	struct correlation *c;
	struct flow_graph *flow_graph;
	bool failed = false;
	FILE *out;

	if (fd < 0) {
		fd = memfd_create("capture", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size ||
	    correlation__from_captures(&o, &c, &failed))
		return 0;
	out = fopen("/dev/null", "w");
	for (size_t i = 0; i < c->n_connections; i++) {
		const struct correlation_view t = { c, names, 1, true };

		if (flow_graph__new(&t, &c->connections[i], &flow_graph))
			continue;
		flow_graph__print(flow_graph, out);
		flow_graph__draw(flow_graph, out);
		flow_graph__free(flow_graph);
	}
	fclose(out);
	correlation__free(c);
	return 0;
}
