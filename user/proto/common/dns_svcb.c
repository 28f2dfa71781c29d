/* SPDX-License-Identifier: BSD-3-Clause */
/* The parameters of SVCB and HTTPS records (RFC 9460). */
#include "proto/common/dns_svcb.h"

#include "proto/common/dns_fields.h"
#include "proto/common/dns_text.h"

/* RFC 9460 section 8: keys that must be understood, at least one */
RJ_MUST_CHECK static enum rj_status read_mandatory(struct rj_cursor *c, struct rj_visitor *v)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;

	rj_dns_put_open(v, RJ_DNS_F_MANDATORY);
	while (!st && c->left) {
		struct rj_dns_text text;
		uint16_t key;

		st = rj_cursor_u16(c, &key);
		if (st)
			break;
		rj_dns_param_text(key, &text);
		rj_dns_put_string(v, RJ_DNS_F_MANDATORY_KEY, text.at, text.len);
	}
	rj_dns_put_close(v);
	return st;
}

/* RFC 9460 section 7.1.1: identifiers of at least one octet, at least one of them */
RJ_MUST_CHECK static enum rj_status read_alpn(struct rj_cursor *c, struct rj_visitor *v)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;

	rj_dns_put_open(v, RJ_DNS_F_ALPN);
	while (!st && c->left) {
		struct rj_cursor id;
		const uint8_t *text;
		size_t len;

		st = rj_cursor_prefixed(c, 1, &id);
		if (!st && !id.left)
			st = RJ_MALFORMED;
		if (st)
			break;
		len = id.left;
		st = rj_cursor_bytes(&id, len, &text);
		if (!st)
			rj_dns_put_string(v, RJ_DNS_F_ALPN_ID, text, len);
	}
	rj_dns_put_close(v);
	return st;
}

/* RFC 9460 section 7.1.1: no value */
RJ_MUST_CHECK static enum rj_status read_no_default_alpn(struct rj_cursor *c, struct rj_visitor *v)
{
	if (c->left)
		return RJ_MALFORMED;
	rj_dns_put_boolean(v, RJ_DNS_F_NO_DEFAULT_ALPN, 1);
	return RJ_OK;
}

/* RFC 9460 section 7.2 */
RJ_MUST_CHECK static enum rj_status read_port(struct rj_cursor *c, struct rj_visitor *v)
{
	uint16_t port;
	enum rj_status st = rj_cursor_u16(c, &port);

	if (!st)
		rj_dns_put_u64(v, RJ_DNS_F_PORT, port);
	return st;
}

/* RFC 9460 section 7.3: addresses of @len octets, at least one */
RJ_MUST_CHECK static enum rj_status read_hints(struct rj_cursor *c, size_t len, enum rj_dns_field f,
					       struct rj_visitor *v)
{
	enum rj_status st = c->left ? RJ_OK : RJ_MALFORMED;

	rj_dns_put_open(v, f);
	while (!st && c->left) {
		uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
		const uint8_t *bytes;

		st = rj_cursor_bytes(c, len, &bytes);
		if (st)
			break;
		memcpy(addr + sizeof(addr) - len, bytes, len);
		if (len == sizeof(addr))
			rj_dns_put_ipv6(v, RJ_DNS_F_HINT, addr);
		else
			rj_dns_put_address(v, RJ_DNS_F_HINT, addr);
	}
	rj_dns_put_close(v);
	return st;
}

RJ_MUST_CHECK static enum rj_status read_ipv4hint(struct rj_cursor *c, struct rj_visitor *v)
{
	return read_hints(c, 4, RJ_DNS_F_IPV4HINT, v);
}

RJ_MUST_CHECK static enum rj_status read_ipv6hint(struct rj_cursor *c, struct rj_visitor *v)
{
	return read_hints(c, 16, RJ_DNS_F_IPV6HINT, v);
}

/* RFC 9848 */
RJ_MUST_CHECK static enum rj_status read_ech(struct rj_cursor *c, struct rj_visitor *v)
{
	size_t len = c->left;
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, len, &bytes);

	if (!st)
		rj_dns_put_hex(v, RJ_DNS_F_ECH, bytes, len);
	return st;
}

/* RFC 9461 section 5 */
RJ_MUST_CHECK static enum rj_status read_dohpath(struct rj_cursor *c, struct rj_visitor *v)
{
	size_t len = c->left;
	const uint8_t *text;
	enum rj_status st = rj_cursor_bytes(c, len, &text);

	if (!st)
		rj_dns_put_string(v, RJ_DNS_F_DOHPATH, text, len);
	return st;
}

/* A parameter without a reader below, as bytes under its own name. */
RJ_MUST_CHECK static enum rj_status read_other(uint16_t key, struct rj_cursor *c,
					       struct rj_visitor *v)
{
	struct rj_dns_text text;
	size_t len = c->left;
	const uint8_t *bytes;
	enum rj_status st = rj_cursor_bytes(c, len, &bytes);

	if (st)
		return st;
	rj_dns_param_text(key, &text);
	rj_dns_put_name(v, text.at, text.len);
	rj_dns_put_hex(v, RJ_DNS_F_PARAM, bytes, len);
	return RJ_OK;
}

/* by SvcParamKey, RFC 9460 section 14.3.2 */
static enum rj_status (*const readers[])(struct rj_cursor *c, struct rj_visitor *v) = {
	[0] = read_mandatory, [1] = read_alpn, [2] = read_no_default_alpn, [3] = read_port,
	[4] = read_ipv4hint,  [5] = read_ech,  [6] = read_ipv6hint,	   [7] = read_dohpath,
};

RJ_MUST_CHECK static enum rj_status read_param(struct rj_cursor *c, long *last_key,
					       struct rj_visitor *v)
{
	struct rj_cursor value;
	uint16_t key;
	enum rj_status st = rj_cursor_u16(c, &key);

	if (!st)
		st = rj_cursor_prefixed(c, 2, &value);
	if (st)
		return st;
	if (key <= *last_key)
		return RJ_MALFORMED;
	*last_key = key;
	if (key < sizeof(readers) / sizeof(readers[0]))
		st = readers[key](&value, v);
	else
		st = read_other(key, &value, v);
	return !st && value.left ? RJ_MALFORMED : st;
}

enum rj_status rj_dns_svcb_params_read(struct rj_cursor *c, struct rj_visitor *v)
{
	enum rj_status st = RJ_OK;
	long last_key = -1;

	if (!c->left)
		return RJ_OK;
	rj_dns_put_open(v, RJ_DNS_F_PARAMS);
	while (!st && c->left)
		st = read_param(c, &last_key, v);
	rj_dns_put_close(v);
	return st;
}
