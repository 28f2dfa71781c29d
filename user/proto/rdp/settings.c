/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads MCS Connect Initial and Connect Response, and the blocks of settings in them. */
#include "proto/rdp/settings.h"

#include "proto/common/ber.h"
#include "proto/common/le.h"

#define CONNECT_INITIAL 0x7f65u	 /* T.125 7: application 101 */
#define CONNECT_RESPONSE 0x7f66u /* application 102 */

#define CS_CORE 0xc001u /* MS-RDPBCGR 2.2.1.3.1 */
#define CS_SECURITY 0xc002u
#define CS_NET 0xc003u
#define SC_CORE 0x0c01u
#define SC_SECURITY 0x0c02u

#define BLOCK_HEADER_BYTES 4u

/* Passes bytes that have to be these. */
RJ_MUST_CHECK static enum rj_status want(struct rj_cursor *c, const void *bytes, size_t len)
{
	const uint8_t *found;
	enum rj_status st = rj_cursor_bytes(c, len, &found);

	return !st && memcmp(found, bytes, len) ? RJ_MALFORMED : st;
}

/* A length of PER in one byte, or in two with the highest bit set (X.691 10.9.3). */
RJ_MUST_CHECK static enum rj_status read_per_len(struct rj_cursor *c, size_t *out)
{
	uint8_t high, low;
	enum rj_status st = rj_cursor_u8(c, &high);

	if (st)
		return st;
	*out = high;
	if (high & 0x80) {
		st = high & 0x40 ? RJ_MALFORMED : rj_cursor_u8(c, &low);
		if (!st)
			*out = (size_t)(high & 0x3f) << 8 | low;
	}
	return st;
}

RJ_MUST_CHECK static enum rj_status open_per(struct rj_cursor *c, struct rj_cursor *out)
{
	size_t len;
	enum rj_status st = read_per_len(c, &len);

	return st ? st : rj_cursor_sub(c, len, out);
}

/*
 * ConnectData of T.124 8.7, its key as an object identifier, in PER; then connectPDU, whose length
 * servers send as 42 whatever it is (MS-RDPBCGR 4.1.4).
 */
RJ_MUST_CHECK static enum rj_status open_gcc(struct rj_cursor *c, struct rj_cursor *out)
{
	static const uint8_t key[] = { 0x00, 0x05, 0x00, 0x14, 0x7c, 0x00, 0x01 };
	size_t unused;
	enum rj_status st = want(c, key, sizeof(key));

	if (!st)
		st = read_per_len(c, &unused);
	return st ? st : rj_cursor_sub(c, c->left, out);
}

/* ConferenceCreateRequest: name "1", one set of user data, of Microsoft's key. */
RJ_MUST_CHECK static enum rj_status open_create_request(struct rj_cursor *c, struct rj_cursor *out)
{
	static const uint8_t request[] = { 0x00, 0x08, 0x00, 0x10, 0x00, 0x01,
					   0xc0, 0x00, 'D',  'u',  'c',	 'a' };
	struct rj_cursor gcc;
	enum rj_status st = open_gcc(c, &gcc);

	if (!st)
		st = want(&gcc, request, sizeof(request));
	return st ? st : open_per(&gcc, out);
}

/* ConferenceCreateResponse: node, tag, result, one set of user data. */
RJ_MUST_CHECK static enum rj_status open_create_response(struct rj_cursor *c, struct rj_cursor *out)
{
	static const uint8_t set[] = { 0x01, 0xc0, 0x00, 'M', 'c', 'D', 'n' };
	struct rj_cursor gcc, tag;
	enum rj_status st = open_gcc(c, &gcc);

	if (!st)
		st = rj_cursor_skip(&gcc, 3);
	if (!st)
		st = rj_cursor_prefixed(&gcc, 1, &tag);
	if (!st)
		st = rj_cursor_skip(&gcc, 1);
	if (!st)
		st = want(&gcc, set, sizeof(set));
	return st ? st : open_per(&gcc, out);
}

/* A block: type, length with this header (MS-RDPBCGR 2.2.1.3.1). */
RJ_MUST_CHECK static enum rj_status next_block(struct rj_cursor *c, uint16_t *ret_type,
					       struct rj_cursor *out)
{
	uint16_t len;
	enum rj_status st = rj_le_u16(c, ret_type);

	if (!st)
		st = rj_le_u16(c, &len);
	if (!st && len < BLOCK_HEADER_BYTES)
		st = RJ_MALFORMED;
	return st ? st : rj_cursor_sub(c, len - BLOCK_HEADER_BYTES, out);
}

RJ_MUST_CHECK static enum rj_status copy(struct rj_cursor *c, uint8_t *out, size_t len)
{
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, len, &bytes);

	if (!st)
		memcpy(out, bytes, len);
	return st;
}

/* What clients before RDP 5 do not send: six fields, then the product. */
static void read_late(struct rj_cursor c, struct rj_rdp_client *out)
{
	if (!rj_cursor_skip(&c, 2 + 2 + 4 + 2 + 2 + 2) &&
	    copy(&c, out->product_id, sizeof(out->product_id)))
		memset(out->product_id, 0, sizeof(out->product_id));
}

