/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the records of datagrams and puts handshake messages together. */
#include "proto/tls/dtls.h"

#include "proto/common/assembly.h"

/* ContentType (RFC 8446 5.1; 25 is RFC 9146, 26 is RFC 9147). */
#define RECORD_CHANGE_CIPHER_SPEC 20u
#define RECORD_ALERT 21u
#define RECORD_HANDSHAKE 22u
#define RECORD_APPLICATION_DATA 23u
#define RECORD_CID 25u
#define RECORD_ACK 26u

#define RECORD_MAX ((1u << 14) + 2048u) /* RFC 6347 4.1.1: as RFC 5246 6.2.3 */
#define SEQUENCE_BYTES 6u
#define FRAGMENT_HEADER_BYTES 12u /* RFC 6347 4.2.2 */

/* RFC 9147 4: 001, then these bits, then two of the epoch. */
#define UNIFIED 0x20u
#define UNIFIED_MASK 0xe0u
#define UNIFIED_CID 0x10u
#define UNIFIED_LONG_SEQUENCE 0x08u
#define UNIFIED_LENGTH 0x04u

/* RFC 7983 7: the first byte of datagrams that share ports with others. */
#define FIRST_BYTE_MIN 20u
#define FIRST_BYTE_MAX 63u

/* Messages of a side that are in pieces. Ours: twice what a handshake with small datagrams has. */
#define PENDING_MAX 8u

/*
 * Records of a side that are looked at. Ours: a message of the longest size in records of 128
 * bytes; and behind what is in the clear, as datagrams overtake each other.
 */
#define RECORDS_MAX 512u
#define LATE_MAX 8u

/*
 * struct rj_dtls_pending - a message that came in pieces.
 * @len:      of its body
 * @is_taken: the session has it
 */
struct rj_dtls_pending {
	struct rj_dtls_pending *next;
	struct rj_assembly assembly;
	uint32_t len;
	uint16_t seq;
	uint8_t type;
	bool is_taken;
};

/* struct record - @is_hidden: encrypted, and the body is not given. */
struct record {
	uint8_t type;
	bool is_hidden;
	struct rj_cursor body;
};

/* struct fragment - of the message @seq of @len bytes those from @offset on. */
struct fragment {
	uint8_t type;
	uint16_t seq;
	uint32_t len;
	uint32_t offset;
	struct rj_cursor bytes;
};

/* Any of 254.x, as what is to be negotiated stands in the hellos, and OpenSSL's of before 1.0. */
static bool is_version(uint16_t version)
{
	return version >> 8 == RJ_DTLS_1_0 >> 8 || version == RJ_DTLS_OPENSSL;
}

/* RFC 6347 4.2.2: msg_type, length, message_seq, fragment_offset, fragment_length. */
RJ_MUST_CHECK static enum rj_status read_fragment(struct rj_cursor *c, struct fragment *out)
{
	struct rj_cursor ahead = *c;
	struct fragment f;
	uint32_t len;
	enum rj_status st = rj_cursor_u8(&ahead, &f.type);

	if (!st)
		st = rj_cursor_u24(&ahead, &f.len);
	if (!st)
		st = rj_cursor_u16(&ahead, &f.seq);
	if (!st)
		st = rj_cursor_u24(&ahead, &f.offset);
	if (!st)
		st = rj_cursor_u24(&ahead, &len);
	if (!st && (f.offset > f.len || len > f.len - f.offset))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&ahead, len, &f.bytes);
	if (st)
		return st;
	*c = ahead;
	*out = f;
	return RJ_OK;
}

/* --- probe ------------------------------------------------------------------ */

/* Types of messages in the clear (IANA, TLS HandshakeType). */
static bool is_message_type(uint8_t type)
{
	return (type >= RJ_TLS_CLIENT_HELLO && type <= RJ_TLS_NEW_SESSION_TICKET) ||
	       (type >= RJ_TLS_CERTIFICATE && type <= RJ_TLS_CLIENT_KEY_EXCHANGE) ||
	       (type >= 21 && type <= RJ_TLS_COMPRESSED_CERTIFICATE);
}

