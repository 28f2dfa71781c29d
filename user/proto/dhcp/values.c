/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes values of DHCP options. */
#include "proto/dhcp/values.h"

#include "core/text.h"
#include "proto/common/dns_wire.h"
#include "proto/dhcp/options4.h"

/* Names of a list: compressed ones are as long as one likes. Ours; a search list has six. */
#define MAX_DOMAINS 64u
#define MAC_BYTES 6u

/* DUID types (RFC 8415 11.1). */
#define DUID_LLT 1u
#define DUID_EN 2u
#define DUID_LL 3u
#define DUID_UUID 4u

#define CLIENT_ID_DUID 255u /* RFC 4361 6.1 */
#define FQDN_ENCODED 0x04u  /* RFC 4702 2.1: E */

void rj_dhcp_put_u64(const struct rj_dhcp_put *p, unsigned int row, uint64_t value)
{
	if (p->v)
		p->v->ops->u64(p->v, &p->fields[row], value);
}

void rj_dhcp_put_text(const struct rj_dhcp_put *p, unsigned int row, const void *text, size_t len)
{
	if (p->v)
		p->v->ops->string(p->v, &p->fields[row], text, len);
}

void rj_dhcp_put_word(const struct rj_dhcp_put *p, unsigned int row, const char *word)
{
	rj_dhcp_put_text(p, row, word, strlen(word));
}

void rj_dhcp_put_hex(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor bytes)
{
	if (p->v)
		p->v->ops->hex(p->v, &p->fields[row], bytes.at, bytes.left);
}

void rj_dhcp_put_true(const struct rj_dhcp_put *p, unsigned int row)
{
	if (p->v)
		p->v->ops->boolean(p->v, &p->fields[row], 1);
}

void rj_dhcp_put_open(const struct rj_dhcp_put *p, unsigned int row)
{
	if (p->v)
		p->v->ops->open(p->v, &p->fields[row]);
}

void rj_dhcp_put_close(const struct rj_dhcp_put *p)
{
	if (p->v)
		p->v->ops->close(p->v);
}

static void put_name(const struct rj_dhcp_put *p, const char *name)
{
	if (p->v)
		p->v->ops->name(p->v, name, strlen(name));
}

enum rj_status rj_dhcp_put_address4(const struct rj_dhcp_put *p, unsigned int row,
				    struct rj_cursor *c)
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, 4, &bytes);

	if (st)
		return st;
	memcpy(addr + 12, bytes, 4);
	if (p->v)
		p->v->ops->address(p->v, &p->fields[row], addr);
	return RJ_OK;
}

enum rj_status rj_dhcp_put_address6(const struct rj_dhcp_put *p, unsigned int row,
				    struct rj_cursor *c)
{
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, 16, &bytes);

	if (!st && p->v)
		p->v->ops->address(p->v, &p->fields[row], bytes);
	return st;
}

void rj_dhcp_put_string(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor c)
{
	const uint8_t *text;
	size_t len = c.left;

	if (rj_cursor_bytes(&c, len, &text))
		return;
	while (len && !text[len - 1])
		len--;
	rj_dhcp_put_text(p, row, text, len);
}

enum rj_status rj_dhcp_put_be(const struct rj_dhcp_put *p, unsigned int row, size_t len,
			      struct rj_cursor *c)
{
	uint64_t value;
	enum rj_status st = rj_cursor_be(c, len, &value);

	if (!st)
		rj_dhcp_put_u64(p, row, value);
	return st;
}

void rj_dhcp_put_messages(const struct rj_dhcp_put *p, const struct rj_datagrams *messages,
			  const struct rj_dhcp_rows *rows)
{
	if (!messages->first && !messages->num_skipped)
		return;
	rj_dhcp_put_open(p, rows->all);
	for (const struct rj_datagram *d = messages->first; d; d = d->next) {
		rj_dhcp_put_open(p, rows->message);
		rows->put(p, d);
		rj_dhcp_put_close(p);
	}
	if (messages->num_skipped) {
		rj_dhcp_put_open(p, rows->message);
		rj_dhcp_put_u64(p, RJ_DHCP_R_SKIPPED, messages->num_skipped);
		rj_dhcp_put_close(p);
	}
	rj_dhcp_put_close(p);
}

