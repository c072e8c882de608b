// SPDX-License-Identifier: BSD-2-Clause
#include "host/cgroup.h"

#include <stddef.h>
#include <string.h>
#include <sys/param.h>

#include "base/util.h"

#define ID_DIGITS (CONTAINER_ID_LEN - 1)

/*
 * What stands before a container's id in the last part of its path, by runtime and
 * cgroup driver:
 *	/docker/ID                          /system.slice/docker-ID.scope
 *	/kubepods/burstable/podUID/ID       /kubepods.slice/.../cri-containerd-ID.scope
 *	/kubepods.slice/...slice:cri-containerd:ID
 *	/kubepods.slice/.../crio-ID.scope   /machine.slice/libpod-ID.scope
 * The monitors beside containers have paths of their own (crio-conmon-ID.scope,
 * libpod-conmon-ID.scope): their processes are the host's.
 */
static const struct {
	const char *before;
	const char *runtime;
} prefixes[] = {
	{ "docker-", "docker" },
	{ "docker/", "docker" },
	{ "cri-containerd-", "containerd" },
	{ "cri-containerd:", "containerd" },
	{ "containerd-", "containerd" },
	{ "nerdctl-", "containerd" },
	{ "crio-", "cri-o" },
	{ "crio:", "cri-o" },
	{ "libpod-", "podman" },
	{ "libpod:", "podman" },
	{ "/", "" },
};

/* One line's path. */
struct line {
	const char *controllers; /* up to the colon */
	const char *path;
	size_t path_len;
};

/* Takes the next line; false at the end. What is not of the form is passed over. */
static bool next_line(const char **text, struct line *ret)
{
	while (**text) {
		const char *start = *text, *end = strchrnul(start, '\n');
		const char *first = memchr(start, ':', (size_t)(end - start));
		const char *second =
			first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;

		*text = *end ? end + 1 : end;
		if (!second || second + 1 == end || second[1] != '/')
			continue;
		*ret = (struct line){ .controllers = first + 1,
				      .path = second + 1,
				      .path_len = (size_t)(end - second - 1) };
		return true;
	}
	return false;
}

static void copy(char *ret, size_t size, const char *from, size_t n)
{
	n = MIN(n, size - 1);
	memcpy(ret, from, n);
	ret[n] = '\0';
}

static size_t hex_digits(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f')))
		p++;
	return (size_t)(p - s);
}

/* The runtime that writes an id after what stands there; NULL: it is no container's id. */
static const char *runtime_before(const char *start, const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t n = strlen(prefixes[i].before);

		if ((size_t)(id - start) < n || memcmp(id - n, prefixes[i].before, n))
			continue;
		/* "crio-" also ends other words: only a whole one counts. */
		if (n == 1 || id - n == start || id[-(ptrdiff_t)n - 1] == '/' ||
		    id[-(ptrdiff_t)n - 1] == ':')
			return prefixes[i].runtime;
	}
	return NULL;
}

/* Finds the innermost container; *ret_at is where its part of the path begins. */
static bool find_container(const struct line *l, struct cgroup *ret, const char **ret_at)
{
	const char *end = l->path + l->path_len;
	bool found = false;

	for (const char *p = l->path; p < end; p++) {
		size_t n = hex_digits(p, end);
		const char *runtime = n == ID_DIGITS ? runtime_before(l->path, p) : NULL;

		if (runtime) {
			copy(ret->container, sizeof(ret->container), p, n);
			copy(ret->runtime, sizeof(ret->runtime), runtime, strlen(runtime));
			*ret_at = p;
			while (**ret_at != '/')
				(*ret_at)--;
			found = true;
		}
		p += n;
	}
	return found;
}

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n > m && !memcmp(s + n - m, end, m);
}

/* The last part before `end` that is a service or a scope. */
static void find_unit(const char *path, const char *end, struct cgroup *ret)
{
	for (const char *part = path; part < end;) {
		const char *slash;
		size_t n;

		part += *part == '/';
		slash = memchr(part, '/', (size_t)(end - part));
		n = (size_t)((slash ? slash : end) - part);
		if (ends_with(part, n, ".service") || ends_with(part, n, ".scope"))
			copy(ret->unit, sizeof(ret->unit), part, n);
		part += n;
		if (!n)
			part++;
	}
}

static bool is_controller(const struct line *l, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(l->controllers, name, n) && l->controllers[n] == ':';
}

/* How much a hierarchy's path is worth. */
static int rank(const struct line *l, bool container)
{
	if (container)
		return 4;
	if (l->path_len == 1)
		return 0;
	if (is_controller(l, ""))
		return 3;
	return is_controller(l, "name=systemd") ? 2 : 1;
}

void cgroup_parse(const char *text, struct cgroup *ret)
{
	int best = -1;
	struct line l;

	*ret = (struct cgroup){ .path = "" };
	while (next_line(&text, &l)) {
		struct cgroup found = { .path = "" };
		const char *unit_end = l.path + l.path_len;
		bool container = find_container(&l, &found, &unit_end);

		if (rank(&l, container) <= best)
			continue;
		best = rank(&l, container);
		copy(found.path, sizeof(found.path), l.path, l.path_len);
		find_unit(l.path, unit_end, &found);
		*ret = found;
	}
}

bool cgroup_is_in(const char *text, const char *path)
{
	size_t n = strlen(path);
	struct line l;

	while (n > 1 && path[n - 1] == '/')
		n--;
	while (next_line(&text, &l)) {
		if (n == 1)
			return true;
		if (l.path_len >= n && !memcmp(l.path, path, n) &&
		    (l.path_len == n || l.path[n] == '/'))
			return true;
	}
	return false;
}