static enum rj_probe probe_handshake(struct rj_cursor c, uint16_t record_len)
{
	uint32_t len, offset, fragment_len;
	uint16_t seq;
	uint8_t type;

	if (record_len < FRAGMENT_HEADER_BYTES)
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&c, &type))
		return RJ_PROBE_MORE;
	if (!is_message_type(type))
		return RJ_PROBE_NO;
	if (rj_cursor_u24(&c, &len) || rj_cursor_u16(&c, &seq) || rj_cursor_u24(&c, &offset) ||
	    rj_cursor_u24(&c, &fragment_len))
		return RJ_PROBE_MORE;
	if (offset > len || fragment_len > len - offset ||
	    fragment_len > record_len - FRAGMENT_HEADER_BYTES)
		return RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

enum rj_probe rj_dtls_probe(struct rj_cursor bytes)
{
	uint16_t version, epoch, sequence, len;
	uint8_t type;

	if (rj_cursor_u8(&bytes, &type))
		return RJ_PROBE_MORE;
	if (type != RECORD_HANDSHAKE && type != RECORD_ALERT)
		return RJ_PROBE_NO;
	if (rj_cursor_u16(&bytes, &version))
		return RJ_PROBE_MORE;
	if (!is_version(version))
		return RJ_PROBE_NO;
	/* of the number's 48 bits a handshake in the clear has no use for the first */
	if (rj_cursor_u16(&bytes, &epoch) || rj_cursor_u16(&bytes, &sequence))
		return RJ_PROBE_MORE;
	if (epoch || sequence)
		return RJ_PROBE_NO;
	if (rj_cursor_skip(&bytes, SEQUENCE_BYTES - 2) || rj_cursor_u16(&bytes, &len))
		return RJ_PROBE_MORE;
	if (len > RECORD_MAX || (bytes.is_hard && len > bytes.left))
		return RJ_PROBE_NO;
	return type == RECORD_ALERT ? rj_tls_probe_alert(bytes, len) : probe_handshake(bytes, len);
}

/* --- records ---------------------------------------------------------------- */

/*
 * RFC 9147 4: what is encrypted in 1.3. How long a connection id is does not stand in it: behind
 * one, all of the datagram is this record.
 */
RJ_MUST_CHECK static enum rj_status read_unified(struct rj_cursor *c, struct record *out)
{
	struct rj_cursor ahead = *c;
	uint16_t len = 0;
	uint8_t bits;
	enum rj_status st = rj_cursor_u8(&ahead, &bits);
	bool is_last = !st && (bits & UNIFIED_CID || !(bits & UNIFIED_LENGTH));

	if (!st)
		st = rj_cursor_skip(&ahead, bits & UNIFIED_LONG_SEQUENCE ? 2 : 1);
	if (!st && !is_last)
		st = rj_cursor_u16(&ahead, &len);
	if (!st)
		st = rj_cursor_skip(&ahead, is_last ? ahead.left : len);
	if (st)
		return st;
	*c = ahead;
	*out = (struct record){ .is_hidden = true };
	return RJ_OK;
}

/*
 * RFC 6347 4.1: type, version, epoch, sequence_number, length. @is_cut: no more will come of a
 * record that the capture cut.
 */