RJ_MUST_CHECK static enum rj_status signed_number(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint32_t value;
	enum rj_status st = rj_cursor_u32(c, &value);

	if (!st && p->v)
		p->v->ops->i64(p->v, &p->fields[RJ_DHCP_R_SIGNED], (int32_t)value);
	return st;
}

RJ_MUST_CHECK static enum rj_status flag(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint8_t value;
	enum rj_status st = rj_cursor_u8(c, &value);

	if (st || value > 1)
		return RJ_MALFORMED;
	if (p->v)
		p->v->ops->boolean(p->v, &p->fields[RJ_DHCP_R_FLAG], value);
	return RJ_OK;
}

RJ_MUST_CHECK static enum rj_status numbers(const struct rj_dhcp_put *p, struct rj_cursor *c,
					    size_t len)
{
	enum rj_status st = RJ_OK;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left)
		st = rj_dhcp_put_be(p, RJ_DHCP_R_NUMBER, len, c);
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status addresses(const struct rj_dhcp_put *p, struct rj_cursor *c,
					      bool is_v6)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left)
		st = is_v6 ? rj_dhcp_put_address6(p, RJ_DHCP_R_ADDRESS, c) :
			     rj_dhcp_put_address4(p, RJ_DHCP_R_ADDRESS, c);
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status texts(const struct rj_dhcp_put *p, struct rj_cursor *c,
					  size_t len_bytes)
{
	enum rj_status st = RJ_OK;
	struct rj_cursor text;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left) {
		st = rj_cursor_prefixed(c, len_bytes, &text);
		if (!st)
			rj_dhcp_put_string(p, RJ_DHCP_R_TEXT, text);
	}
	rj_dhcp_put_close(p);
	return st;
}

/* Names one behind the other; compressed ones point back into all of @c. */
RJ_MUST_CHECK static enum rj_status domains(const struct rj_dhcp_put *p, struct rj_cursor *c,
					    bool is_compressed)
{
	struct rj_dns_message message = rj_dns_message_init(*c);
	struct rj_dns_part part = rj_dns_part_init(&message);
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;
	struct rj_dns_name name;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	for (unsigned int num = 0; !st && part.c.left; num++) {
		if (!is_compressed) {
			message = rj_dns_message_init(part.c);
			part = rj_dns_part_init(&message);
		}
		st = num < MAX_DOMAINS ? rj_dns_name_read(&part, &name) : RJ_MALFORMED;
		if (!st)
			rj_dhcp_put_text(p, RJ_DHCP_R_NAME, name.text, name.len);
	}
	rj_dhcp_put_close(p);
	*c = part.c;
	return st;
}

/* RFC 3442: width, significant octets of the network, router. */
RJ_MUST_CHECK static enum rj_status route(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint8_t width, padded[4] = { 0 };
	const uint8_t *network;
	struct rj_cursor all;
	enum rj_status st = rj_cursor_u8(c, &width);

	if (!st && width > 32)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_bytes(c, (width + 7u) / 8, &network);
	if (st)
		return st;
	memcpy(padded, network, (width + 7u) / 8);
	all = rj_cursor_init(padded, sizeof(padded), true);
	rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
	st = rj_dhcp_put_address4(p, RJ_DHCP_R_ADDRESS, &all);
	rj_dhcp_put_u64(p, RJ_DHCP_R_PREFIX_LEN, width);
	if (!st)
		st = rj_dhcp_put_address4(p, RJ_DHCP_R_ROUTER, c);
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status routes(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left)
		st = route(p, c);
	rj_dhcp_put_close(p);
	return st;
}

static void mac_text(const uint8_t *bytes, char out[RJ_DHCP_MAC_LEN])
{
	for (unsigned int i = 0; i < MAC_BYTES; i++) {
		rj_text_hex((uint8_t *)out + 3 * (size_t)i, bytes + i, 1);
		if (i + 1 < MAC_BYTES)
			out[3 * i + 2] = ':';
	}
}

/* The rest of @c as a hardware address. */
static void put_hardware(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	char text[RJ_DHCP_MAC_LEN];
	const uint8_t *bytes;
	size_t len = c->left;

	if (rj_cursor_bytes(c, len, &bytes))
		return;
	if (len == MAC_BYTES) {
		mac_text(bytes, text);
		rj_dhcp_put_text(p, RJ_DHCP_R_MACADDR, text, sizeof(text));
	} else {
		rj_dhcp_put_hex(p, RJ_DHCP_R_IDENTIFIER, rj_cursor_init(bytes, len, true));
	}
}

