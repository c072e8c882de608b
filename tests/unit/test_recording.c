// SPDX-License-Identifier: BSD-2-Clause
/* Recordings: all that is written comes back, and its bytes are a promise. */
#include "recordings.h"
#include "store/recording_tags.h"

/* One record, there and back, into one that is full of something else. */
static const struct recorded *there_and_back(const struct recorded *record)
{
	static struct recorded back;
	static struct file f;
	struct recording_info info;
	FILE *in;

	write_file(&f, record, 1);
	memset(&back, 0xa5, sizeof(back));
	in = fmemopen(f.bytes, f.n, "rb");
	assert_non_null(in);
	assert_int_equal(recording__read_info(in, "it", &info), 1);
	assert_int_equal(recording__read(in, "it", &back), 1);
	assert_int_equal(back.kind, record->kind);
	assert_true(back.realtime_offset_ns == record->realtime_offset_ns);
	assert_int_equal(recording__read(in, "it", &back), 0);
	fclose(in);
	return &back;
}

/* --- there and back --- */

TEST(settings_come_back)
{
	struct recording_info info;
	struct file f;
	FILE *in;

	write_file(&f, NULL, 0);
	memset(&info, 0xa5, sizeof(info));
	in = fmemopen(f.bytes, f.n, "rb");
	assert_non_null(in);
	assert_int_equal(recording__read_info(in, "it", &info), 1);
	fclose(in);
	assert_int_equal(info.config.probes, 3);
	assert_int_equal(info.config.retransmits, 5);
	assert_int_equal(info.config.idle_ns, 7 * NS_PER_S);
	assert_true(info.config.all_events);
	assert_int_equal(info.config.verify_ns, 11 * NS_PER_S);
	assert_int_equal(info.config.max_connections, 13);
	assert_int_equal(info.config.prefix4, 24);
	assert_int_equal(info.config.prefix6, 48);
	assert_true(info.config.light);
	assert_string_equal(info.host, "bastion");
}

TEST(facts_come_back_with_every_byte)
{
	static struct recorded r;

	for (enum iw_fact_type t = 0; t < IW_FACT_MAX; t++) {
		full_record(&r, RECORD_FACT);
		r.fact = full_fact(t);
		assert_memory_equal(&there_and_back(&r)->fact, &r.fact, sizeof(r.fact));
	}
	for (enum iw_probe_kind k = 0; k < IW_PROBE_MAX; k++) {
		r.fact.probe_kind = (uint8_t)k;
		assert_int_equal(there_and_back(&r)->fact.probe_kind, k);
	}
	for (enum iw_elsewhere e = 0; e < IW_ELSEWHERE_MAX; e++) {
		r.fact.elsewhere = (uint8_t)e;
		assert_int_equal(there_and_back(&r)->fact.elsewhere, e);
	}
}

TEST(owners_come_back_with_every_byte)
{
	const struct recorded *back;
	static struct recorded r;

	full_record(&r, RECORD_FACT);
	back = there_and_back(&r);
	assert_int_equal(back->n_owners, RECORD_OWNERS_MAX);
	assert_memory_equal(back->owners, r.owners, sizeof(r.owners));
}

TEST(what_is_zero_comes_back_zero)
{
	static const struct iw_owner nobody;
	static struct recorded r = { .kind = RECORD_FACT,
				     .fact.type = IW_FACT_CLOCK,
				     .n_owners = 1 };
	const struct recorded *back = there_and_back(&r);

	assert_memory_equal(&back->fact, &r.fact, sizeof(r.fact));
	assert_int_equal(back->n_owners, 1);
	assert_memory_equal(&back->owners[0], &nobody, sizeof(nobody));
	r.n_owners = 0;
	assert_int_equal(there_and_back(&r)->n_owners, 0);
}

TEST(own_lines_come_back)
{
	static const enum event_type types[] = { EVENT_START, EVENT_LOST, EVENT_SUMMARY };
	const struct recorded *back;
	static struct recorded r;

	full_record(&r, RECORD_SAID);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		r.said = types[i];
		back = there_and_back(&r);
		assert_int_equal(back->said, types[i]);
		assert_int_equal(back->ts_ns, r.ts_ns);
		assert_string_equal(back->detail, r.detail);
		assert_memory_equal(&back->totals, &r.totals, sizeof(r.totals));
	}
	r.totals = (struct totals){};
	assert_memory_equal(&there_and_back(&r)->totals, &r.totals, sizeof(r.totals));
}

TEST(every_verdict_has_a_number_of_its_own)
{
	assert_int_equal(verdict_number(VERDICT_NONE), 0);
	for (enum verdict v = 0; v < VERDICT_MAX; v++) {
		for (enum verdict w = v + 1; w < VERDICT_MAX; w++)
			assert_int_not_equal(verdict_number(v), verdict_number(w));
	}
}

TEST(processes_come_back)
{
	const struct process_info *back;
	static struct recorded r;

	full_record(&r, RECORD_PROCESS);
	back = &there_and_back(&r)->process;
	assert_int_equal(back->pid, r.process.pid);
	assert_int_equal(back->start_ns, r.process.start_ns);
	assert_memory_equal(&back->cgroup, &r.process.cgroup, sizeof(r.process.cgroup));
	assert_memory_equal(back->cmdline, r.process.cmdline, sizeof(r.process.cmdline));
}

TEST(names_come_back)
{
	static struct recorded r;

	full_record(&r, RECORD_NAME);
	for (enum name_kind k = 0; k < NAME_KIND_MAX; k++) {
		r.name.kind = k;
		assert_memory_equal(&there_and_back(&r)->name, &r.name, sizeof(r.name));
	}
}

TEST(paths_come_back)
{
	static struct recorded r;

	full_record(&r, RECORD_PATH);
	assert_memory_equal(&there_and_back(&r)->path, &r.path, sizeof(r.path));
}

/* --- the bytes themselves: they are a promise --- */

TEST(bytes_are_little_endian_and_tagged)
{
	static const uint8_t expected[] = {
		4, 0, 20, 0, /* a name, of 20 bytes */
		1, 2, 3,  4, 5,	  6,   7, 8, /* the wall clock less the time since boot */
		1, 0, 2,  0, 2,	  0, /* of a user */
		2, 0, 4,  0, 4,	  3,   2, 1, /* with this id */
		3, 0, 2,  0, 'm', 'e',
	};
	static const struct recorded name = { .kind = RECORD_NAME,
					      .realtime_offset_ns = 0x0807060504030201,
					      .name = { NAME_USER, 0x01020304, "me" } };
	static struct file f;

	write_file(&f, &name, 1);
	assert_memory_equal(f.bytes, "idlewatch record\1\0", 18);
	assert_memory_equal(f.bytes + f.n - sizeof(expected), expected, sizeof(expected));
}

TEST(tags_rise_and_none_is_there_twice)
{
	static const struct members *const tables[] = {
		&settings_members, &fact_members,    &owner_members, &said_members,
		&verdict_members,  &process_members, &name_members,  &path_members,
	};

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (size_t i = 0; i < tables[t]->n; i++)
			assert_true(tables[t]->rows[i].tag > (i ? tables[t]->rows[i - 1].tag : 0));
	}
	assert_true(fact_members.rows[fact_members.n - 1].tag < FACT_OWNER);
	assert_true(said_members.rows[said_members.n - 1].tag < SAID_VERDICT);
}
