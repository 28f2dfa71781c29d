/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dissector for SMB of all versions, directly over TCP or over NetBIOS, up to the end of its
 * session setup (MS-SMB2 2.1, RFC 1002 4.3).
 */
#include "proto/dissector.h"
#include "proto/registry.h"
#include "proto/common/names.h"
#include "proto/smb/session.h"

#define PORT_NETBIOS 139u
#define PORT_SMB 445u

/* RFC 1002 4.3.1. */
#define SESSION_MESSAGE 0x00u
#define SESSION_REQUEST 0x81u
#define POSITIVE_RESPONSE 0x82u
#define NEGATIVE_RESPONSE 0x83u
#define RETARGET_RESPONSE 0x84u
#define KEEP_ALIVE 0x85u
#define NAME_BYTES 32u	       /* RFC 1001 14.1, encoded */
#define MAX_CONTROL_BYTES 255u /* ours; a request has 68 unless it has scopes */

/* A message so short is none; so much of one is read: a token of Kerberos has up to 12 KiB. */
#define MIN_MESSAGE_BYTES 32u
#define MAX_READ_BYTES (16u << 10)
#define MAX_MESSAGES 16u /* a side; logins by NTLM have three, by other means up to six. Ours */
#define MAX_BYTES (64u << 10) /* of a side. Ours */

static const uint16_t ports[] = { PORT_SMB, PORT_NETBIOS, 0 };

/* A type and 24 bits of length, of which NetBIOS has 17 (MS-SMB2 2.1). */
struct header {
	uint8_t type;
	uint32_t len;
};

RJ_MUST_CHECK static enum rj_status read_header(struct rj_cursor *c, struct header *out)
{
	enum rj_status st = rj_cursor_u8(c, &out->type);

	return st ? st : rj_cursor_u24(c, &out->len);
}

/* MS-SMB2 2.2.1, 2.2.41, 2.2.42, MS-CIFS 2.2.3.1: a byte, then SMB. */
enum version { ENCRYPTED = 0xfd, COMPRESSED = 0xfc, SMB1 = 0xff, SMB2 = 0xfe };

