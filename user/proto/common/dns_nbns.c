/* SPDX-License-Identifier: BSD-3-Clause */
/* What names and records of the NetBIOS name service have of their own (RFC 1001, RFC 1002). */
#include "proto/common/dns_nbns.h"

#include <stdio.h>

#include "proto/common/dns_fields.h"

#define TYPE_NB 32u /* RFC 1002 section 4.2.1.3 */
#define TYPE_NBSTAT 33u
#define NAME_BYTES 16u
#define ENCODED_BYTES (2 * NAME_BYTES)
#define UNIT_BYTES 6u
#define MAX_TEXT (4 * NAME_BYTES + 8) /* every octet as \DDD, then <xx> */

#define GROUP 0x8000u /* of flags of a name, RFC 1002 sections 4.2.1.3 and 4.2.18 */
#define ACTIVE 0x0400u
#define CONFLICT 0x0800u
#define DEREGISTERED 0x1000u
#define PERMANENT 0x0200u

/* Writes the octets of a name and the last one of them, which is its suffix; returns the length. */
static size_t tell_name(const uint8_t name[NAME_BYTES], char out[MAX_TEXT])
{
	size_t num = NAME_BYTES - 1, len = 0;

	while (num && (name[num - 1] == ' ' || !name[num - 1]))
		num--;
	for (size_t i = 0; i < num; i++) {
		bool is_special = name[i] == '.' || name[i] == '\\';

		if (is_special)
			out[len++] = '\\';
		if (is_special || (name[i] > ' ' && name[i] < 0x7f))
			out[len++] = (char)name[i];
		else
			len += (size_t)snprintf(out + len, 5, "\\%03u", name[i]);
	}
	return len + (size_t)snprintf(out + len, 5, "<%02x>", name[NAME_BYTES - 1]);
}

void rj_dns_nbns_name_decode(struct rj_dns_name *name)
{
	uint8_t octets[NAME_BYTES] = { 0 };
	char text[MAX_TEXT];
	size_t len;

	if (name->len < ENCODED_BYTES ||
	    (name->len > ENCODED_BYTES && name->text[ENCODED_BYTES] != '.'))
		return;
	for (size_t i = 0; i < ENCODED_BYTES; i++) {
		unsigned int nibble = (unsigned int)(name->text[i] - 'A');

		if (nibble > 15)
			return;
		octets[i / 2] = (uint8_t)(octets[i / 2] << 4 | nibble);
	}
	len = tell_name(octets, text);
	if (len + name->len - ENCODED_BYTES > sizeof(name->text))
		return;
	memmove(name->text + len, name->text + ENCODED_BYTES, name->len - ENCODED_BYTES);
	memcpy(name->text, text, len);
	name->len += len;
	name->len -= ENCODED_BYTES;
}

const char *rj_dns_nbns_type_text(uint16_t type)
{
	return type == TYPE_NB ? "NB" : type == TYPE_NBSTAT ? "NBSTAT" : NULL;
}

static void put_node(uint16_t flags, struct rj_visitor *v)
{
	static const char nodes[] =
		"bpmh"; /* RFC 1002 section 4.2.1.3; the last one is Microsoft's */

	rj_dns_put_boolean(v, RJ_DNS_F_GROUP, !!(flags & GROUP));
	rj_dns_put_string(v, RJ_DNS_F_NODE_TYPE, &nodes[flags >> 13 & 3], 1);
}

/* RFC 1002 section 4.2.13: addresses of a name; the two octets of section 4.2.16 are others */
RJ_MUST_CHECK static enum rj_status read_nb(struct rj_cursor *c, struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	rj_dns_put_open(v, RJ_DNS_F_NB);
	while (!st && c->left) {
		uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
		const uint8_t *bytes;
		uint16_t flags;

		st = rj_cursor_u16(c, &flags);
		if (!st)
			st = rj_cursor_bytes(c, 4, &bytes);
		if (st)
			break;
		memcpy(addr + 12, bytes, 4);
		rj_dns_put_open(v, RJ_DNS_F_NB_NAME);
		rj_dns_put_address(v, RJ_DNS_F_NB_ADDRESS, addr);
		put_node(flags, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_own_name(struct rj_cursor *c, struct rj_visitor *v)
{
	const uint8_t *name;
	char text[MAX_TEXT];
	uint16_t flags;
	enum rj_status st = rj_cursor_bytes(c, NAME_BYTES, &name);

	if (!st)
		st = rj_cursor_u16(c, &flags);
	if (st || !v)
		return st;
	rj_dns_put_open(v, RJ_DNS_F_NB_NAME);
	rj_dns_put_string(v, RJ_DNS_F_NAME, text, tell_name(name, text));
	put_node(flags, v);
	rj_dns_put_boolean(v, RJ_DNS_F_NB_ACTIVE, !!(flags & ACTIVE));
	rj_dns_put_boolean(v, RJ_DNS_F_NB_PERMANENT, !!(flags & PERMANENT));
	rj_dns_put_boolean(v, RJ_DNS_F_NB_CONFLICT, !!(flags & CONFLICT));
	rj_dns_put_boolean(v, RJ_DNS_F_NB_DEREGISTERED, !!(flags & DEREGISTERED));
	rj_dns_put_close(v);
	return RJ_OK;
}

/* RFC 1002 section 4.2.18; of the statistics the address of the adapter is of use */
RJ_MUST_CHECK static enum rj_status read_nbstat(struct rj_cursor *c, struct rj_visitor *v)
{
	const uint8_t *unit;
	uint8_t num;
	enum rj_status st = rj_cursor_u8(c, &num);

	if (st)
		return st;
	rj_dns_put_open(v, RJ_DNS_F_NBSTAT);
	rj_dns_put_open(v, RJ_DNS_F_NB_NAMES);
	for (; !st && num; num--)
		st = read_own_name(c, v);
	rj_dns_put_close(v);
	if (!st && c->left) {
		st = rj_cursor_bytes(c, UNIT_BYTES, &unit);
		if (!st)
			rj_dns_put_hex(v, RJ_DNS_F_NB_UNIT, unit, UNIT_BYTES);
	}
	rj_dns_put_close(v);
	return st;
}

/* The two octets with which a server asks to wait are those of the header it is about. */
RJ_MUST_CHECK static enum rj_status read_wait(struct rj_cursor *c, struct rj_visitor *v)
{
	uint16_t flags;
	enum rj_status st = rj_cursor_u16(c, &flags);

	if (!st)
		rj_dns_put_u64(v, RJ_DNS_F_NB_WAIT, flags);
	return st;
}

enum rj_status rj_dns_nbns_rdata_read(const struct rj_dns_record *r, struct rj_visitor *v)
{
	struct rj_cursor c = r->rdata.c;
	enum rj_status st;

	if (r->type == TYPE_NBSTAT)
		st = read_nbstat(&c, v);
	else if (c.left == 2)
		st = read_wait(&c, v);
	else
		st = read_nb(&c, v);
	if (!st)
		rj_dns_put_u64(v, RJ_DNS_F_RDLENGTH, r->rdata.c.left);
	return st;
}
