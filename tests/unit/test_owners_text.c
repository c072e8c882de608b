// SPDX-License-Identifier: BSD-2-Clause
/* The owners of a connection in words. */
#include "output/owners_text.h"

#include "events.h"

TEST(every_owner_has_a_line)
{
	struct field_context ctx = sample_context();
	struct sample s;
	char *text;

	sample_event(&s, EVENT_VERDICT);
	s.owners[0].uid = 1000;
	text = owners_text(&s.ev, &ctx, "held by ");
	assert_string_equal(text,
			    "held by process 2231 sshd, user alice, podman container 0123456789ab, "
			    "unit ssh.service, command sshd: alice\n"
			    "        process 2240 bash, user 0, exited");
	free(text);
}

TEST(without_owners_there_is_nothing)
{
	struct field_context ctx = sample_context();
	struct sample s;

	sample_event(&s, EVENT_VERDICT);
	s.ev.n_owners = 0;
	assert_null(owners_text(&s.ev, &ctx, "held by "));
}

TEST(hostile_names_stay_on_their_line)
{
	struct field_context ctx = sample_context();
	struct sample s;

	for (size_t i = 0; i < ARRAY_SIZE(hostile_comms); i++) {
		char *text;

		sample_event(&s, EVENT_VERDICT);
		s.ev.n_owners = 1;
		set_comm(&s, hostile_comms[i]);
		text = owners_text(&s.ev, &ctx, "");
		assert_non_null(text);
		for (const char *p = text; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
		free(text);
	}
}