RJ_MUST_CHECK static enum rj_status read_version(struct rj_cursor c, uint8_t *out)
{
	struct rj_cursor first = c;
	enum rj_status st = rj_cursor_within(&c, COMPRESSED, SMB1);

	if (!st && !rj_cursor_starts(&c, "SMB"))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(&c, 3);
	return st ? st : rj_cursor_u8(&first, out);
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	bool is_at_netbios = m->src_port == PORT_NETBIOS || m->dst_port == PORT_NETBIOS;
	struct rj_cursor first = bytes;
	struct header h;
	enum rj_status st = rj_cursor_within(&first, SESSION_MESSAGE, SESSION_MESSAGE);

	if (st == RJ_MALFORMED && is_at_netbios) {
		st = read_header(&bytes, &h);
		if (!st &&
		    (h.type < SESSION_REQUEST || h.type > KEEP_ALIVE || h.len > MAX_CONTROL_BYTES))
			st = RJ_MALFORMED;
	} else if (!st) {
		uint8_t version;

		st = read_header(&bytes, &h);
		if (!st && h.len < MIN_MESSAGE_BYTES)
			st = RJ_MALFORMED;
		if (!st)
			st = read_version(bytes, &version);
	}
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

void rj_smb_note_sides(struct rj_smb_session *s, const struct rj_message *m, bool is_server)
{
	s->client_side = (uint8_t)(1 + (is_server ? !m->side : m->side));
}

/* A byte in two letters of A to P, four bits each (RFC 1001 14.1). */
RJ_MUST_CHECK static enum rj_status read_letters(struct rj_cursor *c, uint8_t *out)
{
	uint8_t high = 0, low = 0;
	enum rj_status st = rj_cursor_u8(c, &high);

	if (!st)
		st = rj_cursor_u8(c, &low);
	if (!st && (high < 'A' || high > 'P' || low < 'A' || low > 'P'))
		st = RJ_MALFORMED;
	if (!st)
		*out = (uint8_t)((high - 'A') << 4 | (low - 'A'));
	return st;
}

/* A length of 32, the letters, the root; without blanks behind it and the suffix. */
RJ_MUST_CHECK static enum rj_status read_name(struct rj_cursor *c, struct rj_arena *arena,
					      struct rj_cursor *out)
{
	uint8_t name[NAME_BYTES / 2];
	size_t len = 0;
	enum rj_status st = rj_cursor_within(c, NAME_BYTES, NAME_BYTES);

	for (unsigned int i = 0; !st && i < sizeof(name); i++) {
		st = read_letters(c, &name[i]);
		if (!st && name[i] != ' ' && i < RJ_SMB_NETBIOS_BYTES)
			len = i + 1;
	}
	if (!st)
		st = rj_cursor_within(c, 0, 0);
	if (!st)
		*out = rj_keep(arena, rj_cursor_init(name, len, true), sizeof(name));
	return st;
}

/* What the session service says besides messages: RFC 1002 4.3.2 to 4.3.6. */
RJ_MUST_CHECK static enum rj_status take_control(struct rj_smb_session *s, struct rj_message *m,
						 const struct header *h, struct rj_cursor c)
{
	enum rj_status st;

	switch (h->type) {
	case SESSION_REQUEST:
		rj_smb_note_sides(s, m, false);
		st = read_name(&c, m->arena, &s->called);
		return st ? st : read_name(&c, m->arena, &s->calling);
	case NEGATIVE_RESPONSE:
		rj_smb_note_sides(s, m, true);
		s->has_refusal = true;
		return rj_cursor_u8(&c, &s->refusal);
	case POSITIVE_RESPONSE:
		rj_smb_note_sides(s, m, true);
		return RJ_OK;
	case RETARGET_RESPONSE:
	case KEEP_ALIVE:
		return RJ_OK;
	default:
		return RJ_MALFORMED;
	}
}

RJ_MUST_CHECK static enum rj_status parse_control(struct rj_smb_session *s, struct rj_message *m,
						  const struct header *h, struct rj_cursor *c)
{
	struct rj_cursor body;
	enum rj_status st;

	if (h->len > MAX_CONTROL_BYTES)
		return RJ_MALFORMED;
	st = rj_cursor_sub(c, h->len, &body);
	return st ? st : take_control(s, m, h, body);
}

/* A message, of a long one the first part; what is behind that is passed over. */
RJ_MUST_CHECK static enum rj_status parse_message(struct rj_smb_session *s, struct rj_message *m,
						  const struct header *h, struct rj_cursor *c)
{
	uint32_t len = h->len < MAX_READ_BYTES ? h->len : MAX_READ_BYTES;
	struct rj_cursor part;
	uint8_t version = 0;
	bool is_last = false;
	enum rj_status st = h->len < MIN_MESSAGE_BYTES ? RJ_MALFORMED : read_version(*c, &version);

	if (!st)
		st = rj_cursor_sub(c, len, &part);
	if (st)
		return st;
	part.is_hard = len == h->len;
	if (version == SMB1)
		st = rj_smb1_read(s, m, part, &is_last);
	else if (version == SMB2)
		st = rj_smb2_read(s, m, part, &is_last);
	else
		is_last = true;
	if (version == ENCRYPTED || version == COMPRESSED)
		s->version = 2;
	s->is_encrypted = s->is_encrypted || version == ENCRYPTED;
	m->is_done = is_last;
	m->skip = h->len - len;
	return st == RJ_TRUNCATED ? RJ_OK : st; /* what is in the part that is passed over */
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_smb_session *s = state;
	struct rj_cursor ahead = *c;
	struct header h;
	bool was_done = m->is_done;
	enum rj_status st = read_header(&ahead, &h);

	if (!st && h.type == SESSION_MESSAGE)
		st = parse_message(s, m, &h, &ahead);
	else if (!st)
		st = parse_control(s, m, &h, &ahead);
	if (st) {
		m->is_done = was_done;
		return st;
	}
	if (++s->num_messages[m->side] == MAX_MESSAGES)
		m->is_done = true;
	*c = ahead;
	return RJ_OK;
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	(void)originator; /* messages tell who speaks */
	rj_smb_emit(state, v);
}

static int originator_of(const void *state)
{
	return ((const struct rj_smb_session *)state)->client_side - 1;
}

const struct rj_dissector rj_smb = {
	.name = "smb",
	.reference = "MS-SMB2, MS-CIFS",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct rj_smb_session),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = rj_smb_fields,
	.num_fields = RJ_SMB_NUM_FIELDS,
};
