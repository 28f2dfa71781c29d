/* SPDX-License-Identifier: BSD-3-Clause */
/* SMB 2 and 3: NEGOTIATE and SESSION_SETUP (MS-SMB2 2.2.1 to 2.2.6). */
#include "proto/common/le.h"
#include "proto/common/names.h"
#include "proto/smb/session.h"

#define HEADER_BYTES 64u
#define NEGOTIATE 0u
#define SESSION_SETUP 1u
#define FLAG_RESPONSE 1u
#define DIALECT_311 0x0311u

#define SIGNING_ENABLED 1u
#define SIGNING_REQUIRED 2u

#define SESSION_GUEST 1u
#define SESSION_NULL 2u
#define STATUS_SUCCESS 0u
#define STATUS_MORE_PROCESSING 0xc0000016u

/* Negotiate contexts: MS-SMB2 2.2.3.1. */
#define CONTEXT_PREAUTH 1u
#define CONTEXT_ENCRYPTION 2u
#define CONTEXT_COMPRESSION 3u
#define CONTEXT_NETNAME 5u
#define CONTEXT_SIGNING 8u
#define MAX_CONTEXTS 16u /* ours; there are eight kinds */

struct header {
	uint32_t status;
	uint32_t flags;
	uint16_t command;
};

/* MS-SMB2 2.2.1: behind its first four bytes, which tell the protocol. */
RJ_MUST_CHECK static enum rj_status read_header(struct rj_cursor *c, struct header *out)
{
	uint16_t size;
	enum rj_status st = rj_cursor_skip(c, 4);

	if (!st)
		st = rj_le_u16(c, &size);
	if (!st && size != HEADER_BYTES)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(c, 2);
	if (!st)
		st = rj_le_u32(c, &out->status);
	if (!st)
		st = rj_le_u16(c, &out->command);
	if (!st)
		st = rj_cursor_skip(c, 2);
	if (!st)
		st = rj_le_u32(c, &out->flags);
	return st ? st : rj_cursor_skip(c, HEADER_BYTES - 20);
}

static void take_signing(struct rj_smb_party *party, uint16_t mode)
{
	party->has_signing = true;
	party->signing = mode & SIGNING_REQUIRED ? RJ_SMB_SIGNING_REQUIRED :
			 mode & SIGNING_ENABLED	 ? RJ_SMB_SIGNING_ENABLED :
						   RJ_SMB_SIGNING_DISABLED;
}

RJ_MUST_CHECK static enum rj_status read_guid(struct rj_cursor *c, struct rj_smb_party *party)
{
	const uint8_t *guid;
	enum rj_status st = rj_cursor_bytes(c, RJ_SMB_GUID_BYTES, &guid);

	if (st)
		return st;
	memcpy(party->guid, guid, RJ_SMB_GUID_BYTES);
	party->has_guid = true;
	return RJ_OK;
}

/* @skip_bytes stand between their number and the numbers. */
RJ_MUST_CHECK static enum rj_status read_list(struct rj_cursor c, size_t skip_bytes,
					      struct rj_smb_list *out)
{
	struct rj_smb_list list = { 0 };
	uint16_t num, number;
	enum rj_status st = rj_le_u16(&c, &num);

	if (!st)
		st = rj_cursor_skip(&c, skip_bytes);
	for (unsigned int i = 0; !st && i < num && i < RJ_SMB_MAX_LISTED; i++) {
		st = rj_le_u16(&c, &number);
		if (!st)
			list.numbers[list.num++] = number;
	}
	if (!st)
		*out = list;
	return st;
}

/* MS-SMB2 2.2.3.1.1 to 2.2.3.1.7. */
RJ_MUST_CHECK static enum rj_status take_context(struct rj_smb_party *party, struct rj_arena *arena,
						 uint16_t type, struct rj_cursor data)
{
	switch (type) {
	case CONTEXT_PREAUTH:
		return read_list(data, 2, &party->hashes); /* the length of a salt */
	case CONTEXT_ENCRYPTION:
		return read_list(data, 0, &party->ciphers);
	case CONTEXT_COMPRESSION:
		return read_list(data, 2 + 4, &party->compression); /* padding, flags */
	case CONTEXT_SIGNING:
		return read_list(data, 0, &party->signing_algorithms);
	case CONTEXT_NETNAME:
		party->name.bytes = rj_keep(arena, data, RJ_SMB_TEXT_BYTES);
		party->name.is_utf16 = true;
		return RJ_OK;
	default:
		return RJ_OK;
	}
}

