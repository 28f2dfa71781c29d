/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS over TCP: the record layer, which hands handshake messages to the session; DTLS over UDP. */
#include "proto/dissector.h"
#include "proto/registry.h"
#include "proto/tls/dtls.h"
#include "proto/tls/fingerprint.h"
#include "proto/tls/session.h"

/* ContentType (RFC 8446 5.1; 24 is RFC 6520). */
#define RECORD_CHANGE_CIPHER_SPEC 20u
#define RECORD_ALERT 21u
#define RECORD_HANDSHAKE 22u
#define RECORD_APPLICATION_DATA 23u
#define RECORD_HEARTBEAT 24u

#define RECORD_MAX ((1u << 14) + 256u) /* RFC 8446 5.2 */
#define MAJOR 3u		       /* of SSL 3.0 to TLS 1.3 */
#define RECORD_MINOR_MAX 4u
#define HANDSHAKE_HEADER_BYTES 4u /* RFC 8446 4: msg_type, uint24 length */

/*
 * A hello and a chain of the longest size, the headers of their records, and what is beside them:
 * or a hello of 20 KiB in records of one byte.
 */
#define STREAM_MAX (RJ_TLS_MESSAGE_MAX + RJ_TLS_CERTIFICATES_MAX + 16u * 1024u)

/*
 * struct tls_side - where a side's stream stands between two calls of parse.
 * @fragment_left: bytes of the present handshake record not taken yet
 * @message_left:  bytes of a handshake message still to be passed over
 * @seen_record:   something was read of this side
 * @seen_ccs:      a ChangeCipherSpec came that may not have been the end
 */
struct tls_side {
	uint32_t fragment_left;
	uint32_t message_left;
	bool seen_record;
	bool seen_ccs;
};

struct tls_state {
	struct rj_tls_session session;
	union {
		struct tls_side sides[2];
		struct rj_dtls_side datagrams[2];
	};
};

/* struct stream - handshake bytes across the records that carry them. */
struct stream {
	struct rj_cursor c;
	uint32_t fragment_left;
};

static const uint16_t tls_ports[] = { 443,  465,  563,	636,  853,  989,  990,	992,
				      993,  994,  995,	2376, 4433, 5061, 5223, 5349,
				      5671, 6443, 6514, 6697, 8443, 8883, 9443, 0 };

/*
 * The body of the first record, as far as it is in that record: msg_type,
 * length, and in a hello legacy_version, whose major is 3; servers of drafts of
 * TLS 1.3 put 0x7e or 0x7f.
 */
static enum rj_probe probe_hello(struct rj_cursor c, uint16_t record_len)
{
	uint8_t type, major;

	if (rj_cursor_u8(&c, &type))
		return RJ_PROBE_MORE;
	if (type != RJ_TLS_CLIENT_HELLO && type != RJ_TLS_SERVER_HELLO)
		return RJ_PROBE_NO;
	if (record_len <= HANDSHAKE_HEADER_BYTES)
		return RJ_PROBE_YES;
	if (rj_cursor_skip(&c, HANDSHAKE_HEADER_BYTES - 1) || rj_cursor_u8(&c, &major))
		return RJ_PROBE_MORE;
	if (major == MAJOR || (type == RJ_TLS_SERVER_HELLO && (major == 0x7e || major == 0x7f)))
		return RJ_PROBE_YES;
	return RJ_PROBE_NO;
}

static enum rj_probe probe_record(struct rj_cursor bytes)
{
	uint8_t type, major, minor, high, low;

	if (rj_cursor_u8(&bytes, &type))
		return RJ_PROBE_MORE;
	if (type != RECORD_HANDSHAKE && type != RECORD_ALERT)
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&bytes, &major))
		return RJ_PROBE_MORE;
	if (major != MAJOR)
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&bytes, &minor))
		return RJ_PROBE_MORE;
	if (minor > RECORD_MINOR_MAX)
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&bytes, &high))
		return RJ_PROBE_MORE;
	if (high > RECORD_MAX >> 8 || (high && type == RECORD_ALERT))
		return RJ_PROBE_NO;
	if (rj_cursor_u8(&bytes, &low))
		return RJ_PROBE_MORE;
	if ((!high && !low) || (uint32_t)(high << 8 | low) > RECORD_MAX)
		return RJ_PROBE_NO;
	if (type == RECORD_ALERT)
		return rj_tls_probe_alert(bytes, low);
	return probe_hello(bytes, (uint16_t)(high << 8 | low));
}

