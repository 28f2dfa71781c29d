/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads messages of NTLMSSP. */
#include "proto/smb/ntlmssp.h"

#include "proto/common/le.h"
#include "proto/common/names.h"

#define NEGOTIATE 1u
#define CHALLENGE 2u
#define AUTHENTICATE 3u

#define FLAG_UNICODE 0x00000001u /* MS-NLMP 2.2.2.5 */
#define FLAG_VERSION 0x02000000u

#define FIELD_BYTES 8u	    /* length, room, offset: MS-NLMP 2.2.1.1 */
#define MAX_TEXT_BYTES 512u /* ours; names of DNS have 255 characters */
#define MAX_PAIRS 32u	    /* ours; servers send seven */

/* Moves to the signature and behind it. */
static bool find(struct rj_cursor *blob, struct rj_cursor *ret_message)
{
	static const char signature[] = "NTLMSSP";

	while (blob->left >= sizeof(signature)) {
		*ret_message = *blob;
		if (rj_cursor_starts(blob, signature))
			return !rj_cursor_skip(blob, sizeof(signature));
		if (rj_cursor_skip(blob, 1))
			return false;
	}
	return false;
}

/* A field, and what it points to, from the message's start. */
RJ_MUST_CHECK static enum rj_status read_field(struct rj_cursor *c, struct rj_cursor message,
					       struct rj_cursor *out)
{
	uint16_t len, room;
	uint32_t at;
	enum rj_status st = rj_le_u16(c, &len);

	if (!st)
		st = rj_le_u16(c, &room);
	if (!st)
		st = rj_le_u32(c, &at);
	if (!st)
		st = rj_cursor_skip(&message, at);
	return st ? st : rj_cursor_sub(&message, len, out);
}

static void keep_text(struct rj_ntlm_text *text, struct rj_arena *arena, struct rj_cursor bytes,
		      uint32_t flags)
{
	if (!bytes.left)
		return;
	text->bytes = rj_keep(arena, bytes, MAX_TEXT_BYTES);
	text->is_utf16 = flags & FLAG_UNICODE;
}

/* MS-NLMP 2.2.2.10: Windows' version, where the flag says that it is there. */
static void read_version(struct rj_cursor c, uint32_t flags, struct rj_ntlm_version *out)
{
	struct rj_ntlm_version version = { .is_there = true };

	if (!(flags & FLAG_VERSION) || rj_cursor_u8(&c, &version.major) ||
	    rj_cursor_u8(&c, &version.minor) || rj_le_u16(&c, &version.build))
		return;
	*out = version;
}

/* MS-NLMP 2.2.1.1: names in the sender's character set, whatever the flags say. */
static void take_negotiate(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor message,
			   struct rj_cursor c)
{
	struct rj_cursor text;

	if (rj_le_u32(&c, &n->client_flags))
		return;
	n->has_client = true;
	if (!read_field(&c, message, &text))
		keep_text(&n->domain, arena, text, 0);
	if (!read_field(&c, message, &text))
		keep_text(&n->workstation, arena, text, 0);
	read_version(c, n->client_flags, &n->client_version);
}

/* MS-NLMP 2.2.2.1: pairs of an identifier and a value, up to identifier 0. */
static void take_names(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor c)
{
	for (unsigned int i = 0; i < MAX_PAIRS; i++) {
		struct rj_cursor value;
		uint16_t id, len;

		if (rj_le_u16(&c, &id) || rj_le_u16(&c, &len) || !id ||
		    rj_cursor_sub(&c, len, &value))
			return;
		if (id <= RJ_NTLM_NUM_NAMES)
			keep_text(&n->names[id - 1], arena, value, FLAG_UNICODE);
	}
}

/* MS-NLMP 2.2.1.2; the challenge itself is passed over. */
static void take_challenge(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor message,
			   struct rj_cursor c)
{
	struct rj_cursor target, names;
	enum rj_status st = read_field(&c, message, &target);

	if (st || rj_le_u32(&c, &n->server_flags))
		return;
	n->has_server = true;
	keep_text(&n->target, arena, target, n->server_flags);
	if (rj_cursor_skip(&c, 8 + 8) || read_field(&c, message, &names))
		return;
	take_names(n, arena, names);
	read_version(c, n->server_flags, &n->server_version);
}

/* MS-NLMP 2.2.1.3; responses and the session key are passed over. */
static void take_authenticate(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor message,
			      struct rj_cursor c)
{
	struct rj_cursor domain, user, workstation;

	if (rj_cursor_skip(&c, 2 * FIELD_BYTES) || read_field(&c, message, &domain) ||
	    read_field(&c, message, &user) || read_field(&c, message, &workstation) ||
	    rj_cursor_skip(&c, FIELD_BYTES))
		return;
	if (rj_le_u32(&c, &n->client_flags)) /* Windows 95 has none */
		return;
	n->has_client = true;
	keep_text(&n->domain, arena, domain, n->client_flags);
	keep_text(&n->user, arena, user, n->client_flags);
	keep_text(&n->workstation, arena, workstation, n->client_flags);
	read_version(c, n->client_flags, &n->client_version);
}

bool rj_ntlm_take(struct rj_ntlm *n, struct rj_arena *arena, struct rj_cursor blob)
{
	struct rj_cursor message;
	uint32_t type;

	if (!find(&blob, &message) || rj_le_u32(&blob, &type))
		return false;
	if (type == NEGOTIATE)
		take_negotiate(n, arena, message, blob);
	else if (type == CHALLENGE)
		take_challenge(n, arena, message, blob);
	else if (type == AUTHENTICATE)
		take_authenticate(n, arena, message, blob);
	return true;
}