/* MS-SMB2 2.2.3.1: @at from the header's start, each from a multiple of 8 bytes on. */
RJ_MUST_CHECK static enum rj_status read_contexts(struct rj_smb_party *party,
						  struct rj_arena *arena, struct rj_cursor c,
						  uint32_t at, unsigned int num)
{
	enum rj_status st = rj_cursor_skip(&c, at);

	for (unsigned int i = 0; !st && i < num && i < MAX_CONTEXTS; i++) {
		struct rj_cursor data;
		uint16_t type, len;

		st = rj_le_u16(&c, &type);
		if (!st)
			st = rj_le_u16(&c, &len);
		if (!st)
			st = rj_cursor_skip(&c, 4);
		if (!st)
			st = rj_cursor_sub(&c, len, &data);
		if (!st)
			st = take_context(party, arena, type, data);
		if (!st && i + 1 < num)
			st = rj_cursor_skip(&c, -len & 7u);
	}
	return st;
}

static bool has_dialect(const struct rj_smb_session *s, uint16_t dialect)
{
	for (unsigned int i = 0; i < s->num_dialects2; i++)
		if (s->dialects2[i] == dialect)
			return true;
	return false;
}

RJ_MUST_CHECK static enum rj_status read_dialects(struct rj_smb_session *s, struct rj_cursor *c,
						  unsigned int num)
{
	enum rj_status st = RJ_OK;

	s->num_dialects2 = 0;
	for (unsigned int i = 0; !st && i < num; i++) {
		uint16_t dialect;

		st = rj_le_u16(c, &dialect);
		if (!st && s->num_dialects2 < RJ_SMB_MAX_DIALECTS)
			s->dialects2[s->num_dialects2++] = dialect;
	}
	return st;
}

/* MS-SMB2 2.2.3. */
RJ_MUST_CHECK static enum rj_status read_negotiate(struct rj_smb_session *s, struct rj_arena *arena,
						   struct rj_cursor message, struct rj_cursor c)
{
	struct rj_smb_party *party = &s->client;
	uint16_t num, mode, num_contexts = 0;
	uint32_t at = 0;
	enum rj_status st = rj_cursor_skip(&c, 2);

	if (!st)
		st = rj_le_u16(&c, &num);
	if (!st)
		st = rj_le_u16(&c, &mode);
	if (!st)
		st = rj_cursor_skip(&c, 2);
	if (!st)
		st = rj_le_u32(&c, &party->capabilities);
	if (!st)
		st = read_guid(&c, party);
	if (!st)
		st = rj_le_u32(&c, &at);
	if (!st)
		st = rj_le_u16(&c, &num_contexts);
	if (!st)
		st = rj_cursor_skip(&c, 2);
	if (!st)
		st = read_dialects(s, &c, num);
	if (st)
		return st;
	party->has_negotiated = true;
	party->is_smb1 = false;
	party->has_capabilities = true;
	take_signing(party, mode);
	if (!has_dialect(s, DIALECT_311)) /* else the start time of the client stands there */
		return RJ_OK;
	return read_contexts(party, arena, message, at, num_contexts);
}

/* A security blob that @at and @len tell of. */
static void take_blob(struct rj_smb_session *s, struct rj_smb_party *party, struct rj_arena *arena,
		      struct rj_cursor message, uint16_t at, uint16_t len)
{
	struct rj_cursor blob;

	if (!len || rj_cursor_skip(&message, at))
		return;
	if (rj_cursor_sub(&message, len < message.left ? len : message.left, &blob))
		return;
	rj_smb_take_blob(s, party, arena, blob);
}