static enum rj_probe probe_ssl2(struct rj_cursor bytes)
{
	struct rj_ssl2_hello hello;
	struct rj_cursor body;
	enum rj_status st = rj_ssl2_record(&bytes, &body);

	if (st == RJ_TRUNCATED)
		return RJ_PROBE_MORE;
	return !st && !rj_ssl2_hello_read(body, &hello) ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static enum rj_probe tls_probe(const struct rj_message *m, struct rj_cursor bytes)
{
	enum rj_probe answer;

	if (m->over == RJ_OVER_UDP)
		return rj_dtls_probe(bytes);
	answer = probe_record(bytes);
	return answer == RJ_PROBE_NO ? probe_ssl2(bytes) : answer;
}

/* RFC 8446 5.1: type, legacy_record_version, length. The minor version means nothing. */
RJ_MUST_CHECK static enum rj_status read_record_header(struct rj_cursor *c, uint8_t *type,
						       uint16_t *len)
{
	struct rj_cursor ahead = *c;
	uint8_t record_type, major, minor;
	uint16_t record_len;
	enum rj_status st = rj_cursor_u8(&ahead, &record_type);

	if (!st && (record_type < RECORD_CHANGE_CIPHER_SPEC || record_type > RECORD_HEARTBEAT))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &major);
	if (!st && major != MAJOR)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &minor);
	if (!st)
		st = rj_cursor_u16(&ahead, &record_len);
	if (st)
		return st;
	if (record_len > RECORD_MAX)
		return RJ_MALFORMED;
	if (!record_len && record_type != RECORD_APPLICATION_DATA)
		return RJ_MALFORMED;
	*c = ahead;
	*type = record_type;
	*len = record_len;
	return RJ_OK;
}

/* Opens the next record, which has to continue the handshake (RFC 8446 5.1: no interleaving). */
RJ_MUST_CHECK static enum rj_status next_fragment(struct stream *s)
{
	uint8_t type;
	uint16_t len;
	enum rj_status st = read_record_header(&s->c, &type, &len);

	if (st)
		return st;
	if (type != RECORD_HANDSHAKE)
		return RJ_MALFORMED;
	s->fragment_left = len;
	return RJ_OK;
}

/* Takes @len handshake bytes, from as many records as hold them, into @out unless it is NULL. */
RJ_MUST_CHECK static enum rj_status take(struct stream *s, uint32_t len, uint8_t *out)
{
	while (len) {
		const uint8_t *bytes;
		enum rj_status st = s->fragment_left ? RJ_OK : next_fragment(s);
		uint32_t n = len < s->fragment_left ? len : s->fragment_left;

		if (!st)
			st = rj_cursor_bytes(&s->c, n, &bytes);
		if (st)
			return st;
		if (out) {
			memcpy(out, bytes, n);
			out += n;
		}
		s->fragment_left -= n;
		len -= n;
	}
	return RJ_OK;
}

/* The next @len bytes, borrowed, where the present record has them all, as nearly always; NULL. */
static const uint8_t *take_whole(struct stream *s, uint32_t len)
{
	const uint8_t *bytes;

	if (len > s->fragment_left || rj_cursor_bytes(&s->c, len, &bytes))
		return NULL;
	s->fragment_left -= len;
	return bytes;
}

/* Passes over what the present record has of a message of which @len bytes are left. */
RJ_MUST_CHECK static enum rj_status pass_over(struct stream *s, uint32_t len, uint32_t *ret_left)
{
	uint32_t n = len < s->fragment_left ? len : s->fragment_left;
	enum rj_status st = take(s, n, NULL);

	if (!st)
		*ret_left = len - n;
	return st;
}

/*
 * Copies the @wanted first of the @len bytes of a body into the arena and passes over what the
 * present record has of the others; nothing is allocated before all that is there.
 */
RJ_MUST_CHECK static enum rj_status read_body(struct stream *s, uint32_t wanted, uint32_t len,
					      struct rj_arena *arena, struct rj_tls_body *out,
					      uint32_t *ret_left)
{
	struct stream ahead = *s;
	const uint8_t *whole = take_whole(&ahead, wanted);
	enum rj_status st = whole ? RJ_OK : take(&ahead, wanted, NULL);
	uint8_t *bytes = NULL;

	if (!st && len > wanted)
		st = pass_over(&ahead, len - wanted, ret_left);
	if (st)
		return st;
	if (wanted)
		bytes = whole ? rj_arena_copy(arena, whole, wanted) : rj_arena_alloc(arena, wanted);
	if (bytes && !whole && take(s, wanted, bytes))
		return RJ_MALFORMED; /* cannot be: the same bytes were there a moment ago */
	*s = ahead;
	*out = (struct rj_tls_body){ .bytes = bytes, .len = bytes ? wanted : 0 };
	return RJ_OK;
}