/* MS-RDPBCGR 2.2.1.3.2. */
RJ_MUST_CHECK static enum rj_status read_client_core(struct rj_cursor c, struct rj_rdp_client *out)
{
	enum rj_status st = rj_le_u32(&c, &out->version);

	if (!st)
		st = rj_le_u16(&c, &out->desktop_width);
	if (!st)
		st = rj_le_u16(&c, &out->desktop_height);
	if (!st)
		st = rj_cursor_skip(&c, 2 + 2); /* colorDepth, SASSequence */
	if (!st)
		st = rj_le_u32(&c, &out->keyboard_layout);
	if (!st)
		st = rj_le_u32(&c, &out->build);
	if (!st)
		st = copy(&c, out->name, sizeof(out->name));
	if (!st)
		st = rj_le_u32(&c, &out->keyboard_type);
	if (!st)
		st = rj_cursor_skip(&c, 4 + 4 + 64); /* subtype, function keys, imeFileName */
	if (!st)
		read_late(c, out);
	out->has_core = !st;
	return st;
}

/* MS-RDPBCGR 2.2.1.3.3. */
RJ_MUST_CHECK static enum rj_status read_client_security(struct rj_cursor c,
							 struct rj_rdp_client *out)
{
	enum rj_status st = rj_le_u32(&c, &out->encryption_methods);

	out->has_security = !st;
	return st;
}

/* MS-RDPBCGR 2.2.1.3.4: each channel a name and 32 bits of options. */
RJ_MUST_CHECK static enum rj_status read_channels(struct rj_cursor c, struct rj_rdp_client *out)
{
	uint32_t num;
	enum rj_status st = rj_le_u32(&c, &num);

	if (!st && num > RJ_RDP_MAX_CHANNELS)
		st = RJ_MALFORMED;
	for (uint32_t i = 0; !st && i < num; i++) {
		st = copy(&c, out->channels[i], RJ_RDP_CHANNEL_BYTES);
		if (!st)
			st = rj_cursor_skip(&c, 4);
		if (!st)
			out->num_channels = (uint8_t)(i + 1);
	}
	return st;
}

RJ_MUST_CHECK static enum rj_status read_client_block(uint16_t type, struct rj_cursor c,
						      struct rj_rdp_client *out)
{
	switch (type) {
	case CS_CORE:
		return read_client_core(c, out);
	case CS_SECURITY:
		return read_client_security(c, out);
	case CS_NET:
		return read_channels(c, out);
	default:
		return RJ_OK;
	}
}

/* T.125 7: two selectors, a flag, three sets of domain parameters, user data. */
enum rj_status rj_rdp_client_read(struct rj_cursor c, struct rj_rdp_client *out)
{
	static const uint8_t before[] = {
		RJ_BER_OCTET_STRING, RJ_BER_OCTET_STRING, RJ_BER_BOOLEAN,
		RJ_BER_SEQUENCE,     RJ_BER_SEQUENCE,	  RJ_BER_SEQUENCE
	};
	struct rj_rdp_client client = { 0 };
	struct rj_cursor connect, value, blocks;
	enum rj_status st = rj_ber_open(&c, CONNECT_INITIAL, &connect);
	uint16_t type;

	for (size_t i = 0; !st && i < sizeof(before); i++)
		st = rj_ber_open(&connect, before[i], &value);
	if (!st)
		st = rj_ber_open(&connect, RJ_BER_OCTET_STRING, &value);
	if (!st)
		st = open_create_request(&value, &blocks);
	while (!st && blocks.left) {
		st = next_block(&blocks, &type, &value);
		if (!st)
			st = read_client_block(type, value, &client);
	}
	if (!st)
		*out = client;
	return st;
}

/* MS-RDPBCGR 2.2.1.4.2, 2.2.1.4.3. */
RJ_MUST_CHECK static enum rj_status read_server_block(uint16_t type, struct rj_cursor c,
						      struct rj_rdp_server *out)
{
	enum rj_status st;

	if (type == SC_CORE) {
		st = rj_le_u32(&c, &out->version);
		out->has_core = !st;
		return st;
	}
	if (type != SC_SECURITY)
		return RJ_OK;
	st = rj_le_u32(&c, &out->encryption_method);
	if (!st)
		st = rj_le_u32(&c, &out->encryption_level);
	out->has_security = !st;
	return st;
}

/* T.125 7: result, number of the connection, domain parameters, user data. */
enum rj_status rj_rdp_server_read(struct rj_cursor c, struct rj_rdp_server *out)
{
	static const uint8_t before[] = { RJ_BER_ENUMERATED, RJ_BER_INTEGER, RJ_BER_SEQUENCE };
	struct rj_rdp_server server = { 0 };
	struct rj_cursor connect, value, blocks;
	enum rj_status st = rj_ber_open(&c, CONNECT_RESPONSE, &connect);
	uint16_t type;

	for (size_t i = 0; !st && i < sizeof(before); i++)
		st = rj_ber_open(&connect, before[i], &value);
	if (!st)
		st = rj_ber_open(&connect, RJ_BER_OCTET_STRING, &value);
	if (!st)
		st = open_create_response(&value, &blocks);
	while (!st && blocks.left) {
		st = next_block(&blocks, &type, &value);
		if (!st)
			st = read_server_block(type, value, &server);
	}
	if (!st)
		*out = server;
	return st;
}