static void put_rest(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor *c)
{
	struct rj_cursor rest = *c;

	if (!rj_cursor_skip(c, c->left))
		rj_dhcp_put_hex(p, row, rest);
}

/* RFC 8415 11.2 and 11.4: hardware type, with LLT the time, address. */
RJ_MUST_CHECK static enum rj_status duid_address(const struct rj_dhcp_put *p, struct rj_cursor *c,
						 bool has_time)
{
	enum rj_status st = rj_dhcp_put_be(p, RJ_DHCP_R_HARDWARE_TYPE, 2, c);

	if (!st && has_time)
		st = rj_dhcp_put_be(p, RJ_DHCP_R_DUID_TIME, 4, c);
	if (!st)
		put_hardware(p, c);
	return st;
}

RJ_MUST_CHECK static enum rj_status duid(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	static const char *const types[] = { NULL, "llt", "en", "ll", "uuid" };
	struct rj_cursor all = *c;
	uint8_t digits[RJ_TEXT_U64_LEN];
	uint16_t type;
	enum rj_status st = rj_cursor_u16(c, &type);

	if (st)
		return st;
	rj_dhcp_put_hex(p, RJ_DHCP_R_DUID, all);
	if (type >= DUID_LLT && type <= DUID_UUID)
		rj_dhcp_put_word(p, RJ_DHCP_R_DUID_TYPE, types[type]);
	else
		rj_dhcp_put_text(p, RJ_DHCP_R_DUID_TYPE, digits,
				 (size_t)(rj_text_u64(digits, type) - digits));
	if (type == DUID_LLT || type == DUID_LL)
		return duid_address(p, c, type == DUID_LLT);
	if (type == DUID_EN)
		st = rj_dhcp_put_be(p, RJ_DHCP_R_ENTERPRISE, 4, c);
	if (!st)
		put_rest(p, RJ_DHCP_R_IDENTIFIER, c);
	return st;
}

bool rj_dhcp_duid_mac(struct rj_cursor c, char out[RJ_DHCP_MAC_LEN])
{
	uint16_t type;

	if (rj_cursor_u16(&c, &type) || (type != DUID_LLT && type != DUID_LL) ||
	    rj_cursor_skip(&c, type == DUID_LLT ? 6 : 2) || c.left != MAC_BYTES)
		return false;
	mac_text(c.at, out);
	return true;
}

RJ_MUST_CHECK static enum rj_status client_id(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint8_t type;
	enum rj_status st = rj_cursor_u8(c, &type);

	if (st)
		return st;
	rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
	rj_dhcp_put_u64(p, RJ_DHCP_R_HARDWARE_TYPE, type);
	if (type == CLIENT_ID_DUID) {
		st = rj_dhcp_put_be(p, RJ_DHCP_R_IAID, 4, c);
		if (!st)
			st = duid(p, c);
	} else if (type) {
		put_hardware(p, c);
	} else {
		put_rest(p, RJ_DHCP_R_IDENTIFIER, c);
	}
	rj_dhcp_put_close(p);
	return st;
}

/* A name that may lack its end, as a client that knows no domain sends it (RFC 4704 4.2). */
RJ_MUST_CHECK static enum rj_status partial_name(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint8_t bytes[RJ_DNS_MAX_NAME + 1];
	struct rj_dns_message message;
	struct rj_dns_part part;
	struct rj_dns_name name;
	size_t len = c->left;
	enum rj_status st;

	if (len > RJ_DNS_MAX_NAME)
		return RJ_MALFORMED;
	if (len)
		memcpy(bytes, c->at, len);
	if (!len || bytes[len - 1])
		bytes[len++] = 0;
	message = rj_dns_message_init(rj_cursor_init(bytes, len, true));
	part = rj_dns_part_init(&message);
	st = rj_dns_name_read(&part, &name);
	if (st || part.c.left)
		return RJ_MALFORMED;
	rj_dhcp_put_text(p, RJ_DHCP_R_NAME, name.text, name.len);
	return rj_cursor_skip(c, c->left);
}

