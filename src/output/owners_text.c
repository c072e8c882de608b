// SPDX-License-Identifier: BSD-2-Clause
#include "output/owners_text.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"

#define CONTAINER_SHOWN 12 /* digits, as the runtimes' own tools print it */

/* Writes before, the text made safe for a terminal, after; nothing for an empty text. */
static void add(FILE *out, const char *before, const char *text, size_t max)
{
	char safe[4 * FIELD_TEXT_LEN];

	if (!text || !text[0])
		return;
	escape_for_terminal(safe, sizeof(safe), text, max);
	fprintf(out, "%s%s", before, safe);
}

/*
 * Program      process 2231 sshd, user root, unit ssh.service, command sshd: alice
 *              process 2240 nginx, user www-data, docker container 3f4e8c0a1b2d, exited
 */
static void write_holder(FILE *out, const struct iw_owner *owner, const struct field_context *ctx)
{
	const struct process_info *info = names__process(ctx->names, owner->pid, owner->start_ns);
	const char *user = names__get(ctx->names, NAME_USER, owner->uid);

	fprintf(out, "process %u", owner->pid);
	add(out, " ", owner->comm, sizeof(owner->comm));
	if (user)
		add(out, ", user ", user, NAME_LEN);
	else
		fprintf(out, ", user %u", owner->uid);
	if (info && info->cgroup.container[0]) {
		add(out, ", ", info->cgroup.runtime, sizeof(info->cgroup.runtime));
		add(out, info->cgroup.runtime[0] ? " container " : ", container ",
		    info->cgroup.container, CONTAINER_SHOWN);
	}
	if (info)
		add(out, ", unit ", info->cgroup.unit, sizeof(info->cgroup.unit));
	if (owner->flags & IW_OWNER_EXITED)
		fprintf(out, ", exited");
	if (info)
		add(out, ", command ", info->cmdline, sizeof(info->cmdline));
}

char *owners_text(const struct event *ev, const struct field_context *ctx, const char *heading)
{
	char *text = NULL;
	size_t size;
	FILE *out = ev->n_owners ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	for (size_t i = 0; i < ev->n_owners; i++) {
		fprintf(out, "%s%-*s", i ? "\n" : "", (int)strlen(heading), i ? "" : heading);
		write_holder(out, &ev->owners[i], ctx);
	}
	fclose(out);
	return text;
}
