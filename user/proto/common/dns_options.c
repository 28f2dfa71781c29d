/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of OPT records: EDNS and its options (RFC 6891). */
#include "proto/common/dns_options.h"

#include "proto/common/dns_fields.h"

#define NUM(a) (sizeof(a) / sizeof((a)[0]))
#define KEEPALIVE_MS 100u /* RFC 7828 section 3.1 */
#define CLIENT_COOKIE 8u  /* RFC 7873 section 4 */
#define FAMILY_IPV4 1u	  /* IANA "Address Family Numbers" */
#define FAMILY_IPV6 2u

/*
 * Each of these reads the data of an option, all of it, and gives it to @v; a @v of NULL sees
 * nothing.
 */
RJ_MUST_CHECK static enum rj_status read_hex(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	size_t len = p->c.left;
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(&p->c, len, &bytes);

	if (!st)
		rj_dns_put_hex(v, f, bytes, len);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_name(struct rj_dns_part *p, enum rj_dns_field f,
					      struct rj_visitor *v)
{
	struct rj_dns_name name;
	enum rj_status st = rj_dns_name_read(p, &name);

	if (!st)
		rj_dns_put_string(v, f, name.text, name.len);
	return st;
}

/* Numbers of @len bytes. */
RJ_MUST_CHECK static enum rj_status read_numbers(struct rj_dns_part *p, size_t len,
						 enum rj_dns_field f, struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;

	rj_dns_put_open(v, f);
	while (!st && p->c.left) {
		uint64_t value;

		st = rj_cursor_be(&p->c, len, &value);
		if (!st)
			rj_dns_put_u64(v, RJ_DNS_F_OPTION_NUMBER, value);
	}
	rj_dns_put_close(v);
	return st;
}

/* RFC 6975 section 3 */
RJ_MUST_CHECK static enum rj_status read_algorithms(struct rj_dns_part *p, enum rj_dns_field f,
						    struct rj_visitor *v)
{
	return read_numbers(p, 1, f, v);
}

/* RFC 8145 section 4.1 */
RJ_MUST_CHECK static enum rj_status read_key_tags(struct rj_dns_part *p, enum rj_dns_field f,
						  struct rj_visitor *v)
{
	return read_numbers(p, 2, f, v);
}

/* The @num_bits of an address that are there; the others are zero. */
RJ_MUST_CHECK static enum rj_status read_network(struct rj_cursor *c, uint16_t family,
						 unsigned int num_bits, struct rj_visitor *v)
{
	uint8_t addr[16] = { 0 };
	size_t start = family == FAMILY_IPV4 ? 12 : 0, len = (num_bits + 7) / 8;
	const uint8_t *bytes;
	enum rj_status st;

	if (len > sizeof(addr) - start)
		return RJ_MALFORMED;
	st = rj_cursor_bytes(c, len, &bytes);
	if (st)
		return st;
	memcpy(addr + start, bytes, len);
	if (start) {
		addr[10] = addr[11] = 0xff;
		rj_dns_put_address(v, RJ_DNS_F_SUBNET, addr);
	} else {
		rj_dns_put_ipv6(v, RJ_DNS_F_SUBNET, addr);
	}
	return RJ_OK;
}

/* RFC 7871 section 6 */
RJ_MUST_CHECK static enum rj_status read_client_subnet(struct rj_dns_part *p, enum rj_dns_field f,
						       struct rj_visitor *v)
{
	uint16_t family;
	uint8_t source, scope;
	enum rj_status st = rj_cursor_u16(&p->c, &family);

	if (!st)
		st = rj_cursor_u8(&p->c, &source);
	if (!st)
		st = rj_cursor_u8(&p->c, &scope);
	if (!st && family != FAMILY_IPV4 && family != FAMILY_IPV6)
		st = RJ_MALFORMED;
	if (st)
		return st;
	rj_dns_put_open(v, f);
	st = read_network(&p->c, family, source, v);
	rj_dns_put_u64(v, RJ_DNS_F_SOURCE_PREFIX, source);
	rj_dns_put_u64(v, RJ_DNS_F_SCOPE_PREFIX, scope);
	rj_dns_put_close(v);
	return st;
}

/* RFC 7314 section 2; empty in a query */
RJ_MUST_CHECK static enum rj_status read_expire(struct rj_dns_part *p, enum rj_dns_field f,
						struct rj_visitor *v)
{
	uint32_t seconds;
	enum rj_status st = rj_cursor_u32(&p->c, &seconds);

	if (!st)
		rj_dns_put_u64(v, f, seconds);
	return st;
}

/* RFC 7873 section 4 */
RJ_MUST_CHECK static enum rj_status read_cookie(struct rj_dns_part *p, enum rj_dns_field f,
						struct rj_visitor *v)
{
	const uint8_t *client;
	enum rj_status st = rj_cursor_bytes(&p->c, CLIENT_COOKIE, &client);

	if (st)
		return st;
	rj_dns_put_open(v, f);
	rj_dns_put_hex(v, RJ_DNS_F_COOKIE_CLIENT, client, CLIENT_COOKIE);
	if (p->c.left)
		st = read_hex(p, RJ_DNS_F_COOKIE_SERVER, v);
	rj_dns_put_close(v);
	return st;
}

/* RFC 7828 section 3.1; empty in a query */
RJ_MUST_CHECK static enum rj_status read_keepalive(struct rj_dns_part *p, enum rj_dns_field f,
						   struct rj_visitor *v)
{
	uint16_t timeout;
	enum rj_status st = rj_cursor_u16(&p->c, &timeout);

	if (!st)
		rj_dns_put_u64(v, f, (uint64_t)timeout * KEEPALIVE_MS);
	return st;
}

/* RFC 7830 section 3: zeros, of which the number tells all; anything else is given as bytes */
RJ_MUST_CHECK static enum rj_status read_padding(struct rj_dns_part *p, enum rj_dns_field f,
						 struct rj_visitor *v)
{
	size_t len = p->c.left;
	uint8_t octet, any = 0;

	while (!rj_cursor_u8(&p->c, &octet))
		any |= octet;
	if (any)
		return RJ_MALFORMED;
	rj_dns_put_u64(v, f, len);
	return RJ_OK;
}

/* RFC 8914 section 2 */
RJ_MUST_CHECK static enum rj_status read_ede(struct rj_dns_part *p, enum rj_dns_field f,
					     struct rj_visitor *v)
{
	uint16_t code;
	const uint8_t *text;
	size_t len;
	enum rj_status st = rj_cursor_u16(&p->c, &code);

	if (st)
		return st;
	len = p->c.left;
	st = rj_cursor_bytes(&p->c, len, &text);
	rj_dns_put_open(v, f);
	rj_dns_put_u64(v, RJ_DNS_F_INFO_CODE, code);
	if (!st && len)
		rj_dns_put_string(v, RJ_DNS_F_EXTRA_TEXT, text, len);
	rj_dns_put_close(v);
	return st;
}

struct option {
	uint16_t code; /* IANA "DNS EDNS0 Option Codes" */
	enum rj_dns_field field;
	enum rj_status (*read)(struct rj_dns_part *p, enum rj_dns_field f, struct rj_visitor *v);
};

static const struct option options[] = {
	{ 3, RJ_DNS_F_NSID, read_hex },
	{ 5, RJ_DNS_F_DAU, read_algorithms },
	{ 6, RJ_DNS_F_DHU, read_algorithms },
	{ 7, RJ_DNS_F_N3U, read_algorithms },
	{ 8, RJ_DNS_F_CLIENT_SUBNET, read_client_subnet },
	{ 9, RJ_DNS_F_EDNS_EXPIRE, read_expire },
	{ 10, RJ_DNS_F_COOKIE, read_cookie },
	{ 11, RJ_DNS_F_TCP_KEEPALIVE, read_keepalive },
	{ 12, RJ_DNS_F_PADDING, read_padding },
	{ 13, RJ_DNS_F_CHAIN, read_name }, /* RFC 7901 section 4 */
	{ 14, RJ_DNS_F_KEY_TAGS, read_key_tags },
	{ 15, RJ_DNS_F_EDE, read_ede },
	{ 18, RJ_DNS_F_REPORT_CHANNEL, read_name }, /* RFC 9567 section 5 */
};

/* The row for an option whose data @p is as its code says; NULL when there is none. */
static const struct option *find_option(uint16_t code, struct rj_dns_part p)
{
	for (size_t i = 0; i < NUM(options); i++)
		if (options[i].code == code)
			return options[i].read(&p, options[i].field, NULL) || p.c.left ?
				       NULL :
				       &options[i];
	return NULL;
}

RJ_MUST_CHECK static enum rj_status put_option(uint16_t code, struct rj_dns_part p,
					       struct rj_visitor *v)
{
	const struct option *option = find_option(code, p);
	enum rj_status st;

	rj_dns_put_open(v, RJ_DNS_F_OPTION);
	if (!option)
		rj_dns_put_u64(v, RJ_DNS_F_OPTION_CODE, code);
	st = option ? option->read(&p, option->field, v) : read_hex(&p, RJ_DNS_F_OPTION_DATA, v);
	rj_dns_put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_option(struct rj_dns_part *p, struct rj_visitor *v)
{
	struct rj_dns_part data = *p;
	uint16_t code;
	enum rj_status st = rj_cursor_u16(&p->c, &code);

	if (!st)
		st = rj_cursor_prefixed(&p->c, 2, &data.c);
	if (st || !v)
		return st;
	data.end = p->end - p->c.left;
	return put_option(code, data, v);
}

/* RFC 6891 section 6.1: the class is a size, the TTL is more flags */
enum rj_status rj_dns_opt_read(const struct rj_dns_record *r, struct rj_dns_part *p,
			       struct rj_visitor *v)
{
	size_t len = p->c.left;
	enum rj_status st = RJ_OK;

	rj_dns_put_open(v, RJ_DNS_F_OPT);
	rj_dns_put_u64(v, RJ_DNS_F_UDP_SIZE, r->class);
	rj_dns_put_u64(v, RJ_DNS_F_VERSION, r->ttl >> 16 & 0xff);
	rj_dns_put_boolean(v, RJ_DNS_F_DO, r->ttl >> 15 & 1);
	if (len) {
		rj_dns_put_open(v, RJ_DNS_F_OPTIONS);
		while (!st && p->c.left)
			st = read_option(p, v);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
	if (!st && len)
		rj_dns_put_u64(v, RJ_DNS_F_RDLENGTH, len);
	return st;
}