/*
 * Reads the next handshake message: of one of interest what the session wants, and of the rest what
 * is in the present record; what is left of it is passed over by later calls and never held.
 */
RJ_MUST_CHECK static enum rj_status read_message(struct tls_state *state, struct rj_message *m,
						 struct stream *s, uint32_t *ret_left)
{
	uint8_t header[HANDSHAKE_HEADER_BYTES], type;
	const uint8_t *whole = take_whole(s, sizeof(header));
	struct rj_tls_body body = { .len = 0 };
	struct rj_cursor c = rj_cursor_init(whole ? whole : header, sizeof(header), true);
	uint32_t len, wanted;
	enum rj_status st = whole ? RJ_OK : take(s, sizeof(header), header);

	if (st)
		return st;
	if (rj_cursor_u8(&c, &type) || rj_cursor_u24(&c, &len))
		return RJ_MALFORMED; /* cannot be: four bytes are there */
	wanted = rj_tls_session_wants(type, len);
	if (wanted > RJ_TLS_MESSAGE_MAX)
		return RJ_MALFORMED;
	st = read_body(s, wanted, len, m->arena, &body, ret_left);
	if (st)
		return st;
	if (wanted && !body.len)
		return RJ_OK; /* the arena is full, and has counted it */
	return rj_tls_session_message(&state->session, m->side, type, body);
}

/* Continues the handshake of a side at @s, and puts @c behind what was read. */
RJ_MUST_CHECK static enum rj_status read_handshake(struct tls_state *state, struct rj_message *m,
						   struct stream s, struct rj_cursor *c)
{
	struct tls_side *side = &state->sides[m->side];
	uint32_t message_left = side->message_left;
	enum rj_status st = RJ_OK;

	if (!message_left) {
		st = read_message(state, m, &s, &message_left);
	} else {
		if (!s.fragment_left)
			st = next_fragment(&s);
		if (!st)
			st = pass_over(&s, message_left, &message_left);
	}
	if (st)
		return st;
	side->fragment_left = s.fragment_left;
	side->message_left = message_left;
	m->is_done = state->session.is_over[m->side];
	*c = s.c;
	return RJ_OK;
}

/* RFC 8446 5: a ChangeCipherSpec is the one byte 1. What follows is encrypted but for a retry. */
RJ_MUST_CHECK static enum rj_status read_ccs(struct tls_state *state, struct rj_message *m,
					     struct rj_cursor record)
{
	uint8_t value;

	if (record.left != 1 || rj_cursor_u8(&record, &value) || value != 1)
		return RJ_MALFORMED;
	state->sides[m->side].seen_ccs = true;
	m->is_done = !rj_tls_session_may_retry(&state->session, m->side);
	return RJ_OK;
}

/* After a ChangeCipherSpec only the hello that follows a retry is in the clear. */
static bool is_second_hello(struct rj_cursor record)
{
	uint8_t type;
	uint16_t version;

	return !rj_cursor_u8(&record, &type) && !rj_cursor_skip(&record, 3) &&
	       !rj_cursor_u16(&record, &version) && version == 0x0303 &&
	       (type == RJ_TLS_CLIENT_HELLO || type == RJ_TLS_SERVER_HELLO);
}

RJ_MUST_CHECK static enum rj_status read_ssl2(struct tls_state *state, struct rj_message *m,
					      struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, record;
	struct rj_tls_body body;
	enum rj_status st = rj_ssl2_record(&ahead, &record);

	if (st)
		return st;
	body.bytes = rj_arena_copy(m->arena, record.at, record.left);
	body.len = record.left;
	if (body.bytes) /* else the arena is full, and has counted it */
		st = rj_tls_session_ssl2(&state->session, m->side, body);
	if (st)
		return st;
	m->is_done = state->session.is_over[m->side];
	*c = ahead;
	return RJ_OK;
}