/* MS-SMB2 2.2.4. */
RJ_MUST_CHECK static enum rj_status read_negotiated(struct rj_smb_session *s,
						    struct rj_arena *arena,
						    struct rj_cursor message, struct rj_cursor c)
{
	struct rj_smb_party *party = &s->server;
	uint16_t mode, dialect, num_contexts, blob_at, blob_len;
	uint32_t contexts_at;
	enum rj_status st = rj_cursor_skip(&c, 2);

	if (!st)
		st = rj_le_u16(&c, &mode);
	if (!st)
		st = rj_le_u16(&c, &dialect);
	if (!st)
		st = rj_le_u16(&c, &num_contexts);
	if (!st)
		st = read_guid(&c, party);
	if (!st)
		st = rj_le_u32(&c, &party->capabilities);
	if (!st) /* three maxima, two times */
		st = rj_cursor_skip(&c, 3 * 4 + 2 * 8);
	if (!st)
		st = rj_le_u16(&c, &blob_at);
	if (!st)
		st = rj_le_u16(&c, &blob_len);
	if (!st)
		st = rj_le_u32(&c, &contexts_at);
	if (st)
		return st;
	party->has_negotiated = true;
	party->is_smb1 = false;
	party->has_capabilities = true;
	take_signing(party, mode);
	s->has_dialect2 = true;
	s->dialect2 = dialect;
	take_blob(s, party, arena, message, blob_at, blob_len);
	if (dialect != DIALECT_311)
		return RJ_OK;
	return read_contexts(party, arena, message, contexts_at, num_contexts);
}

/* MS-SMB2 2.2.5. */
RJ_MUST_CHECK static enum rj_status read_setup(struct rj_smb_session *s, struct rj_arena *arena,
					       struct rj_cursor message, struct rj_cursor c)
{
	uint16_t at, len;
	enum rj_status st = rj_cursor_skip(&c, 2 + 1 + 1 + 4 + 4);

	if (!st)
		st = rj_le_u16(&c, &at);
	if (!st)
		st = rj_le_u16(&c, &len);
	if (!st)
		take_blob(s, &s->client, arena, message, at, len);
	return st;
}

/* MS-SMB2 2.2.6; an error is another structure (2.2.2), of which the status is all. */
RJ_MUST_CHECK static enum rj_status read_set_up(struct rj_smb_session *s, struct rj_arena *arena,
						const struct header *h, struct rj_cursor message,
						struct rj_cursor c)
{
	uint16_t flags, at, len;
	enum rj_status st;

	s->has_status = true;
	s->status = h->status;
	if (h->status != STATUS_SUCCESS && h->status != STATUS_MORE_PROCESSING)
		return RJ_OK;
	st = rj_cursor_skip(&c, 2);
	if (!st)
		st = rj_le_u16(&c, &flags);
	if (!st)
		st = rj_le_u16(&c, &at);
	if (!st)
		st = rj_le_u16(&c, &len);
	if (st)
		return st;
	s->is_guest = flags & SESSION_GUEST;
	s->is_null = flags & SESSION_NULL;
	take_blob(s, &s->server, arena, message, at, len);
	return RJ_OK;
}

static bool is_last(const struct header *h)
{
	if (h->command != NEGOTIATE && h->command != SESSION_SETUP)
		return true;
	return h->command == SESSION_SETUP && h->flags & FLAG_RESPONSE &&
	       h->status == STATUS_SUCCESS;
}

enum rj_status rj_smb2_read(struct rj_smb_session *s, struct rj_message *m, struct rj_cursor c,
			    bool *ret_is_last)
{
	struct rj_cursor message = c;
	struct header h;
	enum rj_status st = read_header(&c, &h);
	bool is_answer;

	if (st)
		return st;
	is_answer = h.flags & FLAG_RESPONSE;
	rj_smb_note_sides(s, m, is_answer);
	s->version = 2;
	*ret_is_last = is_last(&h);
	if (h.command == NEGOTIATE && is_answer)
		return h.status ? RJ_OK : read_negotiated(s, m->arena, message, c);
	if (h.command == NEGOTIATE)
		return read_negotiate(s, m->arena, message, c);
	if (h.command != SESSION_SETUP)
		return RJ_OK;
	return is_answer ? read_set_up(s, m->arena, &h, message, c) :
			   read_setup(s, m->arena, message, c);
}
