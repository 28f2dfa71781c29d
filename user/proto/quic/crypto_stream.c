/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes handshake messages off the bytes that came. */
#include "proto/quic/crypto_stream.h"

#define MESSAGE_HEADER 4u /* RFC 8446 4: msg_type, uint24 length */

enum rj_status rj_quic_crypto_stream_grow(struct rj_quic_crypto_stream *s, struct rj_arena *arena,
					  uint64_t end)
{
	return rj_assembly_grow(&s->assembly, arena, RJ_QUIC_CRYPTO_MAX, end);
}

enum rj_status rj_quic_crypto_stream_put(struct rj_quic_crypto_stream *s, struct rj_arena *arena,
					 uint64_t offset, struct rj_cursor data)
{
	return rj_assembly_put(&s->assembly, arena, RJ_QUIC_CRYPTO_MAX, offset, data);
}

enum rj_status rj_quic_crypto_stream_message(struct rj_quic_crypto_stream *s, uint8_t *ret_type,
					     struct rj_tls_body *out)
{
	struct rj_cursor c;
	uint32_t len, end;
	uint8_t type;
	enum rj_status st;

	if (!rj_assembly_has(&s->assembly, s->next, s->next + MESSAGE_HEADER))
		return RJ_TRUNCATED;
	c = rj_cursor_init(s->assembly.bytes + s->next, MESSAGE_HEADER, true);
	st = rj_cursor_u8(&c, &type);
	if (!st)
		st = rj_cursor_u24(&c, &len);
	if (st)
		return st;
	if (len > RJ_QUIC_CRYPTO_MAX - s->next - MESSAGE_HEADER)
		return RJ_MALFORMED;
	end = s->next + MESSAGE_HEADER + len;
	if (!rj_assembly_has(&s->assembly, s->next, end))
		return RJ_TRUNCATED;
	*ret_type = type;
	*out = (struct rj_tls_body){ .bytes = s->assembly.bytes + s->next + MESSAGE_HEADER,
				     .len = len };
	s->next = end;
	return RJ_OK;
}
