// SPDX-License-Identifier: BSD-2-Clause
/*
 * check-btf SURFACE [KERNEL-BTF]: does a kernel have what vmlinux.h names?
 *
 * SURFACE is an object whose BTF holds all of vmlinux.h (check_btf_surface.sed
 * makes its source); KERNEL-BTF defaults to the running kernel's. Compared are
 * the names of types, fields and enum values, and the kind and size of each
 * field, because bpf_probe_read_kernel() copies as many bytes as our page says,
 * whatever the kernel's field is. Offsets, order and enum values are libbpf's to
 * relocate. Enums without a name are constants of the ABI and have no counterpart.
 *
 *	struct inet_connection_sock: icsk_retransmit_timer: not there
 *	struct netns_ipv4: sysctl_tcp_retries2: 1-byte integer here, 4-byte integer there
 *	optional: struct sock___retransmit_timer: present
 *	35 types, 104 fields; 2 problems: /sys/kernel/btf/vmlinux
 *
 * Exit status: 0 all there, 1 something is not, 2 it could not be checked.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_BTF "/sys/kernel/btf/vmlinux"

/* Far beyond what any kernel nests: a corrupt file may refer to itself. */
#define DEPTH_MAX 8

#define PATH_LEN 256

enum {
	EXIT_ALL_THERE = 0,
	EXIT_MISSING = 1,
	EXIT_UNCHECKED = 2,
};

struct checker {
	const struct btf *want; /* our page */
	const struct btf *have; /* the kernel */
	const char *type_label; /* of the type being compared: "struct sock" */
	bool silent; /* only count the problems */
	unsigned int types;
	unsigned int fields;
	unsigned int problems; /* of all kinds, among them: */
	unsigned int absent;
};

/* --- a file may be corrupt: no type and no name is taken for granted --- */

static const struct btf_type *type_at(const struct btf *btf, __u32 id)
{
	static const struct btf_type none;
	const struct btf_type *t = btf__type_by_id(btf, id);

	return t ? t : &none;
}

static const char *name_at(const struct btf *btf, __u32 offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name ? name : "";
}

