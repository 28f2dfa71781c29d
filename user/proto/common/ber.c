/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads elements of BER and DER. */
#include "proto/common/ber.h"

#define LONG_TAG 0x1fu	  /* in the first octet: the number is in those that follow (8.1.2.4) */
#define MORE_OCTETS 0x80u /* of a tag; and a length that is not in this octet (8.1.3.5) */
#define MAX_LEN_OCTETS 4u /* what OpenLDAP and Windows send at most */

RJ_MUST_CHECK static enum rj_status read_tag(struct rj_cursor *c, uint16_t *out)
{
	uint8_t first, second;
	enum rj_status st = rj_cursor_u8(c, &first);

	if (st)
		return st;
	if ((first & LONG_TAG) != LONG_TAG) {
		*out = first;
		return RJ_OK;
	}
	st = rj_cursor_u8(c, &second);
	if (!st && (second & MORE_OCTETS || second < LONG_TAG))
		st = RJ_MALFORMED;
	if (!st)
		*out = (uint16_t)(first << 8 | second);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_len(struct rj_cursor *c, uint32_t *out)
{
	uint64_t len;
	uint8_t octet;
	enum rj_status st = rj_cursor_u8(c, &octet);

	if (st)
		return st;
	len = octet;
	if (octet & MORE_OCTETS) {
		uint8_t num = octet & (MORE_OCTETS - 1);

		if (!num || num > MAX_LEN_OCTETS)
			return RJ_MALFORMED;
		st = rj_cursor_be(c, num, &len);
	}
	if (!st)
		*out = (uint32_t)len;
	return st;
}

enum rj_status rj_ber_head(struct rj_cursor *c, uint16_t *ret_tag, uint32_t *ret_len)
{
	struct rj_cursor ahead = *c;
	uint16_t tag;
	enum rj_status st = read_tag(&ahead, &tag);

	if (!st)
		st = read_len(&ahead, ret_len);
	if (st)
		return st;
	*ret_tag = tag;
	*c = ahead;
	return RJ_OK;
}

enum rj_status rj_ber_read(struct rj_cursor *c, uint16_t *ret_tag, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint16_t tag;
	uint32_t len;
	enum rj_status st = rj_ber_head(&ahead, &tag, &len);

	if (!st)
		st = rj_cursor_sub(&ahead, len, out);
	if (st)
		return st;
	*ret_tag = tag;
	*c = ahead;
	return RJ_OK;
}

enum rj_status rj_ber_open(struct rj_cursor *c, uint16_t tag, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint16_t found;
	enum rj_status st = read_tag(&ahead, &found);

	if (!st && found != tag)
		st = RJ_MALFORMED;
	return st ? st : rj_ber_read(c, &found, out);
}

enum rj_status rj_ber_number(struct rj_cursor value, int64_t *out)
{
	size_t len = value.left;
	uint64_t bits;

	if (!len || len > sizeof(bits) || rj_cursor_be(&value, len, &bits))
		return RJ_MALFORMED;
	if (len < sizeof(bits) && bits >> (8 * len - 1)) /* negative */
		bits |= ~UINT64_C(0) << 8 * len;
	*out = (int64_t)bits;
	return RJ_OK;
}

enum rj_status rj_ber_int(struct rj_cursor *c, uint16_t tag, int64_t *out)
{
	struct rj_cursor ahead = *c, value;
	enum rj_status st = rj_ber_open(&ahead, tag, &value);

	if (!st)
		st = rj_ber_number(value, out);
	if (!st)
		*c = ahead;
	return st;
}