RJ_MUST_CHECK static enum rj_status read_plain(struct rj_cursor *c, bool is_cut, struct record *out)
{
	struct rj_cursor ahead = *c;
	struct record record;
	uint16_t version, epoch, len = 0;
	bool is_cid;
	enum rj_status st = rj_cursor_u8(&ahead, &record.type);

	if (!st && (record.type < RECORD_CHANGE_CIPHER_SPEC || record.type > RECORD_ACK))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u16(&ahead, &version);
	if (!st && !is_version(version))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u16(&ahead, &epoch);
	if (!st)
		st = rj_cursor_skip(&ahead, SEQUENCE_BYTES);
	is_cid = !st && record.type == RECORD_CID; /* RFC 9146 4: of unknown length */
	if (!st && !is_cid)
		st = rj_cursor_u16(&ahead, &len);
	if (!st && !is_cid && len > RECORD_MAX)
		return RJ_MALFORMED;
	record.body = ahead;
	if (!st && (is_cid || (is_cut && len > ahead.left)))
		st = rj_cursor_skip(&ahead, ahead.left);
	else if (!st)
		st = rj_cursor_sub(&ahead, len, &record.body);
	if (st)
		return st;
	record.is_hidden = epoch || record.type == RECORD_APPLICATION_DATA ||
			   record.type == RECORD_CID;
	*c = ahead;
	*out = record;
	return RJ_OK;
}

/* --- messages --------------------------------------------------------------- */

/* Whether nothing is wanted of such a message any more, as it was sent before. */
static bool is_had(const struct rj_tls_session *s, unsigned int side, uint8_t type)
{
	switch (type) {
	case RJ_TLS_CLIENT_HELLO:
		return s->client_hello.len && s->server_hello.len;
	case RJ_TLS_SERVER_HELLO:
		return s->server_hello.len;
	case RJ_TLS_CERTIFICATE:
		return s->certificates[side].len;
	case RJ_TLS_COMPRESSED_CERTIFICATE:
		return s->compressed[side].len;
	case RJ_TLS_SERVER_KEY_EXCHANGE:
		return s->server_key_exchange.len;
	case RJ_TLS_NEW_SESSION_TICKET:
		return s->ticket.len;
	case RJ_TLS_CLIENT_KEY_EXCHANGE:
		return s->client_key_exchange.len;
	default:
		return false;
	}
}

static bool is_same(const struct rj_tls_body *body, struct rj_cursor bytes)
{
	return body->len == bytes.left && body->len && !memcmp(body->bytes, bytes.at, body->len);
}

/* A hello that is had comes again, and needs no second copy. */
static bool is_again(const struct rj_tls_session *s, uint8_t type, struct rj_cursor bytes)
{
	return (type == RJ_TLS_CLIENT_HELLO && is_same(&s->client_hello, bytes)) ||
	       (type == RJ_TLS_SERVER_HELLO && is_same(&s->retry, bytes));
}

/* A message whose @bytes that are wanted came in one piece. */
RJ_MUST_CHECK static enum rj_status take_whole(struct rj_tls_session *s, struct rj_message *m,
					       uint8_t type, struct rj_cursor bytes)
{
	struct rj_tls_body body = { .len = bytes.left };

	if (is_again(s, type, bytes))
		return RJ_OK;
	body.bytes = rj_arena_copy(m->arena, bytes.at, bytes.left);
	if (!body.bytes)
		return RJ_OK; /* the arena is full, and has counted it */
	return rj_tls_session_message(s, m->side, type, body);
}

/* The message that @f is a piece of; NULL: it is one too many, or there is no memory. */
static struct rj_dtls_pending *pending_of(struct rj_dtls_side *side, const struct fragment *f,
					  struct rj_arena *arena)
{
	struct rj_dtls_pending *p = side->pending;

	while (p && (p->seq != f->seq || p->type != f->type || p->len != f->len))
		p = p->next;
	if (p || side->num_pending == PENDING_MAX)
		return p;
	p = rj_arena_alloc(arena, sizeof(*p));
	if (!p)
		return NULL;
	*p = (struct rj_dtls_pending){
		.next = side->pending,
		.len = f->len,
		.seq = f->seq,
		.type = f->type,
	};
	side->pending = p;
	side->num_pending++;
	return p;
}