/* The type behind typedefs, const and volatile. */
static const struct btf_type *resolve(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = type_at(btf, id);

	for (int i = 0; i < DEPTH_MAX && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = type_at(btf, t->type);
	return t;
}

static bool is_enum(const struct btf_type *t)
{
	return btf_is_enum(t) || btf_is_enum64(t);
}

/* --- what a type looks like to a program that reads it --- */

/* "pointer", "record", "4-byte integer", "16 of 1-byte integer". */
static void describe(const struct btf *btf, __u32 id, char *ret, size_t size)
{
	const struct btf_type *t = resolve(btf, id);
	char prefix[24] = "";

	if (btf_is_array(t)) {
		/* A flexible array at a structure's end had one element in older C. */
		if (btf_array(t)->nelems > 1)
			snprintf(prefix, sizeof(prefix), "%u of ", btf_array(t)->nelems);
		else
			snprintf(prefix, sizeof(prefix), "any number of ");
		t = resolve(btf, btf_array(t)->type);
	}
	if (btf_is_ptr(t))
		snprintf(ret, size, "%spointer", prefix);
	else if (btf_is_composite(t))
		snprintf(ret, size, "%srecord", prefix);
	else if (btf_is_int(t) || is_enum(t))
		snprintf(ret, size, "%s%u-byte integer", prefix, t->size);
	else
		snprintf(ret, size, "%ssomething of BTF kind %u", prefix, btf_kind(t));
}

/* A field by its name, also in the anonymous structs and unions inside a record. */
static const struct btf_member *find_member(const struct btf *btf, const struct btf_type *record,
					    const char *name, int depth, bool *ret_bitfield)
{
	const struct btf_member *m = btf_members(record);

	for (__u32 i = 0; depth < DEPTH_MAX && i < btf_vlen(record); i++, m++) {
		const char *this_name = name_at(btf, m->name_off);
		const struct btf_type *inner = resolve(btf, m->type);
		const struct btf_member *found;

		if (!strcmp(this_name, name)) {
			*ret_bitfield = btf_member_bitfield_size(record, i) != 0;
			return m;
		}
		if (this_name[0] || !btf_is_composite(inner))
			continue;
		found = find_member(btf, inner, name, depth + 1, ret_bitfield);
		if (found)
			return found;
	}
	return NULL;
}

/* --- compare one type --- */

/* field is "" for the type itself; fmt says what is wrong. */
__attribute__((format(printf, 3, 4))) static void problem(struct checker *c, const char *field,
							  const char *fmt, ...)
{
	va_list ap;

	c->problems++;
	if (c->silent)
		return;
	printf("%s: %s%s", c->type_label, field, field[0] ? ": " : "");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void absent(struct checker *c, const char *field)
{
	c->absent++;
	problem(c, field, "not there");
}

static void check_members(struct checker *c, const struct btf_type *want,
			  const struct btf_type *have, const char *path, int depth);

/* bits: our own field is a bit field, which libbpf finds whatever its size is there. */
static void check_member(struct checker *c, const struct btf_member *want, bool bits,
			 const struct btf_type *have, const char *path, int depth)
{
	const struct btf_type *inner = resolve(c->want, want->type);
	const char *name = name_at(c->want, want->name_off);
	char field[PATH_LEN], ours[64], theirs[64];
	const struct btf_member *m;
	bool bitfield = false;

	if (!name[0]) { /* our own anonymous record: its fields belong to this level */
		check_members(c, inner, have, path, depth + 1);
		return;
	}
	c->fields++;
	snprintf(field, sizeof(field), "%s%s%s", path, path[0] ? "." : "", name);
	m = find_member(c->have, have, name, 0, &bitfield);
	if (!m) {
		absent(c, field);
		return;
	}
	describe(c->want, want->type, ours, sizeof(ours));
	describe(c->have, m->type, theirs, sizeof(theirs));
	if (bitfield && !bits)
		problem(c, field, "a bit field there");
	else if (bits ? !btf_is_int(resolve(c->have, m->type)) : strcmp(ours, theirs))
		problem(c, field, "%s here, %s there", ours, theirs);
	else if (btf_is_composite(inner) && !name_at(c->want, inner->name_off)[0] &&
		 btf_kind(type_at(c->want, want->type)) == btf_kind(inner))
		check_members(c, inner, resolve(c->have, m->type), field, depth + 1);
}

/* Compares a record's fields. path leads to the record inside its type, "" at the top. */
static void check_members(struct checker *c, const struct btf_type *want,
			  const struct btf_type *have, const char *path, int depth)
{
	const struct btf_member *m = btf_members(want);

	if (depth >= DEPTH_MAX || !btf_is_composite(want))
		return;
	for (__u32 i = 0; i < btf_vlen(want); i++, m++)
		check_member(c, m, btf_member_bitfield_size(want, i) != 0, have, path, depth);
}

static const char *value_name(const struct btf *btf, const struct btf_type *t, __u32 i)
{
	return name_at(btf, btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off);
}

static bool has_value(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (__u32 i = 0; i < btf_vlen(t); i++) {
		if (!strcmp(value_name(btf, t, i), name))
			return true;
	}
	return false;
}

static void check_values(struct checker *c, const struct btf_type *want,
			 const struct btf_type *have)
{
	for (__u32 i = 0; i < btf_vlen(want); i++) {
		const char *name = value_name(c->want, want, i);

		c->fields++;
		if (!has_value(c->have, have, name))
			absent(c, name);
	}
}

static void check_type(struct checker *c, const struct btf_type *want, const struct btf_type *have)
{
	if (is_enum(want))
		check_values(c, want, have);
	else
		check_members(c, want, have, "", 0);
}

/* --- find a type's counterpart --- */

/* How many characters of a name come before its ___suffix, which libbpf ignores. */
static size_t essential_len(const char *name)
{
	const char *suffix = strstr(name, "___");

	return suffix && suffix != name ? (size_t)(suffix - name) : strlen(name);
}

/* Whether t is what a type like ours could be called by: the same sort, the same name. */
static bool is_candidate(const struct checker *c, const struct btf_type *t,
			 const struct btf_type *want, const char *name)
{
	const struct btf_type *behind = btf_is_typedef(t) ? resolve(c->have, t->type) : t;
	const char *its_name = name_at(c->have, t->name_off);

	if (btf_is_typedef(t) != btf_is_typedef(want))
		return false;
	if (is_enum(want) ? !is_enum(behind) : !btf_is_composite(behind))
		return false;
	return strlen(its_name) == essential_len(name) &&
	       !strncmp(its_name, name, essential_len(name));
}

/*
 * Compares one of our types with the kernel's of that name. There may be several:
 * as in libbpf, the one that fits is meant, else the one that fits best.
 */
static void check_named(struct checker *c, const struct btf_type *want, const char *name)
{
	const struct btf_type *behind = btf_is_typedef(want) ? resolve(c->want, want->type) : want;
	const struct btf_type *best = NULL;
	unsigned int fewest = 0;

	for (__u32 id = 1; id < btf__type_cnt(c->have); id++) {
		const struct btf_type *t = type_at(c->have, id);
		struct checker trial = { .want = c->want, .have = c->have, .silent = true };

		if (!is_candidate(c, t, want, name))
			continue;
		t = btf_is_typedef(t) ? resolve(c->have, t->type) : t;
		check_type(&trial, behind, t);
		if (!best || trial.problems < fewest) {
			best = t;
			fewest = trial.problems;
		}
	}
	if (best)
		check_type(c, behind, best);
	else
		absent(c, "");
}

/* --- all of our types --- */

static const char *keyword(const struct btf_type *t)
{
	if (btf_is_typedef(t))
		return "typedef";
	if (is_enum(t))
		return "enum";
	return btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t)) ? "union" : "struct";
}

