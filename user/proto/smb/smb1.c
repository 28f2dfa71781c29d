/* SPDX-License-Identifier: BSD-3-Clause */
/* SMB 1: NEGOTIATE and SESSION_SETUP_ANDX (MS-CIFS 2.2.3, 2.2.4; MS-SMB 2.2.4). */
#include "proto/common/le.h"
#include "proto/common/names.h"
#include "proto/smb/session.h"

#define HEADER_BYTES 32u
#define NEGOTIATE 0x72u
#define SESSION_SETUP 0x73u
#define FLAG_RESPONSE 0x80u
#define FLAGS2_UNICODE 0x8000u
#define FLAGS2_EXTENDED 0x0800u
#define ANDX_BYTES 4u /* MS-CIFS 2.2.3.4 */

#define SIGNING_ENABLED 4u /* MS-CIFS 2.2.4.52.2 */
#define SIGNING_REQUIRED 8u
#define ACTION_GUEST 1u /* MS-CIFS 2.2.4.53.2 */

/* Words of the answers and requests that are read. */
#define NT_NEGOTIATE_WORDS 17u
#define SETUP_WORDS 13u		 /* with passwords */
#define SETUP_EXTENDED_WORDS 12u /* with a security blob */
#define SET_UP_WORDS 3u
#define SET_UP_EXTENDED_WORDS 4u

/*
 * struct message - a message in its parts (MS-CIFS 2.2.3).
 * @words, @bytes: SMB_Parameters without their count, SMB_Data likewise
 * @at: where @bytes begin, from the header's start: text is aligned from there
 */
struct message {
	uint8_t command;
	uint8_t flags;
	uint16_t flags2;
	uint32_t status;
	uint8_t num_words;
	size_t at;
	struct rj_cursor words;
	struct rj_cursor bytes;
};

RJ_MUST_CHECK static enum rj_status read_header(struct rj_cursor *c, struct message *out)
{
	enum rj_status st = rj_cursor_skip(c, 4);

	if (!st)
		st = rj_cursor_u8(c, &out->command);
	if (!st)
		st = rj_le_u32(c, &out->status);
	if (!st)
		st = rj_cursor_u8(c, &out->flags);
	if (!st)
		st = rj_le_u16(c, &out->flags2);
	return st ? st : rj_cursor_skip(c, HEADER_BYTES - 12);
}

/* What is behind the header; bytes as far as they are there, some count them wrongly. */
RJ_MUST_CHECK static enum rj_status read_body(struct rj_cursor *c, struct message *out)
{
	uint16_t num_bytes;
	enum rj_status st = rj_cursor_u8(c, &out->num_words);

	if (!st)
		st = rj_cursor_sub(c, 2u * out->num_words, &out->words);
	if (!st)
		st = rj_le_u16(c, &num_bytes);
	if (st)
		return st;
	out->at = HEADER_BYTES + 1 + 2u * out->num_words + 2;
	return rj_cursor_sub(c, num_bytes < c->left ? num_bytes : c->left, &out->bytes);
}

/* MS-CIFS 2.2.4.52.1: each dialect a byte 2 and a text. */
static void take_negotiate(struct rj_smb_session *s, struct rj_arena *arena,
			   const struct message *message)
{
	s->client.has_negotiated = true;
	s->client.is_smb1 = true;
	s->dialects1 = rj_keep(arena, message->bytes, RJ_SMB_DIALECTS_BYTES);
}

/* The next text of the message's bytes, up to its NUL or the end; without alignment before it. */
static void take_text(struct message *message, struct rj_arena *arena, struct rj_ntlm_text *out)
{
	bool is_utf16 = message->flags2 & FLAGS2_UNICODE;
	size_t size = is_utf16 ? 2 : 1, start = message->bytes.left;
	struct rj_cursor all = message->bytes, text;
	uint64_t unit = 1;

	if (is_utf16 && message->at & 1 && !rj_cursor_skip(&all, 1)) {
		message->at++;
		start--;
	}
	message->bytes = all;
	while (unit && !rj_cursor_be(&message->bytes, size, &unit))
		;
	message->at += start - message->bytes.left;
	if (rj_cursor_sub(&all, start - message->bytes.left, &text) || !text.left)
		return;
	if (!unit)
		text.left -= (uint32_t)size;
	out->bytes = rj_keep(arena, text, RJ_SMB_TEXT_BYTES);
	out->is_utf16 = is_utf16;
}

