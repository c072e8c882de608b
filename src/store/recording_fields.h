/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a struct stands in a recording: as fields, each
 *
 *	tag (2 bytes), size of the value (2 bytes), value
 *
 * by rising tag. Numbers are little-endian and as wide as the rows in recording_tags.c say; text is
 * without its NUL; an enum is a number of 2 bytes from a table of its own. A field that is
 * zero or empty is left out, and one that is absent is zero or empty. A tag keeps its
 * meaning and its width for ever: what a struct is given anew takes a tag anew, and the
 * readers that are older refuse what has it.
 */
#ifndef STORE_RECORDING_FIELDS_H
#define STORE_RECORDING_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIELD_HEAD_BYTES 4
#define PAYLOAD_MAX 32768

enum form_kind {
	FORM_NUMBER = 0, /* of 1, 2, 4 or 8 bytes */
	FORM_ENUM,
	FORM_BYTES, /* always all of them */
	FORM_TEXT, /* NUL-terminated in memory */
};

struct form {
	enum form_kind kind;
	/* ENUM: what stands for each value; 0 for no other than the first. */
	const uint16_t *numbers;
	unsigned int n;
};

extern const struct form form_u8, form_u16, form_u32, form_u64, form_bytes, form_text;

/* Of numbers, in bytes; 0: as wide as the member. */
enum {
	WIDTH_form_u8 = 1,
	WIDTH_form_u16 = 2,
	WIDTH_form_u32 = 4,
	WIDTH_form_u64 = 8,
	WIDTH_form_bytes = 0,
	WIDTH_form_text = 0,
};

/* One member of a struct. */
struct member {
	uint16_t tag;
	size_t offset, size; /* in memory */
	const struct form *form;
};

/* By rising tag. */
struct members {
	const struct member *rows;
	size_t n;
};

/* For a list of X(type, tag, member, form): the table's rows, and the size of them all. */
#define MEMBER_ROW(type, tag, member, form) \
	{ tag, offsetof(type, member), sizeof(((type *)NULL)->member), &(form) },
#define MEMBER_SIZE(type, tag, member, form) +sizeof(((type *)NULL)->member)

/* --- writing --- */

/* What is to be written, with room for all that asserts hold below PAYLOAD_MAX. */
struct payload {
	size_t n;
	uint8_t bytes[PAYLOAD_MAX];
};

/* A number without a tag, for what comes before the fields. */
void payload__put_number(struct payload *p, uint64_t value, size_t size);

/* Writes at this place, in 2 bytes, how many bytes there are from start on. */
void payload__set_size(struct payload *p, size_t at, size_t start);

void payload__put(struct payload *p, const struct members *members, const void *object);

/* The same, as the value of one field. */
void payload__put_group(struct payload *p, uint16_t tag, const struct members *members,
			const void *object);

/* --- reading --- */

struct encoded {
	const uint8_t *at, *end;
	uint16_t last; /* tag of the field read last, 0 none */
};

uint64_t number_of_bytes(const uint8_t *bytes, size_t size);

/* Fills the struct, all but its padding. NULL, or what is wrong. */
const char *encoded__read(struct encoded *f, const struct members *members, void *ret);

/* Whether the next field has this tag; then *ret are the fields in it. */
bool encoded__read_group(struct encoded *f, uint16_t tag, struct encoded *ret);

/* NULL when all was read, or what is wrong with the rest. */
const char *encoded__end(const struct encoded *f);

#define NEWER "recorded by a newer version of idlewatch, or damaged"

#endif /* STORE_RECORDING_FIELDS_H */