/* Records and enums with a name, and records known by their typedef only. */
static bool is_ours_to_check(const struct btf *want, const struct btf_type *t)
{
	const struct btf_type *behind;

	if (!name_at(want, t->name_off)[0])
		return false;
	if (btf_is_composite(t) || is_enum(t) || btf_is_fwd(t))
		return true;
	behind = btf_is_typedef(t) ? type_at(want, t->type) : t;
	return btf_is_composite(behind) && !name_at(want, behind->name_off)[0];
}

/* Why a type may be absent, NULL when it may not. */
static const char *excuse(const char *name)
{
	if (!strcmp(name, "pt_regs") || !strcmp(name, "user_pt_regs"))
		return "by architecture";
	return name[essential_len(name)] ? "optional" : NULL;
}

static void check_one(struct checker *c, const struct btf_type *want)
{
	const char *name = name_at(c->want, want->name_off);
	const char *may_be_absent = excuse(name);
	struct checker trial = { .want = c->want, .have = c->have, .silent = true };
	char label[PATH_LEN];

	snprintf(label, sizeof(label), "%s %s", keyword(want), name);
	check_named(&trial, want, name);
	if (may_be_absent && (trial.absent || !trial.problems)) {
		printf("%s: %s: %s\n", may_be_absent, label, trial.absent ? "absent" : "present");
		return;
	}
	c->type_label = label;
	c->types++;
	check_named(c, want, name);
}

/* NULL, and a sentence, when the file cannot be used. */
static struct btf *open_btf(const char *path)
{
	struct btf *btf = btf__parse(path, NULL);

	if (btf)
		return btf;
	/* libbpf's errors for a file that it could open are many and say little. */
	if (access(path, R_OK))
		fprintf(stderr, "check-btf: cannot read %s: %s\n", path, strerror(errno));
	else
		fprintf(stderr, "check-btf: %s holds no type information (BTF) that can be read\n",
			path);
	return NULL;
}

static int check_all(struct checker *c, const char *surface, const char *kernel)
{
	for (__u32 id = 1; id < btf__type_cnt(c->want); id++) {
		const struct btf_type *t = type_at(c->want, id);

		if (is_ours_to_check(c->want, t))
			check_one(c, t);
	}
	if (!c->types) {
		fprintf(stderr, "check-btf: %s holds no types to check\n", surface);
		return EXIT_UNCHECKED;
	}
	printf("%u types, %u fields; %u problem%s: %s\n", c->types, c->fields, c->problems,
	       c->problems == 1 ? "" : "s", kernel);
	return c->problems ? EXIT_MISSING : EXIT_ALL_THERE;
}

int main(int argc, char **argv)
{
	const char *kernel = argc == 3 ? argv[2] : DEFAULT_BTF;
	struct btf *want, *have;
	struct checker c = {};
	int r = EXIT_UNCHECKED;

	if (argc < 2 || argc > 3 || argv[1][0] == '-') {
		fputs("usage: check-btf SURFACE.o [KERNEL-BTF]\n", stderr);
		return EXIT_UNCHECKED;
	}
	libbpf_set_print(NULL);
	want = open_btf(argv[1]);
	have = want ? open_btf(kernel) : NULL;
	if (have) {
		c.want = want;
		c.have = have;
		r = check_all(&c, argv[1], kernel);
	}
	btf__free(have);
	btf__free(want);
	return r;
}
