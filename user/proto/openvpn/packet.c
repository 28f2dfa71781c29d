/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of OpenVPN: opcode, session, and what protects the control channel. */
#include "proto/openvpn/packet.h"

/* A packet's number, and the time at which numbers began: both forms of protection have them. */
#define REPLAY_BYTES 8u
#define TAG_BYTES 32u	    /* tls-crypt: HMAC-SHA256 */
#define RESET_BYTES 5u	    /* of a first reset behind the session: no acknowledgement, number 0 */
#define ANSWER_BYTES 17u    /* of its answer: one acknowledgement with the session, number 0 */
#define EXTRA_BYTES_MAX 64u /* options that may follow in an answer since 2.6. Ours */
#define ACKS_MAX 8u	    /* acknowledgements in one packet */

/* Numbers of a hard reset: of a first try or a later one. In 2.6 the highest byte may be 15. */
#define NUMBER_MAX 255u
#define NUMBER_EARLY 0x0f000000u
/* September 2001, when OpenVPN was young; the other end is that of 32 bits. */
#define TIME_MIN 1000000000u

/* The HMACs of OpenSSL's digests: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. */
static const uint8_t hmac_lens[] = { 16, 20, 28, 32, 48, 64 };

static bool is_data(enum rj_ovpn_opcode opcode)
{
	return opcode == RJ_OVPN_DATA_V1 || opcode == RJ_OVPN_DATA_V2;
}

bool rj_ovpn_is_reset(enum rj_ovpn_opcode opcode)
{
	switch (opcode) {
	case RJ_OVPN_HARD_RESET_CLIENT_V1:
	case RJ_OVPN_HARD_RESET_SERVER_V1:
	case RJ_OVPN_HARD_RESET_CLIENT_V2:
	case RJ_OVPN_HARD_RESET_SERVER_V2:
	case RJ_OVPN_HARD_RESET_CLIENT_V3:
		return true;
	default:
		return false;
	}
}

enum rj_status rj_ovpn_packet_read(struct rj_cursor c, struct rj_ovpn_packet *out)
{
	struct rj_ovpn_packet p = { 0 };
	const uint8_t *session;
	uint8_t first;
	enum rj_status st = rj_cursor_u8(&c, &first);

	if (!st && (first >> 3 == 0 || first >> 3 >= RJ_OVPN_NUM_OPCODES))
		return RJ_MALFORMED;
	if (st)
		return st;
	p.opcode = (enum rj_ovpn_opcode)(first >> 3);
	p.key_id = first & 7;
	p.has_session = !is_data(p.opcode);
	p.has_peer_id = p.opcode == RJ_OVPN_DATA_V2;
	if (p.has_peer_id)
		st = rj_cursor_u24(&c, &p.peer_id);
	if (p.has_session)
		st = rj_cursor_bytes(&c, RJ_OVPN_SESSION_BYTES, &session);
	if (st)
		return st;
	if (p.has_session)
		memcpy(p.session, session, RJ_OVPN_SESSION_BYTES);
	p.rest = c;
	*out = p;
	return RJ_OK;
}

/* A first reset, or its answer: acknowledgements, session if there are any, number 0. */
static bool is_reset_body(struct rj_cursor c, bool is_answer)
{
	struct rj_cursor acks;
	uint32_t number;
	uint8_t num_acks;

	if (rj_cursor_u8(&c, &num_acks) || num_acks > is_answer)
		return false;
	if (num_acks && (rj_cursor_sub(&c, 4, &acks) || rj_cursor_u32(&acks, &number) || number ||
			 rj_cursor_skip(&c, RJ_OVPN_SESSION_BYTES)))
		return false;
	if (rj_cursor_u32(&c, &number) || number)
		return false;
	return c.left <= (is_answer ? EXTRA_BYTES_MAX : 0);
}