/* A piece of a message of which @wanted bytes are. */
RJ_MUST_CHECK static enum rj_status take_piece(struct rj_tls_session *s, struct rj_dtls_side *side,
					       struct rj_message *m, const struct fragment *f,
					       uint32_t wanted)
{
	struct rj_dtls_pending *p = pending_of(side, f, m->arena);
	uint32_t num_refused = m->arena->num_refused;
	enum rj_status st;

	if (!p || p->is_taken)
		return RJ_OK;
	st = rj_assembly_put(&p->assembly, m->arena, RJ_TLS_MESSAGE_MAX, f->offset, f->bytes);
	if (m->arena->num_refused != num_refused)
		return RJ_OK; /* the arena is full, and has counted it */
	if (st || !rj_assembly_has(&p->assembly, 0, wanted))
		return st;
	p->is_taken = true;
	return rj_tls_session_message(s, m->side, f->type,
				      (struct rj_tls_body){ .bytes = p->assembly.bytes,
							    .len = wanted });
}

RJ_MUST_CHECK static enum rj_status take_fragment(struct rj_tls_session *s,
						  struct rj_dtls_side *side, struct rj_message *m,
						  struct fragment f)
{
	uint32_t wanted = rj_tls_session_wants(f.type, f.len);

	if (is_had(s, m->side, f.type))
		return RJ_OK;
	if (wanted > RJ_TLS_MESSAGE_MAX)
		return RJ_MALFORMED;
	if (f.offset > wanted || (f.offset == wanted && wanted))
		return RJ_OK;
	if (f.bytes.left > wanted - f.offset)
		f.bytes.left = wanted - f.offset;
	if (!wanted) /* that it came may say enough */
		return rj_tls_session_message(s, m->side, f.type, (struct rj_tls_body){ .len = 0 });
	if (f.bytes.left == wanted)
		return take_whole(s, m, f.type, f.bytes);
	return take_piece(s, side, m, &f, wanted);
}

RJ_MUST_CHECK static enum rj_status take_handshake(struct rj_tls_session *s,
						   struct rj_dtls_side *side, struct rj_message *m,
						   struct rj_cursor body)
{
	while (body.left) {
		struct fragment f;
		enum rj_status st = read_fragment(&body, &f);

		if (st == RJ_TRUNCATED) /* the capture cut it */
			return RJ_OK;
		if (!st)
			st = take_fragment(s, side, m, f);
		if (st)
			return st;
	}
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status take_record(struct rj_tls_session *s, struct rj_dtls_side *side,
						struct rj_message *m, const struct record *record)
{
	enum rj_status st = RJ_OK;

	if (!record->is_hidden && record->type == RECORD_HANDSHAKE)
		st = take_handshake(s, side, m, record->body);
	else if (!record->is_hidden && record->type == RECORD_ALERT)
		(void)rj_tls_session_alerts(s, m->side, record->body); /* others may come anew */
	if (record->is_hidden || s->is_over[m->side])
		side->num_late++;
	m->is_done = side->num_late >= LATE_MAX || ++side->num_records >= RECORDS_MAX;
	return st;
}

static bool is_of_another(struct rj_cursor c)
{
	uint8_t first;

	return !rj_cursor_u8(&c, &first) && (first < FIRST_BYTE_MIN || first > FIRST_BYTE_MAX);
}

static bool is_unified(struct rj_cursor c)
{
	uint8_t first;

	return !rj_cursor_u8(&c, &first) && (first & UNIFIED_MASK) == UNIFIED;
}

enum rj_status rj_dtls_parse(struct rj_tls_session *session, struct rj_dtls_side *side,
			     struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	struct record record;
	enum rj_status st;

	if (is_of_another(ahead)) {
		m->hands_over = true;
		return RJ_OK;
	}
	if (is_unified(ahead))
		st = read_unified(&ahead, &record);
	else
		st = read_plain(&ahead, m->is_done, &record);
	if (st == RJ_TRUNCATED)
		return st;
	session->transport = RJ_TLS_OVER_DTLS;
	if (!st)
		st = take_record(session, side, m, &record);
	if (st)
		session->is_malformed = true;
	else
		*c = ahead;
	return st;
}