static void skip_bytes(struct message *message, size_t len)
{
	if (!rj_cursor_skip(&message->bytes, len))
		message->at += len;
}

/* MS-CIFS 2.2.4.52.2, MS-SMB 2.2.4.5.2: of LAN Manager's only the dialect is read. */
RJ_MUST_CHECK static enum rj_status read_negotiated(struct rj_smb_session *s,
						    struct rj_arena *arena, struct message *message)
{
	struct rj_smb_party *party = &s->server;
	struct rj_cursor words = message->words;
	uint8_t mode, challenge_len;
	const uint8_t *guid;
	uint16_t dialect;
	enum rj_status st = rj_le_u16(&words, &dialect);

	if (st)
		return st;
	party->has_negotiated = true;
	party->is_smb1 = true;
	s->has_dialect1 = true;
	s->dialect1 = dialect;
	if (message->num_words != NT_NEGOTIATE_WORDS)
		return RJ_OK;
	st = rj_cursor_u8(&words, &mode);
	if (!st)
		st = rj_cursor_skip(&words, 2 + 2 + 4 + 4 + 4);
	if (!st)
		st = rj_le_u32(&words, &party->capabilities);
	if (!st)
		st = rj_cursor_skip(&words, 8 + 2);
	if (!st)
		st = rj_cursor_u8(&words, &challenge_len);
	if (st)
		return st;
	party->has_capabilities = true;
	party->has_signing = true;
	party->signing = mode & SIGNING_REQUIRED ? RJ_SMB_SIGNING_REQUIRED :
			 mode & SIGNING_ENABLED	 ? RJ_SMB_SIGNING_ENABLED :
						   RJ_SMB_SIGNING_DISABLED;
	if (message->flags2 & FLAGS2_EXTENDED && !challenge_len) {
		st = rj_cursor_bytes(&message->bytes, RJ_SMB_GUID_BYTES, &guid);
		if (st)
			return st;
		memcpy(party->guid, guid, RJ_SMB_GUID_BYTES);
		party->has_guid = true;
		rj_smb_take_blob(s, party, arena, message->bytes);
		return RJ_OK;
	}
	skip_bytes(message, challenge_len);
	message->at = 0; /* these are not aligned: MS-CIFS 2.2.4.52.2 */
	take_text(message, arena, &party->domain);
	message->at = 0;
	take_text(message, arena, &party->name);
	return RJ_OK;
}

/* The texts at the end of both kinds of session setup. */
static void take_system(struct message *message, struct rj_arena *arena, struct rj_smb_party *party)
{
	take_text(message, arena, &party->os);
	take_text(message, arena, &party->manager);
}

/* MS-CIFS 2.2.4.53.1 with passwords, of which only the lengths are read. */
RJ_MUST_CHECK static enum rj_status read_setup(struct rj_smb_session *s, struct rj_arena *arena,
					       struct message *message)
{
	struct rj_cursor words = message->words;
	uint16_t oem_len, unicode_len;
	enum rj_status st = rj_cursor_skip(&words, ANDX_BYTES + 2 + 2 + 2 + 4);

	if (!st)
		st = rj_le_u16(&words, &oem_len);
	if (!st)
		st = rj_le_u16(&words, &unicode_len);
	if (!st)
		st = rj_cursor_skip(&words, 4);
	if (!st)
		st = rj_le_u32(&words, &s->client.capabilities);
	if (st)
		return st;
	s->client.has_capabilities = true;
	s->client.is_smb1 = true;
	if ((size_t)oem_len + unicode_len > message->bytes.left)
		return RJ_MALFORMED;
	skip_bytes(message, (size_t)oem_len + unicode_len);
	take_text(message, arena, &s->user);
	take_text(message, arena, &s->client.domain);
	take_system(message, arena, &s->client);
	return RJ_OK;
}

