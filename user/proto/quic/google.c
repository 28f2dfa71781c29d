/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the public header of Google's QUIC, the stream frame behind it, and the tags of a CHLO. */
#include "proto/quic/google.h"

#include "proto/quic/version.h"

/* Public flags (until Q043). */
#define FLAG_VERSION 0x01u
#define FLAG_CID 0x08u
#define FLAG_NUMBER_SHIFT 4u /* two bits: 1, 2, 4 or 6 bytes of packet number */
#define FLAGS_UNUSED 0x80u

#define LONG_HEADER 0x80u
#define CID_BYTES 8u
#define CID_LENGTHS 0x50u /* Q044 to Q049: of both ids less three, four bits each; 0 is none */
#define HASH_BYTES 12u	  /* of a packet without encryption, instead of a tag */

/* A STREAM frame: 1fdooossB; f end, d has a length, o bytes of offset, s bytes of stream id. */
#define STREAM 0x80u
#define STREAM_HAS_LENGTH 0x20u
#define CRYPTO_STREAM 1u

#define FIRST_LONG 44u	 /* version from which on the header is a long one */
#define FIRST_HIDDEN 50u /* from which on packets are protected, and ids have length bytes */
#define LAST 59u
#define LAST_LITTLE 38u	 /* the last whose numbers are little-endian */
#define LAST_PRIVATE 33u /* the last with a byte of private flags */

#define TAG_CHLO 0x43484c4fu
#define TAG_SNI 0x534e4900u
#define TAG_UAID 0x55414944u
#define TAGS_MAX 128u /* as its own implementation has it: kMaxEntries */

/* The digits of a version, of which the first is 0. */
static uint32_t number_of(uint32_t version)
{
	return (version >> 8 & 0xf) * 10 + (version & 0xf);
}

static bool is_known(uint32_t version)
{
	return rj_quic_is_google(version) && (version >> 16 & 0xff) == '0' &&
	       number_of(version) <= LAST &&
	       (version >> 24 == 'Q' || number_of(version) >= FIRST_HIDDEN);
}

RJ_MUST_CHECK static enum rj_status read_little(struct rj_cursor *c, size_t len, uint64_t *out)
{
	uint64_t value;
	enum rj_status st = rj_cursor_be(c, len, &value);

	if (!st)
		*out = __builtin_bswap64(value) >> (64 - 8 * len);
	return st;
}

/* Flags, connection id, version, packet number. */
RJ_MUST_CHECK static enum rj_status read_short(struct rj_cursor *c, uint8_t flags,
					       struct rj_quic_hail *hail)
{
	static const uint8_t number_len[] = { 1, 2, 4, 6 };
	enum rj_status st;

	if (flags & FLAGS_UNUSED || !(flags & FLAG_VERSION) || !(flags & FLAG_CID))
		return RJ_MALFORMED;
	st = rj_cursor_sub(c, CID_BYTES, &hail->cid);
	if (!st)
		st = rj_cursor_u32(c, &hail->version);
	if (!st && (!is_known(hail->version) || number_of(hail->version) >= FIRST_LONG))
		return RJ_MALFORMED;
	return st ? st : rj_cursor_skip(c, number_len[flags >> FLAG_NUMBER_SHIFT & 3]);
}

/* First byte, version, lengths of ids, ids, packet number. */
RJ_MUST_CHECK static enum rj_status read_long(struct rj_cursor *c, uint8_t first,
					      struct rj_quic_hail *hail)
{
	uint8_t lengths;
	enum rj_status st = rj_cursor_u32(c, &hail->version);

	if (!st && (!is_known(hail->version) || number_of(hail->version) < FIRST_LONG))
		return RJ_MALFORMED;
	if (!st && number_of(hail->version) >= FIRST_HIDDEN) {
		st = rj_cursor_prefixed(c, 1, &hail->cid);
		return !st && hail->cid.left != CID_BYTES ? RJ_MALFORMED : st;
	}
	if (!st)
		st = rj_cursor_u8(c, &lengths);
	if (!st && lengths != CID_LENGTHS) /* a server's has its own id alone */
		return lengths == CID_LENGTHS >> 4 ? rj_cursor_sub(c, CID_BYTES, &hail->cid) :
						     RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(c, CID_BYTES, &hail->cid);
	return st ? st : rj_cursor_skip(c, (first & 3u) + 1u);
}

/* What a stream frame of the handshake carries that stands first in a packet. */
RJ_MUST_CHECK static enum rj_status read_stream(struct rj_cursor *c, uint32_t number,
						struct rj_cursor *out)
{
	uint8_t type = 0;
	uint64_t stream, len;
	size_t offset_len;
	enum rj_status st = rj_cursor_skip(c, HASH_BYTES + (number <= LAST_PRIVATE));

	if (!st)
		st = rj_cursor_u8(c, &type);
	if (!st && (!(type & STREAM) || !(type & STREAM_HAS_LENGTH) || type & 3))
		return RJ_MALFORMED;
	offset_len = type >> 2 & 7u;
	offset_len += offset_len > 0;
	if (!st)
		st = rj_cursor_be(c, 1, &stream);
	if (!st && stream != CRYPTO_STREAM)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_skip(c, offset_len);
	if (!st)
		st = number <= LAST_LITTLE ? read_little(c, 2, &len) : rj_cursor_be(c, 2, &len);
	return st ? st : rj_cursor_sub(c, (size_t)len, out);
}

/* One of the tags: its end among the values; the values before it are passed over. */
RJ_MUST_CHECK static enum rj_status read_tag(struct rj_cursor *tags, struct rj_cursor *values,
					     uint64_t *at, struct rj_quic_hail *hail)
{
	struct rj_cursor value;
	uint32_t tag;
	uint64_t end;
	enum rj_status st = rj_cursor_u32(tags, &tag);

	if (!st)
		st = read_little(tags, 4, &end);
	if (!st && (end < *at || end - *at > values->left))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(values, (size_t)(end - *at), &value);
	if (st)
		return st;
	*at = end;
	if (tag == TAG_SNI)
		hail->sni = value;
	else if (tag == TAG_UAID)
		hail->user_agent = value;
	return RJ_OK;
}

/* CHLO, number of tags, two bytes of nothing; a tag and the end of its value each; the values. */
static void read_chlo(struct rj_cursor c, struct rj_quic_hail *hail)
{
	struct rj_cursor tags;
	uint32_t message;
	uint64_t num, at = 0;

	if (rj_cursor_u32(&c, &message) || message != TAG_CHLO || read_little(&c, 2, &num) ||
	    num > TAGS_MAX || rj_cursor_skip(&c, 2) || rj_cursor_sub(&c, (size_t)num * 8, &tags))
		return;
	hail->has_chlo = true;
	while (tags.left && !read_tag(&tags, &c, &at, hail))
		;
}

enum rj_status rj_quic_hail_read(struct rj_cursor datagram, struct rj_quic_hail *out)
{
	struct rj_quic_hail hail = { .has_chlo = false };
	struct rj_cursor stream;
	uint8_t first;
	enum rj_status st = rj_cursor_u8(&datagram, &first);

	if (!st)
		st = first & LONG_HEADER ? read_long(&datagram, first, &hail) :
					   read_short(&datagram, first, &hail);
	if (st)
		return st;
	if (number_of(hail.version) < FIRST_HIDDEN &&
	    !read_stream(&datagram, number_of(hail.version), &stream))
		read_chlo(stream, &hail);
	*out = hail;
	return RJ_OK;
}
