/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes hellos of SSL 2 apart. */
#include "proto/tls/ssl2.h"

#define ERROR 0u
#define ERROR_BYTES 3u /* with two of its code */
#define CLIENT_HELLO 1u
#define SERVER_HELLO 4u
#define SESSION_ID_BYTES 16u /* SSL 2.0 draft 02 2.5: none, or so many */
#define CONNECTION_ID_MAX 32u
#define CHALLENGE_MIN 16u
#define CHALLENGE_MAX 32u
#define CERTIFICATE_X509 1u
#define IS_SHORT_HEADER 0x8000u /* of two bytes: no padding (SSL 2.0 draft 02 1.1) */
#define MAJOR 3u

static bool is_version(uint16_t version)
{
	return version == RJ_SSL2 || version >> 8 == MAJOR;
}

/* The three parts that both hellos end with, behind their three lengths. */
RJ_MUST_CHECK static enum rj_status read_parts(struct rj_cursor *c, struct rj_cursor parts[3])
{
	uint16_t lens[3];
	enum rj_status st = RJ_OK;

	for (unsigned int i = 0; !st && i < 3; i++)
		st = rj_cursor_u16(c, &lens[i]);
	for (unsigned int i = 0; !st && i < 3; i++)
		st = rj_cursor_sub(c, lens[i], &parts[i]);
	return st || c->left ? RJ_MALFORMED : RJ_OK;
}

/* SSL 2.0 draft 02 2.5: version, lengths; cipher specs, session id, challenge. */
RJ_MUST_CHECK static enum rj_status read_client(struct rj_cursor *c, struct rj_ssl2_hello *out)
{
	struct rj_cursor parts[3];
	enum rj_status st = rj_cursor_u16(c, &out->version);

	if (!st)
		st = read_parts(c, parts);
	if (st || !is_version(out->version) || !parts[0].left)
		return RJ_MALFORMED;
	if (parts[1].left && parts[1].left != SESSION_ID_BYTES)
		return RJ_MALFORMED;
	if (parts[2].left < CHALLENGE_MIN || parts[2].left > CHALLENGE_MAX)
		return RJ_MALFORMED;
	out->specs = parts[0];
	out->session_id = parts[1];
	out->challenge = parts[2];
	return RJ_OK;
}

/* 2.6: session-id hit, certificate type, version, lengths; certificate, specs, connection id. */
RJ_MUST_CHECK static enum rj_status read_server(struct rj_cursor *c, struct rj_ssl2_hello *out)
{
	struct rj_cursor parts[3];
	uint8_t is_hit, kind;
	enum rj_status st = rj_cursor_u8(c, &is_hit);

	if (!st)
		st = rj_cursor_u8(c, &kind);
	if (!st)
		st = rj_cursor_u16(c, &out->version);
	if (!st)
		st = read_parts(c, parts);
	if (st || is_hit > 1 || kind > CERTIFICATE_X509 || out->version != RJ_SSL2)
		return RJ_MALFORMED;
	if (!parts[2].left || parts[2].left > CONNECTION_ID_MAX)
		return RJ_MALFORMED;
	out->is_server = true;
	out->certificate = parts[0];
	out->specs = parts[1];
	out->session_id = parts[2];
	return RJ_OK;
}

enum rj_status rj_ssl2_hello_read(struct rj_cursor body, struct rj_ssl2_hello *out)
{
	struct rj_ssl2_hello hello = { .is_server = false };
	uint8_t type;
	enum rj_status st;

	body.is_hard = true;
	st = rj_cursor_u8(&body, &type);
	if (!st && type != CLIENT_HELLO && type != SERVER_HELLO)
		st = RJ_MALFORMED;
	if (!st)
		st = type == CLIENT_HELLO ? read_client(&body, &hello) : read_server(&body, &hello);
	if (st || hello.specs.left % RJ_SSL2_SPEC_BYTES)
		return RJ_MALFORMED;
	*out = hello;
	return RJ_OK;
}

/* What a hello begins with, as far as it is there: no other protocol's bytes are waited for. */
RJ_MUST_CHECK static enum rj_status check_start(struct rj_cursor c)
{
	uint8_t type, first;
	uint16_t version;
	enum rj_status st = rj_cursor_u8(&c, &type);

	if (!st && type != CLIENT_HELLO && type != SERVER_HELLO)
		return RJ_MALFORMED;
	if (!st && type == SERVER_HELLO)
		st = rj_cursor_skip(&c, 2);
	if (!st)
		st = rj_cursor_u8(&c, &first);
	if (!st && first != 0 && (first != MAJOR || type != CLIENT_HELLO))
		return RJ_MALFORMED;
	if (!st) {
		version = (uint16_t)(first << 8);
		st = rj_cursor_u8(&c, &first);
		version |= first;
	}
	return !st && !is_version(version) ? RJ_MALFORMED : st;
}

enum rj_status rj_ssl2_record(struct rj_cursor *c, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint8_t high, low;
	enum rj_status st = rj_cursor_u8(&ahead, &high);

	if (!st && (!(high & IS_SHORT_HEADER >> 8) || (high & 0x7f) > RJ_SSL2_HELLO_MAX >> 8))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &low);
	if (!st)
		st = check_start(ahead);
	if (!st)
		st = rj_cursor_sub(&ahead, (size_t)((high & 0x7f) << 8 | low), out);
	if (!st)
		*c = ahead;
	return st;
}

enum rj_status rj_ssl2_error_pass(struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	enum rj_status st = rj_cursor_within(&ahead, IS_SHORT_HEADER >> 8, IS_SHORT_HEADER >> 8);

	if (!st)
		st = rj_cursor_within(&ahead, ERROR_BYTES, ERROR_BYTES);
	if (!st)
		st = rj_cursor_within(&ahead, ERROR, ERROR);
	if (!st)
		st = rj_cursor_skip(&ahead, ERROR_BYTES - 1);
	if (!st)
		*c = ahead;
	return st;
}