/* A blob of @len bytes, then the texts. */
static void take_extended(struct rj_smb_session *s, struct rj_arena *arena, struct message *message,
			  struct rj_smb_party *party, uint16_t len)
{
	struct rj_cursor rest = message->bytes, blob;

	if (rj_cursor_sub(&rest, len < rest.left ? len : rest.left, &blob))
		return;
	rj_smb_take_blob(s, party, arena, blob);
	skip_bytes(message, len < message->bytes.left ? len : message->bytes.left);
	take_system(message, arena, party);
}

/* MS-SMB 2.2.4.6.1. */
RJ_MUST_CHECK static enum rj_status
read_setup_extended(struct rj_smb_session *s, struct rj_arena *arena, struct message *message)
{
	struct rj_cursor words = message->words;
	uint16_t len;
	enum rj_status st = rj_cursor_skip(&words, ANDX_BYTES + 2 + 2 + 2 + 4);

	if (!st)
		st = rj_le_u16(&words, &len);
	if (!st)
		st = rj_cursor_skip(&words, 4);
	if (!st)
		st = rj_le_u32(&words, &s->client.capabilities);
	if (st)
		return st;
	s->client.has_capabilities = true;
	s->client.is_smb1 = true;
	take_extended(s, arena, message, &s->client, len);
	return RJ_OK;
}

/* MS-CIFS 2.2.4.53.2, MS-SMB 2.2.4.6.2. */
RJ_MUST_CHECK static enum rj_status read_set_up(struct rj_smb_session *s, struct rj_arena *arena,
						struct message *message)
{
	struct rj_cursor words = message->words;
	uint16_t action, len;
	enum rj_status st;

	s->has_status = true;
	s->status = message->status;
	if (message->num_words != SET_UP_WORDS && message->num_words != SET_UP_EXTENDED_WORDS)
		return RJ_OK;
	st = rj_cursor_skip(&words, ANDX_BYTES);
	if (!st)
		st = rj_le_u16(&words, &action);
	if (st)
		return st;
	s->is_guest = action & ACTION_GUEST;
	if (message->num_words == SET_UP_EXTENDED_WORDS) {
		st = rj_le_u16(&words, &len);
		if (!st)
			take_extended(s, arena, message, &s->server, len);
		return st;
	}
	take_system(message, arena, &s->server);
	take_text(message, arena, &s->server.domain);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take(struct rj_smb_session *s, struct rj_arena *arena,
					 struct message *message)
{
	bool is_answer = message->flags & FLAG_RESPONSE;

	if (message->command == NEGOTIATE && is_answer)
		return message->num_words ? read_negotiated(s, arena, message) : RJ_OK;
	if (message->command == NEGOTIATE) {
		take_negotiate(s, arena, message);
		return RJ_OK;
	}
	if (is_answer)
		return read_set_up(s, arena, message);
	if (message->num_words == SETUP_WORDS)
		return read_setup(s, arena, message);
	return message->num_words == SETUP_EXTENDED_WORDS ? read_setup_extended(s, arena, message) :
							    RJ_OK;
}

enum rj_status rj_smb1_read(struct rj_smb_session *s, struct rj_message *m, struct rj_cursor c,
			    bool *ret_is_last)
{
	struct message message = { 0 };
	enum rj_status st = read_header(&c, &message);
	bool is_answer = message.flags & FLAG_RESPONSE;

	if (st)
		return st;
	rj_smb_note_sides(s, m, is_answer);
	if (!s->version)
		s->version = 1;
	*ret_is_last = message.command != NEGOTIATE && message.command != SESSION_SETUP;
	if (*ret_is_last)
		return RJ_OK;
	st = read_body(&c, &message);
	if (!st)
		st = take(s, m->arena, &message);
	if (message.command == SESSION_SETUP && is_answer && !message.status)
		*ret_is_last = true;
	return st;
}