/* RFC 4702 2: flags, two result codes, name as text or encoded. */
RJ_MUST_CHECK static enum rj_status fqdn(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	uint8_t flags;
	enum rj_status st = rj_cursor_u8(c, &flags);

	if (!st)
		st = rj_cursor_skip(c, 2);
	if (st)
		return st;
	rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
	rj_dhcp_put_u64(p, RJ_DHCP_R_FLAGS, flags);
	if (flags & FQDN_ENCODED) {
		st = partial_name(p, c);
	} else {
		rj_dhcp_put_string(p, RJ_DHCP_R_NAME, *c);
		st = rj_cursor_skip(c, c->left);
	}
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status status(const struct rj_dhcp_put *p, struct rj_cursor *c,
					   size_t len)
{
	enum rj_status st = rj_dhcp_put_be(p, RJ_DHCP_R_CODE, len, c);

	if (st)
		return st;
	rj_dhcp_put_string(p, RJ_DHCP_R_MESSAGE_TEXT, *c);
	return rj_cursor_skip(c, c->left);
}

RJ_MUST_CHECK static enum rj_status status_object(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st;

	rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
	st = status(p, c, 1);
	rj_dhcp_put_close(p);
	return st;
}

/* RFC 3925 3: enterprise-number, length, data, and again. */
RJ_MUST_CHECK static enum rj_status vendors(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;
	struct rj_cursor data;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left) {
		rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
		st = rj_dhcp_put_be(p, RJ_DHCP_R_ENTERPRISE, 4, c);
		if (!st)
			st = rj_cursor_prefixed(c, 1, &data);
		if (!st)
			rj_dhcp_put_hex(p, RJ_DHCP_R_DATA, data);
		rj_dhcp_put_close(p);
	}
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status msg_type(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	const char *name;
	uint8_t type;
	enum rj_status st = rj_cursor_u8(c, &type);

	if (st)
		return st;
	name = rj_dhcp_msg_type_name(type);
	if (!name)
		return RJ_MALFORMED;
	rj_dhcp_put_word(p, RJ_DHCP_R_TEXT, name);
	return RJ_OK;
}

/* RFC 8415 21.16, 21.17 and RFC 4649: enterprise-number, then what it makes of the rest. */
RJ_MUST_CHECK static enum rj_status of_enterprise(const struct rj_dhcp_put *p, struct rj_cursor *c,
						  bool has_texts)
{
	enum rj_status st = rj_dhcp_put_be(p, RJ_DHCP_R_ENTERPRISE, 4, c);

	if (!st && has_texts)
		return texts(p, c, 2);
	if (!st)
		put_rest(p, RJ_DHCP_R_DATA, c);
	return st;
}

/* RFC 5908 4: sub-options with codes of their own: an address, one of a group, a name. */
RJ_MUST_CHECK static enum rj_status ntp(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st = RJ_OK;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left) {
		struct rj_cursor data;
		uint16_t code;

		st = rj_cursor_u16(c, &code);
		if (!st)
			st = rj_cursor_prefixed(c, 2, &data);
		if (st || !code || code > 3)
			return RJ_MALFORMED;
		rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
		st = code == 3 ? partial_name(p, &data) :
				 rj_dhcp_put_address6(p, RJ_DHCP_R_ADDRESS, &data);
		rj_dhcp_put_close(p);
	}
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status fqdn6(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st = rj_dhcp_put_be(p, RJ_DHCP_R_FLAGS, 1, c);

	return st ? st : partial_name(p, c);
}

/* Forms that are no list of options. */
RJ_MUST_CHECK static enum rj_status simple(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
					   struct rj_cursor *c)
{
	switch (form) {
	case RJ_DHCP_TEXT:
		rj_dhcp_put_string(p, RJ_DHCP_R_TEXT, *c);
		return rj_cursor_skip(c, c->left);
	case RJ_DHCP_TEXTS:
		return texts(p, c, 1);
	case RJ_DHCP_TEXTS16:
		return texts(p, c, 2);
	case RJ_DHCP_PRESENT:
		rj_dhcp_put_true(p, RJ_DHCP_R_FLAG);
		return RJ_OK;
	case RJ_DHCP_FLAG:
		return flag(p, c);
	case RJ_DHCP_U8:
		return rj_dhcp_put_be(p, RJ_DHCP_R_NUMBER, 1, c);
	case RJ_DHCP_U16:
		return rj_dhcp_put_be(p, RJ_DHCP_R_NUMBER, 2, c);
	case RJ_DHCP_U32:
		return rj_dhcp_put_be(p, RJ_DHCP_R_NUMBER, 4, c);
	case RJ_DHCP_I32:
		return signed_number(p, c);
	case RJ_DHCP_U8S:
		return numbers(p, c, 1);
	case RJ_DHCP_U16S:
		return numbers(p, c, 2);
	case RJ_DHCP_ADDRESS:
		return rj_dhcp_put_address4(p, RJ_DHCP_R_ADDRESS, c);
	case RJ_DHCP_ADDRESSES:
		return addresses(p, c, false);
	case RJ_DHCP_ADDRESS6:
		return rj_dhcp_put_address6(p, RJ_DHCP_R_ADDRESS, c);
	case RJ_DHCP_ADDRESSES6:
		return addresses(p, c, true);
	default:
		put_rest(p, RJ_DHCP_R_BYTES, c);
		return RJ_OK;
	}
}

/* RFC 3046 2: sub-options as options, without pad and end. */
RJ_MUST_CHECK static enum rj_status relay(const struct rj_dhcp_put *p, struct rj_cursor *c)
{
	enum rj_status st = RJ_OK;

	rj_dhcp_put_open(p, RJ_DHCP_R_LIST);
	while (!st && c->left) {
		const struct rj_dhcp_option *option;
		struct rj_cursor data, all;
		uint8_t code;

		st = rj_cursor_u8(c, &code);
		if (!st)
			st = rj_cursor_prefixed(c, 1, &data);
		if (st)
			break;
		option = rj_dhcp_relay_option(code);
		all = data;
		rj_dhcp_put_open(p, RJ_DHCP_R_OBJECT);
		if (option && !simple(&(struct rj_dhcp_put){ 0 }, option->form, &all) &&
		    !all.left) {
			put_name(p, option->name);
			st = simple(p, option->form, &data);
		} else {
			if (option)
				put_name(p, option->name);
			else
				rj_dhcp_put_u64(p, RJ_DHCP_R_KIND, code);
			put_rest(p, RJ_DHCP_R_DATA, &data);
		}
		rj_dhcp_put_close(p);
	}
	rj_dhcp_put_close(p);
	return st;
}

RJ_MUST_CHECK static enum rj_status any(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
					struct rj_cursor *c)
{
	switch (form) {
	case RJ_DHCP_DOMAINS:
		return domains(p, c, true);
	case RJ_DHCP_DOMAINS6:
		return domains(p, c, false);
	case RJ_DHCP_ROUTES:
		return routes(p, c);
	case RJ_DHCP_MSG_TYPE:
		return msg_type(p, c);
	case RJ_DHCP_CLIENT_ID:
		return client_id(p, c);
	case RJ_DHCP_FQDN:
		return fqdn(p, c);
	case RJ_DHCP_STATUS:
		return status_object(p, c);
	case RJ_DHCP_VENDORS:
		return vendors(p, c);
	case RJ_DHCP_RELAY:
		return relay(p, c);
	case RJ_DHCP_NTP:
		return ntp(p, c);
	case RJ_DHCP_DUID:
		return duid(p, c);
	case RJ_DHCP_FQDN6:
		return fqdn6(p, c);
	case RJ_DHCP_STATUS6:
		return status(p, c, 2);
	case RJ_DHCP_VENDOR_CLASS:
		return of_enterprise(p, c, true);
	case RJ_DHCP_LINKLAYER:
		return duid_address(p, c, false);
	case RJ_DHCP_VENDOR_OPTS:
	case RJ_DHCP_REMOTE_ID:
		return of_enterprise(p, c, false);
	default:
		return simple(p, form, c);
	}
}

enum rj_status rj_dhcp_value(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
			     struct rj_cursor c)
{
	enum rj_status st = any(p, form, &c);

	return !st && c.left ? RJ_MALFORMED : st;
}

static bool is_printable(struct rj_cursor c)
{
	uint8_t ch;

	while (!rj_cursor_u8(&c, &ch))
		if (ch < ' ' || ch > '~')
			return false;
	return true;
}

enum rj_dhcp_form rj_dhcp_fitting(enum rj_dhcp_form form, struct rj_cursor c)
{
	if (!rj_dhcp_value(&(struct rj_dhcp_put){ 0 }, form, c))
		return form;
	/* a user class that is text without lengths, as firmware sends it */
	return form == RJ_DHCP_TEXTS && is_printable(c) ? RJ_DHCP_TEXT : RJ_DHCP_BYTES;
}
