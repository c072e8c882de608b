// SPDX-License-Identifier: BSD-2-Clause
#include "store/recording_fields.h"

#include <string.h>

#define ENUM_BYTES 2

const struct form form_u8 = { .kind = FORM_NUMBER }, form_u16 = { .kind = FORM_NUMBER },
		  form_u32 = { .kind = FORM_NUMBER }, form_u64 = { .kind = FORM_NUMBER };
const struct form form_bytes = { .kind = FORM_BYTES };
const struct form form_text = { .kind = FORM_TEXT };

/* --- numbers in memory, in the machine's own byte order --- */

static uint64_t load(const void *from, size_t size)
{
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;

	switch (size) {
	case 1:
		return *(const uint8_t *)from;
	case 2:
		memcpy(&n16, from, sizeof(n16));
		return n16;
	case 4:
		memcpy(&n32, from, sizeof(n32));
		return n32;
	default:
		memcpy(&n64, from, sizeof(n64));
		return n64;
	}
}

static void store(void *to, uint64_t value, size_t size)
{
	uint8_t n8 = (uint8_t)value;
	uint16_t n16 = (uint16_t)value;
	uint32_t n32 = (uint32_t)value;

	memcpy(to,
	       size == 1   ? (void *)&n8
	       : size == 2 ? (void *)&n16
	       : size == 4 ? (void *)&n32
			   : (void *)&value,
	       size);
}

/* --- writing --- */

void payload__put_number(struct payload *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p->bytes[p->n++] = (uint8_t)(value >> (8 * i));
}

void payload__set_size(struct payload *p, size_t at, size_t start)
{
	size_t end = p->n;

	p->n = at;
	payload__put_number(p, end - start, 2);
	p->n = end;
}

static void put_head(struct payload *p, uint16_t tag, size_t size)
{
	payload__put_number(p, tag, 2);
	payload__put_number(p, size, 2);
}

static void put_number(struct payload *p, uint16_t tag, uint64_t value, size_t size)
{
	if (!value)
		return;
	put_head(p, tag, size);
	payload__put_number(p, value, size);
}

static void put_bytes(struct payload *p, uint16_t tag, const void *bytes, size_t size)
{
	if (!size)
		return;
	put_head(p, tag, size);
	memcpy(p->bytes + p->n, bytes, size);
	p->n += size;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static void put_member(struct payload *p, const struct member *m, const void *from)
{
	uint64_t value;

	switch (m->form->kind) {
	case FORM_NUMBER:
		put_number(p, m->tag, load(from, m->size), m->size);
		break;
	case FORM_ENUM:
		value = load(from, m->size);
		put_number(p, m->tag, value < m->form->n ? m->form->numbers[value] : 0, ENUM_BYTES);
		break;
	case FORM_BYTES:
		put_bytes(p, m->tag, from, is_zero(from, m->size) ? 0 : m->size);
		break;
	case FORM_TEXT:
		put_bytes(p, m->tag, from, strnlen(from, m->size - 1));
		break;
	}
}

void payload__put(struct payload *p, const struct members *members, const void *object)
{
	for (size_t i = 0; i < members->n; i++)
		put_member(p, &members->rows[i], (const uint8_t *)object + members->rows[i].offset);
}

void payload__put_group(struct payload *p, uint16_t tag, const struct members *members,
			const void *object)
{
	size_t head = p->n;

	put_head(p, tag, 0);
	payload__put(p, members, object);
	payload__set_size(p, head + 2, head + FIELD_HEAD_BYTES);
}

/* --- reading --- */

uint64_t number_of_bytes(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

/* A value as it stands in the file; bytes is NULL when it is absent. */
struct value {
	const uint8_t *bytes;
	size_t size;
};

/* Takes the next field if it has this tag, else an absent value. False: it is cut off. */
static bool take(struct encoded *f, uint16_t tag, struct value *ret)
{
	size_t left = (size_t)(f->end - f->at), size;

	*ret = (struct value){};
	if (!left)
		return true;
	if (left < FIELD_HEAD_BYTES)
		return false;
	if (number_of_bytes(f->at, 2) != tag)
		return true;
	size = number_of_bytes(f->at + 2, 2);
	if (size > left - FIELD_HEAD_BYTES)
		return false;
	*ret = (struct value){ f->at + FIELD_HEAD_BYTES, size };
	f->at += FIELD_HEAD_BYTES + size;
	f->last = tag;
	return true;
}

static bool size_fits(const struct member *m, const struct value *value)
{
	if (!value->bytes)
		return true;
	if (m->form->kind == FORM_TEXT)
		return value->size < m->size;
	return value->size == (m->form->kind == FORM_ENUM ? ENUM_BYTES : m->size);
}

/* The value that this number stands for; n if there is none. */
static unsigned int enum_value(const struct form *form, uint64_t number)
{
	unsigned int i = 0;

	if (!number)
		return form->numbers[0] ? form->n : 0;
	while (i < form->n && form->numbers[i] != number)
		i++;
	return i;
}

static const char *read_member(const struct member *m, const struct value *value, void *ret)
{
	uint64_t number;

	if (!size_fits(m, value))
		return "a field of impossible size";
	switch (m->form->kind) {
	case FORM_NUMBER:
		store(ret, number_of_bytes(value->bytes, value->size), m->size);
		break;
	case FORM_ENUM:
		number = enum_value(m->form, number_of_bytes(value->bytes, value->size));
		if (number == m->form->n)
			return "a field of unknown value: " NEWER;
		store(ret, number, m->size);
		break;
	case FORM_BYTES:
	case FORM_TEXT:
		memset(ret, 0, m->size);
		if (value->size)
			memcpy(ret, value->bytes, value->size);
		break;
	}
	return NULL;
}

const char *encoded__read(struct encoded *f, const struct members *members, void *ret)
{
	for (size_t i = 0; i < members->n; i++) {
		const struct member *m = &members->rows[i];
		const char *wrong;
		struct value value;

		if (!take(f, m->tag, &value))
			return "a field of impossible size";
		wrong = read_member(m, &value, (uint8_t *)ret + m->offset);
		if (wrong)
			return wrong;
	}
	return NULL;
}

bool encoded__read_group(struct encoded *f, uint16_t tag, struct encoded *ret)
{
	struct value value;

	if (!take(f, tag, &value) || !value.bytes)
		return false;
	*ret = (struct encoded){ value.bytes, value.bytes + value.size, 0 };
	return true;
}

const char *encoded__end(const struct encoded *f)
{
	struct encoded rest = *f;
	struct value value;
	uint16_t tag;

	if (f->at == f->end)
		return NULL;
	if (f->end - f->at < FIELD_HEAD_BYTES)
		return "a field of impossible size";
	tag = (uint16_t)number_of_bytes(f->at, 2);
	if (!take(&rest, tag, &value))
		return "a field of impossible size";
	/* Tags rise: a known one would have been read, unless it is out of its turn. */
	return tag > f->last ? "a field of unknown meaning: " NEWER : "a field out of its turn";
}