/* Number and time as a first packet has them. */
static bool is_replay_start(struct rj_cursor *c)
{
	uint32_t number, time;

	if (rj_cursor_u32(c, &number) || rj_cursor_u32(c, &time))
		return false;
	number &= ~NUMBER_EARLY;
	return number && number <= NUMBER_MAX && time >= TIME_MIN;
}

static bool is_tls_auth(struct rj_cursor c, uint8_t hmac_len, bool is_answer)
{
	return !rj_cursor_skip(&c, hmac_len) && is_replay_start(&c) && is_reset_body(c, is_answer);
}

/* With version 2 the client's own key stands at the end, with its length, which counts itself. */
static bool is_tls_crypt(struct rj_cursor c, enum rj_ovpn_opcode opcode)
{
	bool is_answer = opcode == RJ_OVPN_HARD_RESET_SERVER_V2;
	struct rj_cursor key;
	uint16_t key_len;

	if (!is_replay_start(&c) || rj_cursor_skip(&c, TAG_BYTES))
		return false;
	if (opcode != RJ_OVPN_HARD_RESET_CLIENT_V3)
		return is_answer ?
			       c.left >= ANSWER_BYTES && c.left <= ANSWER_BYTES + EXTRA_BYTES_MAX :
			       c.left == RESET_BYTES;
	if (rj_cursor_skip(&c, RESET_BYTES) || c.left < sizeof(key_len))
		return false;
	key = c;
	return !rj_cursor_skip(&key, key.left - sizeof(key_len)) &&
	       !rj_cursor_u16(&key, &key_len) && key_len == c.left;
}

struct rj_ovpn_form rj_ovpn_form_of(const struct rj_ovpn_packet *reset)
{
	bool is_answer = reset->opcode == RJ_OVPN_HARD_RESET_SERVER_V2 ||
			 reset->opcode == RJ_OVPN_HARD_RESET_SERVER_V1;
	struct rj_ovpn_form form = { RJ_OVPN_UNKNOWN, 0 };

	if (!rj_ovpn_is_reset(reset->opcode) || !reset->rest.is_hard)
		return form;
	if (reset->opcode == RJ_OVPN_HARD_RESET_CLIENT_V3) {
		if (is_tls_crypt(reset->rest, reset->opcode))
			form.wrapping = RJ_OVPN_TLS_CRYPT_V2;
		return form;
	}
	if (is_reset_body(reset->rest, is_answer))
		form.wrapping = RJ_OVPN_PLAIN;
	else if (is_tls_crypt(reset->rest, reset->opcode))
		form.wrapping = RJ_OVPN_TLS_CRYPT;
	for (size_t i = 0; !form.wrapping && i < sizeof(hmac_lens); i++) {
		if (!is_tls_auth(reset->rest, hmac_lens[i], is_answer))
			continue;
		form.wrapping = RJ_OVPN_TLS_AUTH;
		form.hmac_bytes = hmac_lens[i];
	}
	return form;
}

enum rj_status rj_ovpn_control_read(const struct rj_ovpn_packet *p, struct rj_ovpn_form form,
				    struct rj_ovpn_control *out)
{
	struct rj_cursor c = p->rest;
	uint8_t num_acks;
	uint32_t id;
	enum rj_status st = RJ_OK;

	if (form.wrapping == RJ_OVPN_TLS_AUTH)
		st = rj_cursor_skip(&c, form.hmac_bytes + REPLAY_BYTES);
	if (!st)
		st = rj_cursor_u8(&c, &num_acks);
	if (!st && num_acks > ACKS_MAX)
		return RJ_MALFORMED;
	if (!st && num_acks)
		st = rj_cursor_skip(&c, num_acks * 4u + RJ_OVPN_SESSION_BYTES);
	if (!st)
		st = rj_cursor_u32(&c, &id);
	if (st)
		return st;
	*out = (struct rj_ovpn_control){ .id = id, .payload = c };
	return RJ_OK;
}