/* What a server that answers a hello of SSL 2 says: its own hello, or that it will not have one. */
RJ_MUST_CHECK static enum rj_status read_ssl2_answer(struct tls_state *state, struct rj_message *m,
						     struct rj_cursor *c)
{
	enum rj_status st = rj_ssl2_error_pass(c);

	if (st == RJ_MALFORMED)
		return read_ssl2(state, m, c);
	if (!st)
		m->is_done = true;
	return st;
}

static bool is_ssl2(struct rj_cursor c)
{
	uint8_t high;

	return !rj_cursor_u8(&c, &high) && high & 0x80;
}

/*
 * Reads the record that starts here, or what it begins. All that can be learned
 * from application data is that the handshake in the clear is over, and its
 * header is enough for that.
 */
RJ_MUST_CHECK static enum rj_status read_record(struct tls_state *state, struct rj_message *m,
						struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, record;
	struct stream handshake;
	uint8_t type;
	uint16_t len;
	enum rj_status st = read_record_header(&ahead, &type, &len);

	if (st)
		return st;
	handshake = (struct stream){ .c = ahead, .fragment_left = len };
	if (type == RECORD_HANDSHAKE && !state->sides[m->side].seen_ccs)
		return read_handshake(state, m, handshake, c);
	if (type == RECORD_APPLICATION_DATA) {
		m->is_done = true;
		*c = ahead;
		return RJ_OK;
	}
	st = rj_cursor_sub(&ahead, len, &record);
	if (st)
		return st;
	if (type == RECORD_HANDSHAKE && is_second_hello(record))
		return read_handshake(state, m, handshake, c);
	if (type == RECORD_HANDSHAKE)
		m->is_done = true;
	if (type == RECORD_ALERT)
		m->is_done = rj_tls_session_alerts(&state->session, m->side, record);
	if (type == RECORD_CHANGE_CIPHER_SPEC)
		st = read_ccs(state, m, record);
	if (!st)
		*c = ahead;
	return st;
}

RJ_MUST_CHECK static enum rj_status parse_stream(struct tls_state *s, struct rj_message *m,
						 struct rj_cursor *c)
{
	struct tls_side *side = &s->sides[m->side];
	const struct stream rest = { .c = *c, .fragment_left = side->fragment_left };
	enum rj_status st;

	if (!side->seen_record && is_ssl2(*c))
		st = s->session.ssl2_client.len ? read_ssl2_answer(s, m, c) : read_ssl2(s, m, c);
	else if (side->fragment_left || side->message_left)
		st = read_handshake(s, m, rest, c);
	else
		st = read_record(s, m, c);
	if (!st)
		side->seen_record = true;
	if (st == RJ_MALFORMED)
		s->session.is_malformed = true;
	return st;
}

static enum rj_status tls_parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct tls_state *s = state;

	if (m->over == RJ_OVER_UDP)
		return rj_dtls_parse(&s->session, &s->datagrams[m->side], m, c);
	return parse_stream(s, m, c);
}

const struct rj_tls_session *rj_tls_session_of(const void *state)
{
	const struct tls_state *s = state;

	return &s->session;
}

static void tls_emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct tls_state *s = state;

	(void)originator; /* the hellos say who is the client */
	rj_tls_session_emit(&s->session, NULL, v);
}

static void tls_emit_records(const void *state, struct rj_tls_records *records,
			     struct rj_visitor *v)
{
	static const struct tls_state nothing;
	const struct tls_state *s = state ? state : &nothing;

	rj_tls_session_emit(&s->session, records, v);
}

static void tls_fingerprints(const void *state, struct rj_fingerprints *out)
{
	const struct tls_state *s = state;

	rj_tls_fingerprints(&s->session, out);
}

static int tls_fpx(const void *state, struct rj_fp_text *out)
{
	const struct tls_state *s = state;

	return rj_tls_fpx(&s->session, out);
}

const struct rj_dissector rj_tls = {
	.name = "tls",
	.reference = "RFC 8446, RFC 5246, RFC 9147",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = tls_ports,
	.state_bytes = sizeof(struct tls_state),
	.max_bytes = STREAM_MAX,
	.probe = tls_probe,
	.parse = tls_parse,
	.emit = tls_emit,
	.emit_records = tls_emit_records,
	.fingerprints = tls_fingerprints,
	.fpx = tls_fpx,
	.fields = rj_tls_fields,
	.num_fields = RJ_TLS_NUM_FIELDS,
};
